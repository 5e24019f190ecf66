#pragma once
#include <functional>
#include <memory>
#include <string>

#include <cotape/engine/tape/checkpoint.h>
#include <cotape/solvers/core/diagnostics.h>
#include <cotape/solvers/perturb/noise.h>
#include <cotape/solvers/perturb/projections.h>
#include <cotape/solvers/rules/aimle.h>

namespace cotape::app {

// A gradient rule as a program's options name it.
struct RuleSettings {
  // identity, blackbox, straight-through, imle, imle-central, aimle, aimle-central, perturbed
  std::string rule;
  double lambda = 20;               // step of blackbox and imle
  Noise noise = NoNoise{};          // of the rules that sample
  double scale = 1;                 // of the noise
  std::int64_t samples = 1;         // likewise
  AimleAdaptation adaptation = {};  // of aimle
};

// A solver under a rule that is known at run time only. Copies share what they have learned and counted.
class SolverLayer {
 public:
  // Throws ValueError for a name that is no rule, and what the rule throws for bad settings. Ties are counted when
  // `count_ties` says so, which takes time.
  SolverLayer(const Solver& solver, const RuleSettings& settings, Projection projection = Projection::none,
              bool count_ties = false);

  // Solutions [batch, samples, ...] of x[batch, ...]; samples is 1 for rules that do not sample, and for perturbed,
  // which gives the mean of its samples.
  Var operator()(Var x, Rng& rng) const { return solve_(x, rng); }

  SolverDiagnostics& diagnostics() const { return *diagnostics_; }
  // AIMLE's α after the last backward pass; 0 for other rules.
  double alpha() const { return aimle_ ? aimle_->alpha : 0; }

  // What the rule has learned, if it learns.
  void save(Checkpoint& checkpoint) const;
  void load(const Checkpoint& checkpoint);

 private:
  template <class Rule>
  void use(const Solver& solver, const Rule& rule, Projection projection, bool count_ties);

  std::function<Var(Var, Rng&)> solve_;
  SolverDiagnostics* diagnostics_ = nullptr;  // owned by solve_
  std::shared_ptr<AimleState> aimle_;
};

}  // namespace cotape::app
