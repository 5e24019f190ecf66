#include <cblas.h>
#include <torch/torch.h>

#include <cotape/bench/tapes/tensor_engines.h>

#include <algorithm>

// The problems' objectives in libtorch, in double: what cotape's do, with libtorch's own functions where it has one for
// several steps.
namespace cotape::bench::tapes {
namespace {

using torch::Tensor;
using Shapes = std::vector<std::vector<std::int64_t>>;
using Parameters = std::vector<Tensor>;

std::int64_t whole(std::size_t n) { return static_cast<std::int64_t>(n); }

// Without a copy: a problem outlives its engines, and nobody writes to these.
Tensor view_of(const double* numbers, const std::vector<std::int64_t>& shape) {
  return torch::from_blob(const_cast<double*>(numbers), shape, torch::kFloat64);
}

// In 1.13 the gradient of square() is that of pow(), which takes several times as long.
Tensor squared(const Tensor& x) { return x * x; }

class GmmObjective {
 public:
  explicit GmmObjective(const Gmm& problem)
      : problem_(problem),
        x_(view_of(problem.x.data(), {whole(problem.points), whole(problem.dimensions)})),
        zeros_(torch::zeros({whole(problem.components), 1}, torch::kFloat64)) {
    const std::int64_t d = whole(problem.dimensions);
    std::vector<std::int64_t> places;
    for (std::int64_t a = 0; a < d; ++a)
      for (std::int64_t b = 0; b < d; ++b)
        places.push_back(a == b ? a : b < a ? d + a * (a - 1) / 2 + b : d + whole(problem.triangle()));
    places_ = torch::tensor(places);
  }
  Shapes shapes() const {
    const std::int64_t k = whole(problem_.components), d = whole(problem_.dimensions);
    return {{k}, {k, d}, {k, d}, {k, whole(problem_.triangle())}};
  }
  Tensor operator()(const Parameters& parameters) const {
    const Tensor &alpha = parameters[0], &mu = parameters[1], &q = parameters[2], &l = parameters[3];
    const std::int64_t n = x_.size(0), k = mu.size(0), d = mu.size(1);
    const Tensor diagonal = torch::exp(q);
    const Tensor all = torch::cat({diagonal, l, zeros_}, 1).index_select(1, places_);
    const Tensor offsets = torch::bmm(all.view({k, d, d}), mu.unsqueeze(2)).view({k * d});
    const Tensor z = torch::addmm(-offsets, x_, all.view({k * d, d}).t());
    const Tensor squares = squared(z.view({n, k, d})).sum(2);
    const Tensor scores = alpha + q.sum(1) - 0.5 * squares;
    const Tensor likelihood = torch::logsumexp(scores, 1).sum() - static_cast<double>(n) * torch::logsumexp(alpha, 0);
    const Tensor prior = problem_.extra_freedom * q.sum() -
                         0.5 * problem_.gamma * problem_.gamma * (squared(diagonal).sum() + squared(l).sum());
    return likelihood + prior + problem_.constant();
  }

 private:
  const Gmm& problem_;
  Tensor x_, zeros_, places_;
};

Shapes lstm_shapes(const Lstm& problem) { return Shapes(problem.layers * Lstm::places + 3, {whole(problem.width)}); }

Tensor loss_of(const Tensor& h, const Tensor& v, const Tensor& a, const Tensor& next) {
  const Tensor y = h * v + a;
  const Tensor normaliser = torch::log(y.exp().sum(1, true) + 2);
  return (next * (y - normaliser)).sum() / -static_cast<double>(y.numel());
}

// A layer after the other: what depends on its input alone is computed for all letters at once.
class LstmObjective {
 public:
  explicit LstmObjective(const Lstm& problem)
      : problem_(problem),
        letters_(view_of(problem.letters.data(), {whole(problem.length), whole(problem.width)})),
        hidden_(view_of(problem.hidden.data(), {whole(problem.layers), 2, whole(problem.width)})) {}
  Shapes shapes() const { return lstm_shapes(problem_); }
  Tensor operator()(const Parameters& parameters) const {
    const Tensor* last = parameters.data() + problem_.layers * Lstm::places;
    const std::int64_t steps = whole(problem_.length) - 1;
    Tensor x = letters_.narrow(0, 0, steps) * last[0];
    for (std::size_t layer = 0; layer < problem_.layers; ++layer) {
      const Tensor* w = parameters.data() + layer * Lstm::places;
      const std::vector<Tensor> f = torch::sigmoid(torch::addcmul(w[Lstm::forget_bias], x, w[Lstm::forget])).unbind(0);
      const std::vector<Tensor> o = torch::sigmoid(torch::addcmul(w[Lstm::out_bias], x, w[Lstm::out])).unbind(0);
      Tensor h = hidden_[whole(layer)][0], c = hidden_[whole(layer)][1];
      std::vector<Tensor> outputs;
      for (std::size_t t = 0; t + 1 < problem_.length; ++t) {
        const Tensor i = torch::sigmoid(torch::addcmul(w[Lstm::in_bias], h, w[Lstm::in]));
        const Tensor g = torch::tanh(torch::addcmul(w[Lstm::change_bias], h, w[Lstm::change]));
        c = torch::addcmul(f[t] * c, i, g);
        h = o[t] * torch::tanh(c);
        outputs.push_back(h);
      }
      x = torch::stack(outputs, 0);
    }
    return loss_of(x, last[1], last[2], letters_.narrow(0, 1, steps));
  }

 private:
  const Lstm& problem_;
  Tensor letters_, hidden_;
};

// All layers at once: torch::lstm with diagonal matrices.
class WholeLstmObjective {
 public:
  explicit WholeLstmObjective(const Lstm& problem)
      : problem_(problem),
        letters_(view_of(problem.letters.data(), {whole(problem.length), whole(problem.width)})),
        hidden_(view_of(problem.hidden.data(), {whole(problem.layers), 2, whole(problem.width)})),
        zeros_(torch::zeros({letters_.size(1), letters_.size(1)}, torch::kFloat64)),
        no_bias_(torch::zeros({4 * letters_.size(1)}, torch::kFloat64)) {}
  Shapes shapes() const { return lstm_shapes(problem_); }
  Tensor operator()(const Parameters& parameters) const {
    const Tensor* last = parameters.data() + problem_.layers * Lstm::places;
    const std::int64_t steps = whole(problem_.length) - 1;
    Parameters weights;
    for (std::size_t layer = 0; layer < problem_.layers; ++layer) {
      const Tensor* w = parameters.data() + layer * Lstm::places;
      weights.push_back(torch::cat({zeros_, torch::diag(w[Lstm::forget]), zeros_, torch::diag(w[Lstm::out])}));
      weights.push_back(torch::cat({torch::diag(w[Lstm::in]), zeros_, torch::diag(w[Lstm::change]), zeros_}));
      weights.push_back(torch::cat({w[Lstm::in_bias], w[Lstm::forget_bias], w[Lstm::change_bias], w[Lstm::out_bias]}));
      weights.push_back(no_bias_);
    }
    const Tensor x = (letters_.narrow(0, 0, steps) * last[0]).unsqueeze(1);
    const auto state = {hidden_.select(1, 0).unsqueeze(1), hidden_.select(1, 1).unsqueeze(1)};
    const Tensor h = std::get<0>(
        torch::lstm(x, torch::TensorList(state), weights, true, whole(problem_.layers), 0.0, true, false, false));
    return loss_of(h.squeeze(1), last[1], last[2], letters_.narrow(0, 1, steps));
  }

 private:
  const Lstm& problem_;
  Tensor letters_, hidden_, zeros_, no_bias_;
};

class KMeansObjective {
 public:
  explicit KMeansObjective(const KMeans& problem)
      : centres_(whole(problem.centres)),
        x_(view_of(problem.x.data(), {whole(problem.points), whole(problem.dimensions)})),
        squares_(squared(x_).sum().item<double>()) {}
  Shapes shapes() const { return {{centres_, x_.size(1)}}; }
  Tensor operator()(const Parameters& parameters) const {
    const Tensor& centres = parameters[0];
    const Tensor distances = torch::addmm(squared(centres).sum(1), x_, (-2 * centres).t());
    return std::get<0>(torch::min(distances, 1)).sum() + squares_;
  }

 private:
  std::int64_t centres_;
  Tensor x_;
  double squares_;
};

class BundleObjective {
 public:
  explicit BundleObjective(const BundleAdjustment& problem)
      : problem_(problem),
        camera_of_(torch::tensor(problem.camera_of)),
        point_of_(torch::tensor(problem.point_of)),
        features_(view_of(problem.features.data(), {whole(problem.observations()), 2}).t().contiguous()) {}
  Shapes shapes() const {
    return {{whole(problem_.cameras), whole(BundleAdjustment::camera_size)},
            {whole(problem_.points), 3},
            {whole(problem_.observations())}};
  }
  Tensor operator()(const Parameters& parameters) const {
    const Tensor& weights = parameters[2];
    const std::vector<Tensor> camera =
        parameters[0].t().index_select(1, camera_of_).split_with_sizes({3, 3, 1, 2, 1, 1}, 0);
    const Tensor &r = camera[0], &centre = camera[1], &focal = camera[2], &principal = camera[3];
    const Tensor v = parameters[1].t().index_select(1, point_of_) - centre;

    const Tensor angle = torch::sqrt(squared(r).sum(0, true)), cosine = torch::cos(angle);
    const Tensor n = r / angle;
    const Tensor along = (n * v).sum(0, true) * (1 - cosine);
    const std::vector<Tensor> turned =
        (v * cosine + torch::cross(n, v, 0) * torch::sin(angle) + n * along).split_with_sizes({2, 1}, 0);

    const Tensor plane = turned[0] / turned[1];
    const Tensor squares = squared(plane).sum(0, true);
    const Tensor lens = 1 + squares * (camera[4] + squares * camera[5]);
    const Tensor errors = weights * (focal * (plane * lens) + principal - features_);
    return 0.5 * (squared(errors).sum() + squared(1 - squared(weights)).sum());
  }

 private:
  const BundleAdjustment& problem_;
  Tensor camera_of_, point_of_, features_;
};

class LeastSquaresObjective {
 public:
  explicit LeastSquaresObjective(const LeastSquares& problem)
      : x_(view_of(problem.x.data(), {whole(problem.rows), whole(problem.columns)})),
        y_(view_of(problem.y.data(), {whole(problem.rows)})) {}
  Shapes shapes() const { return {{x_.size(1)}}; }
  Tensor operator()(const Parameters& parameters) const {
    return 0.5 * squared(torch::mv(x_, parameters[0]) - y_).sum();
  }

 private:
  Tensor x_, y_;
};

GmmObjective objective_of(const Gmm& problem) { return GmmObjective(problem); }
LstmObjective objective_of(const Lstm& problem) { return LstmObjective(problem); }
KMeansObjective objective_of(const KMeans& problem) { return KMeansObjective(problem); }
BundleObjective objective_of(const BundleAdjustment& problem) { return BundleObjective(problem); }
LeastSquaresObjective objective_of(const LeastSquares& problem) { return LeastSquaresObjective(problem); }

template <class Objective>
class TorchEngine final : public Engine {
 public:
  explicit TorchEngine(Objective objective) : objective_(std::move(objective)) {
    at::set_num_threads(1);
    openblas_set_num_threads(1);
  }
  double gradient(const double* parameters, double* gradient) override {
    Parameters leaves;
    for (const auto& shape : objective_.shapes()) {
      leaves.push_back(view_of(parameters, shape).clone().set_requires_grad(true));
      parameters += leaves.back().numel();
    }
    const Tensor value = objective_(leaves);
    for (const Tensor& part : torch::autograd::grad({value}, leaves)) {
      const Tensor in_order = part.contiguous();
      gradient = std::copy_n(in_order.data_ptr<double>(), in_order.numel(), gradient);
    }
    return value.item<double>();
  }

 private:
  Objective objective_;
};

}  // namespace

EngineKinds torch_engines() {
  return tensor_engines<TorchEngine>(
      "libtorch", [](const auto& problem) { return objective_of(problem); }, "libtorch, torch::lstm",
      [](const Lstm& problem) { return WholeLstmObjective(problem); });
}

}  // namespace cotape::bench::tapes
