#include <cotape/apps/globe_tsp/objective.h>
#include <cotape/engine/kernels/map.h>
#include <cotape/engine/ops.h>
#include <cotape/solvers/losses/fenchel_young.h>
#include <cotape/solvers/losses/hamming.h>
#include <cotape/solvers/tsp/tsp.h>

namespace cotape::app {

TourObjective::TourObjective(const GlobeOptions& options) : options_(options) {
  const Solver solver = Tsp{.n = options.countries};
  traits_ = solver.traits();
  if (options.has_solutions())
    layer_.emplace(solver, options.rule.make(options.common.rule));
  else
    oracle_ = std::make_shared<Oracle>(solver);
}

Var TourObjective::operator()(Var distances, Var tours, std::int64_t epoch, Rng& rng) {
  const bool margin = options_.noise_margin > 0 && epoch < options_.noise_epochs;
  Var x = distances;
  if (margin && options_.noise_on == "costs") x = with_margin(x, rng);
  x = project(x, projection_named(options_.projection), traits_);
  if (margin && options_.noise_on == "projected") x = with_margin(x, rng);

  if (!layer_) {
    return fenchel_young(oracle_, x, tours, options_.rule.fenchel_young(), rng);
  }
  const Samples drawn = (*layer_)(x, rng);
  const Var solutions = drawn.all().named("tours");  // [B, S, k, k]
  if (options_.gradient_noise > 0)
    x.tape().on_gradient(solutions, [this, &rng](Tensor& gradient) {
      if (gradient_noise_.shape() != gradient.shape()) gradient_noise_ = Tensor(gradient.shape());
      rng.normal(gradient_noise_);
      const auto sigma = static_cast<real>(options_.gradient_noise);
      map(
          gradient, [sigma](real dy, real z) { return dy + sigma * z; }, gradient, gradient_noise_);
    });
  const std::int64_t k = solutions.shape()[-1];
  const auto rows = [&](Var y) { return reshape(y, {-1, k, k}); };
  return compare(rows(solutions), rows(drawn.beside(tours)));
}

Var TourObjective::with_margin(Var x, Rng& rng) {
  const std::int64_t batch = x.shape()[0], k = x.shape()[1], edges = k * (k - 1) / 2;
  if (margins_.shape() != Shape{batch, edges}) margins_ = Tensor(Shape{batch, edges});
  Noise(TwoPoint{.alpha = static_cast<real>(options_.noise_margin)}).sample(margins_, rng);
  return x + x.tape().constant(x.shape(), [&](Tensor& out) {
    const real* draw = margins_.data();
    for (std::int64_t b = 0; b < batch; ++b)
      for (std::int64_t i = 0; i < k; ++i) {
        real* matrix = out.data() + b * k * k;
        matrix[i * k + i] = 0;
        for (std::int64_t j = 0; j < i; ++j) matrix[i * k + j] = matrix[j * k + i] = *draw++;
      }
  });
}

Var TourObjective::compare(Var a, Var b) const {
  if (options_.loss == "l1") return l1_loss(a, b, options_.make_reduction());
  if (options_.loss == "l2") return l2_loss(a, b, options_.make_reduction());
  return hamming_loss(a, b, options_.make_reduction());
}

void TourObjective::save(Checkpoint& checkpoint) const {
  if (layer_) layer_->save(checkpoint);
}

void TourObjective::load(const Checkpoint& checkpoint) {
  if (layer_) layer_->load(checkpoint);
}

}  // namespace cotape::app
