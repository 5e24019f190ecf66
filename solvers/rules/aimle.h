#pragma once
#include <cotape/solvers/perturb/noise.h>
#include <cotape/solvers/rules/difference.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// What adaptive I-MLE has learned: a regular value, for checkpoints and plots.
struct AimleState {
  double alpha = 0;     // α: the next λ is α·‖θ‖/‖g‖
  double sparsity = 1;  // ḡ: running mean of the non-zeros of a sample's difference; starts as in the authors' code
  double lambda = 0;    // λ of the last backward pass, mean over its examples
  std::int64_t steps = 0;  // backward passes seen

  // Of passes that are held back: how many, and the sums of their non-zeros per sample and of their λ.
  struct Notes {
    bool held_back = false;
    double passes = 0, nonzeros = 0, lambda = 0;
    bool operator==(const Notes&) const = default;
  } notes = {};

  bool operator==(const AimleState&) const = default;
};

// How α is adapted: the constants of the paper, unless said otherwise.
struct AimleAdaptation {
  double initial_alpha = 0;
  double step = 1e-3;   // η: added to α when differences are too sparse, subtracted when they are not
  double nonzeros = 1;  // c: how many non-zeros a sample's difference should have
  double decay = 0.9;   // of the running mean ḡ
  // As the authors' code does: norms over the whole batch instead of one example, < instead of ≤ in the comparison
  // with c, and differences of S > 1 samples divided by √S too much.
  bool as_published_code = false;

  static AimleAdaptation as_paper() { return {}; }
  // With the published defaults, α₀ = 1 and η = 1e-4.
  static AimleAdaptation as_code() { return {.initial_alpha = 1, .step = 1e-4, .as_published_code = true}; }
};

// Adaptive I-MLE (Minervini et al. 2023, algorithm 1): I-MLE with λ = α·mean_s ‖θ‖₂/‖g_s‖₂ for each example, where
// after each backward pass
//   ḡ ← decay·ḡ + (1 − decay)·(non-zeros of the difference, per sample)
//   α ← max(0, α + η) if ḡ ≤ c, else max(0, α − η).
// λ = 0 gives gradient 0, and samples without a gradient (g_s = 0) do not count in the mean. An example is one entry
// of the batch axis, all its instances together. Solver calls as I-MLE. Copies of the rule share one state; save() and
// load() keep it in a checkpoint. One state serves one place in a model.
// Throws ValueError for samples < 1.
struct Aimle {
  Noise noise = Gumbel{};
  real tau = 1;  // scale of the noise
  std::int64_t samples = 1;
  Side side = Side::target;  // target: forward difference
  AimleAdaptation adaptation = AimleAdaptation::as_paper();
  std::shared_ptr<AimleState> state = std::make_shared<AimleState>(AimleState{.alpha = adaptation.initial_alpha});

  // A new initial α brings a new state with it.
  void describe(SettingVisitor& see);
  SolverCalls solver_calls() const { return {samples, samples * moved_points(side)}; }

  // Entries alpha, sparsity, lambda, steps.
  void save(Checkpoint& to, const std::string& prefix) const;
  // Throws FileError for what is missing or no such state: α and λ are finite and ≥ 0. The state is then as it was.
  void load(const Checkpoint& from, const std::string& prefix) const;
  Aimle clone() const;
  // LearnsFromShards: the notes are passes, Σ non-zeros, Σ λ; α is adapted once, by their means.
  void hold_back(bool on) const;
  std::vector<double> take_notes() const;
  void learn(std::span<const double> notes) const;
  void report(SolverDiagnostics& to) const;

  Samples operator()(Var scores, const BatchOracle& oracle, Rng& rng) const;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
