#pragma once
#include <cotape/solvers/perturb/noise.h>
#include <cotape/solvers/rules/difference.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Implicit maximum-likelihood estimation: S perturbed solutions z_s = y(θ + τ·ε_s) and, with the same noise,
//   ∂ℓ/∂θ = mean_s [z_s − y(θ + τ·ε_s − λ·g_s)] / λ
// for Side::target, the forward difference (Niepert et al. 2021; Minervini et al. 2023, eq. 2). g_s = S·dy_s is the
// gradient of the sample's own loss: the mean over samples downstream has divided it by S. S solver calls forward;
// S backward, 2S for the central side. With τ = 0 and S = 1 it is Blackbox.
// Throws ValueError unless λ is positive and finite and samples ≥ 1.
struct Imle {
  real lambda = 10;
  Noise noise = Gumbel{};
  real tau = 1;  // scale of the noise
  std::int64_t samples = 1;
  Side side = Side::target;

  void describe(SettingVisitor& see);
  SolverCalls solver_calls() const { return {samples, samples * moved_points(side)}; }

  Samples operator()(Var scores, const BatchOracle& oracle, Rng& rng) const;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
