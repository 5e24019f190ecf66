#include <cotape/engine/base/error.h>
#include <cotape/engine/ops/arithmetic.h>
#include <cotape/engine/ops/compare.h>
#include <cotape/engine/ops/softmax.h>
#include <cotape/solvers/perturb/perturb.h>
#include <cotape/solvers/relax/relaxations.h>
#include <cotape/solvers/relax/relaxed_form.h>
#include <cotape/solvers/rules/identity.h>
#include <cotape/solvers/select/topk.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <typeinfo>
#include <vector>

namespace cotape {
inline namespace COTAPE_PRECISION {
std::int64_t check_relaxation(const char* name, Var scores, std::int64_t k, real temperature) {
  if (!(temperature > 0) || !std::isfinite(temperature))
    fail<ValueError>(name, ": temperature ", temperature, " is not a positive number");
  if (scores.shape().rank() < 1) fail<ShapeError>(name, ": a scalar has no axis of choices");
  const std::int64_t n = scores.shape()[-1];
  if (k < 1 || k > n) fail<ValueError>(name, ": k = ", k, " is outside 1 … n = ", n);
  return n;
}

Var in_form(Relaxed form, Var soft, std::int64_t n, std::int64_t k, const Instances& subsets) {
  if (form == Relaxed::soft) return soft;
  return Identity{}(soft, BatchOracle(std::make_shared<Oracle>(TopK{.n = n, .k = k}), subsets));
}

namespace {

constexpr real far_below = real(-1e30);  // the score of what may not be chosen

// What a relaxation is told of instances that differ, as constants that its ops take.
class Limits {
 public:
  Limits(const char* name, Var scores, const Instances& subsets) : tape_(scores.tape()), each_(scores.shape()) {
    const Shape& shape = scores.shape();
    const std::int64_t n = shape[-1], count = n == 0 ? 0 : shape.size() / n;
    if (!subsets.given() || *subsets.type() != typeid(TopKInstance))
      fail<ValueError>(name, ": the instances are no TopKInstance");
    if (subsets.size() != count)
      fail<ValueError>(name, ": ", subsets.size(), " instances for ", count, " rows of ", shape);
    each_ = shape.with(-1, 1);
    std::vector<real> open;
    allowed_ = tape_.constant(shape, [&](Tensor& allowed) {
      for (std::int64_t i = 0; i < count; ++i) {
        const auto& one = *static_cast<const TopKInstance*>(subsets[i].data);
        const std::span<real> row = allowed.values().subspan(i * n, n);
        if (!one.allowed.empty() && std::ssize(one.allowed) != n)
          fail<ValueError>(name, ": instance ", i, ": ", one.allowed.size(), " marks for ", n, " scores");
        TopK{.n = n}.mask(one, row);
        const auto choices = static_cast<std::int64_t>(std::count(row.begin(), row.end(), real(1)));
        if (one.k < 0 || one.k > choices)
          fail<ValueError>(name, ": instance ", i, ": k = ", one.k, " is outside 0 … ", choices,
                           " scores that may be chosen");
        open.push_back(one.k < choices);
        draws_.push_back(one.k);
      }
    });
    open_ = tape_.constant(each_, [&](Tensor& out) { std::copy(open.begin(), open.end(), out.data()); });
    far_below_ = tape_.constant(Tensor::scalar(far_below));
  }

  // The draws that some instance needs, at least 1.
  std::int64_t draws() const {
    return draws_.empty() ? 1 : std::max<std::int64_t>(1, *std::max_element(draws_.begin(), draws_.end()));
  }
  Var without_forbidden(Var perturbed) const { return where(allowed_, perturbed, far_below_); }
  // A draw, counted from 0: zeros for instances that have had all of theirs.
  Var operator()(Var taken, std::int64_t draw) const {
    if (std::all_of(draws_.begin(), draws_.end(), [&](std::int64_t k) { return draw < k; })) return taken;
    return taken * tape_.constant(each_, [&](Tensor& wanted) {
      for (std::size_t i = 0; i < draws_.size(); ++i) wanted.data()[i] = draw < draws_[i];
    });
  }
  // The result of all draws where there was a choice, 1 where there was none, 0 for what may not be chosen.
  Var with_certain(Var subset) const { return where(open_, where(allowed_, subset, allowed_), allowed_); }

 private:
  Tape& tape_;
  Shape each_;  // of one number for each instance
  std::vector<std::int64_t> draws_;
  Var allowed_, open_, far_below_;
};

Var every_draw(Var taken, std::int64_t) { return taken; }

template <class Counted>
Var softsub_of(Var perturbed, std::int64_t k, real temperature, const Counted& counted) {
  Var taken = softmax(perturbed / temperature), subset = counted(taken, 0);
  for (std::int64_t draw = 1; draw < k; ++draw) {
    // The smallest positive number keeps log finite where the last draw has taken everything.
    perturbed = perturbed + log(clamp(1 - taken, std::numeric_limits<real>::min(), 1));
    taken = softmax(perturbed / temperature);
    subset = subset + counted(taken, draw);
  }
  return subset;
}

template <class Perturbed, class Counted>
Var concrete_subset_of(const Perturbed& perturbed, std::int64_t k, real temperature, const Counted& counted) {
  Var subset = counted(softmax(perturbed() / temperature), 0);
  for (std::int64_t draw = 1; draw < k; ++draw)
    subset = maximum(subset, counted(softmax(perturbed() / temperature), draw));
  return subset;
}

}  // namespace

Var gumbel_softmax(Var scores, real temperature, Rng& rng, Relaxed form) {
  const std::int64_t n = check_relaxation("gumbel_softmax", scores, 1, temperature);
  return in_form(form, softmax(perturb(scores, Gumbel{}, rng) / temperature), n, 1);
}

Var softsub(Var scores, std::int64_t k, real temperature, Rng& rng, Relaxed form) {
  const std::int64_t n = check_relaxation("softsub", scores, k, temperature);
  return in_form(form, softsub_of(perturb(scores, Gumbel{}, rng), k, temperature, every_draw), n, k);
}

Var softsub(Var scores, const Instances& subsets, real temperature, Rng& rng, Relaxed form) {
  const std::int64_t n = check_relaxation("softsub", scores, 1, temperature);
  const Limits limits("softsub", scores, subsets);
  const Var perturbed = limits.without_forbidden(perturb(scores, Gumbel{}, rng));
  const Var soft = limits.with_certain(softsub_of(perturbed, limits.draws(), temperature, limits));
  return in_form(form, soft, n, limits.draws(), subsets);
}

Var concrete_subset(Var scores, std::int64_t k, real temperature, Rng& rng, Relaxed form) {
  const std::int64_t n = check_relaxation("concrete_subset", scores, k, temperature);
  const auto perturbed = [&] { return perturb(scores, Gumbel{}, rng); };
  return in_form(form, concrete_subset_of(perturbed, k, temperature, every_draw), n, k);
}

Var concrete_subset(Var scores, const Instances& subsets, real temperature, Rng& rng, Relaxed form) {
  const std::int64_t n = check_relaxation("concrete_subset", scores, 1, temperature);
  const Limits limits("concrete_subset", scores, subsets);
  const auto perturbed = [&] { return limits.without_forbidden(perturb(scores, Gumbel{}, rng)); };
  const Var soft = limits.with_certain(concrete_subset_of(perturbed, limits.draws(), temperature, limits));
  return in_form(form, soft, n, limits.draws(), subsets);
}

double Annealing::operator()(std::int64_t step) const {
  if (step < 0) fail<ValueError>("annealing: step ", step, " is negative");
  return std::max(end, start * std::exp(-rate * static_cast<double>(step)));
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
