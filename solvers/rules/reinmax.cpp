#include <cotape/engine/base/error.h>
#include <cotape/engine/tape/record.h>
#include <cotape/solvers/perturb/perturbed_argmax.h>
#include <cotape/solvers/rules/reinmax.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

void check_one_hot(const Tensor& z, const BatchOracle& oracle) {
  const std::int64_t n = oracle.traits().shape.size();
  for (std::int64_t first = 0; first < z.size(); first += n) {
    std::int64_t ones = 0;
    for (std::int64_t i = first; i < first + n; ++i) ones += z[i] == 1 ? 1 : z[i] == 0 ? 0 : 2;
    if (ones > 1) fail<ValueError>("a solution of ", oracle.traits().name, " is not one-hot");
  }
}

// dx += factor·J(p)·dy, J(p) = diag(p) − ppᵀ
void add_softmax_vjp(std::span<real> dx, double factor, std::span<const real> p, std::span<const real> dy) {
  double mean = 0;
  for (std::size_t i = 0; i < p.size(); ++i) mean += static_cast<double>(p[i]) * static_cast<double>(dy[i]);
  for (std::size_t i = 0; i < p.size(); ++i)
    dx[i] += static_cast<real>(factor * static_cast<double>(p[i]) * (static_cast<double>(dy[i]) - mean));
}

void reinmax_gradient(Vjp& v, const ReinMax& rule, const BatchOracle& oracle) {
  const SampleLayout layout = sample_layout(v.dx.shape(), rule.samples, oracle);
  const std::int64_t n = oracle.traits().shape.size();
  Tensor chances = v.scratch(v.dx.shape()), tempered = v.scratch(v.dx.shape()), mixed = v.scratch(v.dx.shape());
  oracle.for_each(v.input(0), Phase::backward, [&](std::int64_t row, InstanceSolver& solver) {
    const auto row_of = [&](Tensor& x) { return x.values().subspan(row * n, n); };
    const auto theta = v.input(0).values().subspan(row * n, n);
    const auto pi = row_of(chances), soft = row_of(tempered), p = row_of(mixed), dx = row_of(v.dx);
    solver.marginals(theta, pi);
    if (rule.tau == 1) {
      std::copy(pi.begin(), pi.end(), soft.begin());
    } else {
      for (std::int64_t i = 0; i < n; ++i) p[i] = theta[i] / rule.tau;
      solver.marginals(p, soft);
    }
    std::fill(dx.begin(), dx.end(), real(0));
    for (std::int64_t s = 0; s < layout.samples; ++s) {
      const std::int64_t place = layout.place(row, s, n);
      const auto z = v.y.values().subspan(place, n), dy = std::as_const(v.dy).values().subspan(place, n);
      for (std::int64_t i = 0; i < n; ++i) p[i] = (z[i] + soft[i]) / 2;
      add_softmax_vjp(dx, 2, p, dy);
      add_softmax_vjp(dx, -0.5, pi, dy);
    }
  });
}

}  // namespace

void ReinMax::describe(SettingVisitor& see) {
  see.count("samples", samples, "Noisy solutions of each instance");
  see.number("reinmax-tau", tau, RuleRange::positive, "Temperature of the softmax that reinmax mixes with its samples");
}

void ReinMax::check_solver(const Solver& solver) const {
  for (const Ability what : needs) solver.require(what, "reinmax");
  if (!solver.traits().one_hot)
    fail<ValueError>("reinmax: it is for one-hot solutions, which those of ", solver.traits().name, " are not");
}

Samples ReinMax::operator()(Var scores, const BatchOracle& oracle, Rng& rng) const {
  return samples_of(record_rule(
                        "reinmax", "dθ = Σ_s 2 J(½(z_s + softmax θ/τ)) dy_s − ½ J(softmax θ) dy_s", scores, oracle,
                        [&](Forward& c) {
                          if (!(tau > 0) || !std::isfinite(tau))
                            fail<ValueError>("τ = ", tau, " is not a positive number");
                          const SampleLayout layout = sample_layout(c.in(0).shape(), samples, oracle);
                          Tensor perturbed = c.scratch(layout.shape);
                          Tensor& z = c.out(layout.shape);
                          perturbed_argmax(oracle, layout, c.in(0), Gumbel{}, 1, rng, perturbed, z);
                          check_one_hot(z, oracle);
                        },
                        [oracle, rule = *this](Vjp& v) { reinmax_gradient(v, rule, oracle); }),
                    oracle);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
