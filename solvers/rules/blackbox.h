#pragma once
#include <cotape/solvers/rules/difference.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The gradient of a piecewise linear interpolation of the loss: ∂ℓ/∂θ = [y(θ) − y(θ − λ·dy)] / λ (Vlastelica et al.
// 2020; Sahoo et al. 2023, eq. 4). A larger λ interpolates over a wider region. One solver call forward; one backward,
// two for the central side. In cost form it is [y(ω + λ·dy) − y(ω)] / λ.
//   λ belongs to one scale of the loss: dy of a mean over a batch is as many times smaller as the batch has examples,
// and a λ that was found for the sum then moves no score far enough to change the solution: the gradient is zero.
// Throws ValueError unless λ is positive and finite.
struct Blackbox {
  real lambda = 20;
  Side side = Side::target;

  void describe(SettingVisitor& see);
  SolverCalls solver_calls() const { return {1, moved_points(side)}; }

  Var operator()(Var scores, const BatchOracle& oracle) const;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
