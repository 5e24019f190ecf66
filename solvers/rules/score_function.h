#pragma once
#include <cotape/solvers/core/rule.h>
#include <cotape/solvers/perturb/noise.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// What is subtracted from a sample's loss before it weighs the sample's ∇ log p.
enum class LossBaseline {
  none,
  leave_one_out,  // the mean loss of the example's other samples; wants samples ≥ 2
  running_mean    // of the losses of earlier backward passes, 0 at first
};

// A running mean of losses: a regular value, for checkpoints.
struct RunningMean {
  double value = 0;
  std::int64_t steps = 0;  // backward passes seen
  double decay = 0.9;

  // Of passes that are held back: how many, and the sum of their mean losses.
  struct Notes {
    bool held_back = false;
    double passes = 0, losses = 0;
    bool operator==(const Notes&) const = default;
  } notes = {};

  // A backward pass has seen this mean loss; as noted where passes are held back.
  void see(double mean_loss);
  // LearnsFromShards: the notes are passes and Σ mean loss.
  void hold_back(bool on) { notes = {.held_back = on}; }
  std::vector<double> take_notes();
  void learn(std::span<const double> sums);

  // Entries baseline, steps.
  void save(Checkpoint& to, const std::string& prefix) const;
  void load(const Checkpoint& from, const std::string& prefix);

  bool operator==(const RunningMean&) const = default;
};

// Solutions that were drawn from a distribution p(z; θ), and what a score-function estimate needs of it.
struct ScoreSample {
  Var scores;         // θ [batch, ...]
  Samples solutions;  // z, constants: no gradient passes through them
  Var slopes;         // ∇_θ log p(z_s), [batch, samples, ...], constants
  BatchOracle oracle;
};

// The score-function estimate, REINFORCE (Williams 1992), in two steps, because it needs each sample's own loss:
//   const ScoreSample sample = rule.sample(scores, oracle, rng);
//   Var losses = …;                              // [batch, samples], from sample.solutions
//   Var loss = rule.surrogate(sample, losses);
// The value of the surrogate is the mean of the losses, and so are the gradients that it hands to them; the scores get
//   ∂ℓ/∂θ = mean_s (ℓ_s − b)·∇_θ log p(z_s)   of each example, divided by the batch as the mean is.
// S solver calls, none backward. For a single instance without batch axis losses are [samples].

// Perturb and MAP: z_s = y(θ + τ·ε_s) with noise of density e^{−ν}, where ν'(ε)/τ has the expectation of ∇ log p.
// Unbiased for any solver and noise that has ν': Gumbel, Normal, Laplace.
struct ScoreFunction {
  Noise noise = Gumbel{};
  real tau = 1;  // scale of the noise
  std::int64_t samples = 1;
  LossBaseline baseline = LossBaseline::none;
  std::shared_ptr<RunningMean> running = std::make_shared<RunningMean>();  // shared by copies

  void save(Checkpoint& to, const std::string& prefix) const { running->save(to, prefix); }
  void load(const Checkpoint& from, const std::string& prefix) const { running->load(from, prefix); }
  ScoreFunction clone() const;
  void hold_back(bool on) const { running->hold_back(on); }
  std::vector<double> take_notes() const { return running->take_notes(); }
  void learn(std::span<const double> notes) const { running->learn(notes); }

  // Throws ValueError unless τ is positive and finite and samples ≥ 1, and for noise without ν'.
  ScoreSample sample(Var scores, const BatchOracle& oracle, Rng& rng) const;
  // Throws ShapeError when there is not one loss a sample, ValueError for leave_one_out with one sample.
  Var surrogate(const ScoreSample& sample, Var losses) const;
};

// The exponential family p(z) ∝ e^⟨θ, z⟩ over the listed solutions, drawn from exactly: ∇ log p(z) = z − μ(θ) with μ
// the mean solution. One solution a row: [m, ...instance]. Costs m operations an entry, and no solver calls.
struct ExactScoreFunction {
  Tensor solutions = {};
  std::int64_t samples = 1;
  LossBaseline baseline = LossBaseline::none;
  std::shared_ptr<RunningMean> running = std::make_shared<RunningMean>();  // shared by copies

  void save(Checkpoint& to, const std::string& prefix) const { running->save(to, prefix); }
  void load(const Checkpoint& from, const std::string& prefix) const { running->load(from, prefix); }
  ExactScoreFunction clone() const;
  void hold_back(bool on) const { running->hold_back(on); }
  std::vector<double> take_notes() const { return running->take_notes(); }
  void learn(std::span<const double> notes) const { running->learn(notes); }

  // The oracle tells the instance's shape. Throws ShapeError when the solutions do not have it, ValueError for
  // samples < 1 and scores that are not finite.
  ScoreSample sample(Var scores, const BatchOracle& oracle, Rng& rng) const;
  // As above.
  Var surrogate(const ScoreSample& sample, Var losses) const;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
