#include <cotape/engine/base/error.h>
#include <cotape/engine/kernels/map.h>
#include <cotape/engine/kernels/rows.h>
#include <cotape/engine/tape/record.h>
#include <cotape/solvers/rules/difference.h>

#include <cmath>

namespace cotape {
inline namespace COTAPE_PRECISION {

void describe_side(SettingVisitor& see, Side& side) {
  constexpr std::array<std::pair<Side, const char*>, 3> names = {
      {{Side::target, "target"}, {Side::away, "away"}, {Side::central, "central"}}};
  see.choice("side", side, names, "Which solutions the difference compares");
}

real steps_apart(Side side) { return side == Side::central ? real(2) : real(1); }

const char* difference_formula(Side side) {
  switch (side) {
    case Side::target:
      return "dθ = mean_s [y(u) − y(u − λ dy)] / λ";
    case Side::away:
      return "dθ = mean_s [y(u + λ dy) − y(u)] / λ";
    case Side::central:
      return "dθ = mean_s [y(u + λ dy) − y(u − λ dy)] / 2λ";
  }
  return "";
}

void require_lambda(real lambda) {
  if (!(lambda > 0) || !std::isfinite(lambda)) fail<ValueError>("λ = ", lambda, " is not a positive number");
}

Tensor solution_difference(Vjp& v, const SampleLayout& layout, const BatchOracle& oracle, const Tensor& u,
                           const Tensor& steps, Side side) {
  const std::int64_t samples = layout.samples, n = layout.inner;
  Tensor moved = v.scratch(u.shape()), difference = v.scratch(u.shape());
  const auto solve_moved = [&](real sign, Tensor& solutions) {
    for_rows(layout.outer * samples, n, [&](std::int64_t row) {
      const real step = sign * steps[row / samples] * static_cast<real>(samples);
      for (std::int64_t i = row * n; i < (row + 1) * n; ++i) moved[i] = u[i] + step * v.dy[i];
    });
    oracle.argmax(moved, solutions, Phase::backward);
  };
  const auto minus = [](real a, real b) { return a - b; };
  switch (side) {
    case Side::target:
      solve_moved(-1, difference);
      map(difference, minus, v.y, difference);
      break;
    case Side::away:
      solve_moved(1, difference);
      map(difference, minus, difference, v.y);
      break;
    case Side::central: {
      Tensor better = v.scratch(u.shape());
      solve_moved(1, difference);
      solve_moved(-1, better);
      map(difference, minus, difference, better);
      break;
    }
  }
  return difference;
}

void difference_gradient(Vjp& v, std::int64_t samples, const BatchOracle& oracle, const Tensor& u, real lambda,
                         Side side) {
  const SampleLayout layout = sample_layout(v.dx.shape(), samples, oracle);
  Tensor steps = v.scratch(Shape{layout.outer});
  steps.fill(lambda);
  const Tensor difference = solution_difference(v, layout, oracle, u, steps, side);
  sum_samples(v.dx, layout, difference, 1 / (steps_apart(side) * lambda * static_cast<real>(samples)));
  oracle.diagnostics().lambda = static_cast<double>(lambda);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
