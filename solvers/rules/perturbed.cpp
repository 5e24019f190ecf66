#include <cotape/engine/base/error.h>
#include <cotape/engine/kernels/map.h>
#include <cotape/engine/kernels/rows.h>
#include <cotape/engine/tape/record.h>
#include <cotape/solvers/perturb/perturbed_argmax.h>
#include <cotape/solvers/rules/perturbed.h>

#include <cmath>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// v.saved(…): ν'(Z) and y, both [outer, M, inner]; then y(θ), where the baseline wants it.
void perturbed_gradient(Vjp& v, const SampleLayout& layout, std::int64_t n, real sigma, Baseline baseline) {
  const Tensor &slopes = v.saved(0), &solutions = v.saved(1);
  const std::int64_t rows = layout.inner / n;  // instances of one example
  const real count = static_cast<real>(layout.samples);
  Tensor weights = v.scratch(Shape{layout.outer * rows, layout.samples});
  for_rows(layout.outer * rows, n * layout.samples, [&](std::int64_t instance) {
    // The samples of an instance lie layout.inner numbers apart.
    const std::int64_t first = layout.place(instance, 0, n);
    const real *solution = solutions.data() + first, *slope = slopes.data() + first;
    const real* dy = v.dy.data() + instance * n;
    real* weight = weights.data() + instance * layout.samples;
    for (std::int64_t m = 0; m < layout.samples; ++m) weight[m] = row_dot(solution + m * layout.inner, dy, n);
    const real total = baseline == Baseline::leave_one_out ? row_sum(weight, layout.samples) : 0;
    const real plain = baseline == Baseline::unperturbed ? row_dot(v.saved(2).data() + instance * n, dy, n) : 0;

    real* dx = v.dx.data() + instance * n;
    for (std::int64_t m = 0; m < layout.samples; ++m) {
      const real b = baseline == Baseline::leave_one_out ? (total - weight[m]) / (count - 1) : plain;
      const real factor = (weight[m] - b) / (count * sigma);
      if (m == 0)
        for (std::int64_t i = 0; i < n; ++i) dx[i] = factor * slope[i];
      else
        for (std::int64_t i = 0; i < n; ++i) dx[i] += factor * slope[m * layout.inner + i];
    }
  });
}

}  // namespace

void Perturbed::describe(SettingVisitor& see) {
  see.count("samples", samples, "Noisy solutions of each instance");
  see.noise("noise", noise, RuleRange::differentiable, "Noise on the scores");
  see.number("sigma", sigma, RuleRange::positive, "Scale of the noise");
  constexpr std::array<std::pair<Baseline, const char*>, 3> names = {
      {{Baseline::none, "none"}, {Baseline::leave_one_out, "leave-one-out"}, {Baseline::unperturbed, "unperturbed"}}};
  see.choice("baseline", baseline, names, "What is subtracted from a sample's solution");
  constexpr std::array<std::pair<Perturbation, const char*>, 2> kinds = {
      {{Perturbation::additive, "additive"}, {Perturbation::multiplicative, "multiplicative"}}};
  see.choice("perturbation", perturbation, kinds, "How the noise perturbs scores");
}

Var Perturbed::operator()(Var scores, const BatchOracle& oracle, Rng& rng) const {
  return record_rule(
      "perturbed", "dθ = Σ_m ⟨y_m − b, dy⟩ ν'(Z_m) / Mσ", scores, oracle,
      [&](Forward& c) {
        const Tensor& theta = c.in(0);
        if (!(sigma > 0) || !std::isfinite(sigma)) fail<ValueError>("σ = ", sigma, " is not a positive number");
        const SampleLayout layout = sample_layout(theta.shape(), samples, oracle);
        if (baseline == Baseline::leave_one_out && samples < 2)
          fail<ValueError>("the leave-one-out baseline needs two samples, not ", samples);
        Tensor &slopes = c.save(layout.shape), &solutions = c.save(layout.shape);
        noise.sample(slopes, rng);
        Tensor perturbed = c.scratch(layout.shape);
        if (perturbation == Perturbation::additive) {
          perturbed_argmax(oracle, layout, theta, slopes, sigma, perturbed, solutions);
        } else {
          make_factors(slopes, sigma, perturbed);
          multiplied_argmax(oracle, layout, theta, perturbed, perturbed, solutions);
        }
        sum_samples(c.out(theta.shape()), layout, solutions, 1 / static_cast<real>(samples));
        if (!c.needs_gradient()) return;
        noise.score_derivative(slopes, slopes);
        if (baseline == Baseline::unperturbed) oracle.argmax(theta, c.save(theta.shape()));
      },
      [oracle, m = samples, scale = sigma, what = baseline, how = perturbation](Vjp& v) {
        const SampleLayout layout = sample_layout(v.dx.shape(), m, oracle);
        perturbed_gradient(v, layout, oracle.traits().shape.size(), scale, what);
        if (how == Perturbation::additive) return;
        map(
            v.dx, [](real slope, real theta) { return theta != 0 ? slope / theta : 0; }, v.dx, v.input(0));
      });
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
