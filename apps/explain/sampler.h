#pragma once
#include <functional>
#include <optional>

#include <cotape/apps/explain/options.h>
#include <cotape/solvers/layer/rule_layer.h>

namespace cotape::app {

// How k words of each text are chosen by scores [B, length], under the rule that the options name. `subsets` holds a
// TopKInstance for each text: padding is never chosen, and a text with fewer than k words has all of its own chosen.
struct WordSampler {
  // Choices [B, S, length] for training: 0/1, but for rules that give means and for softsub and l2x.
  std::function<Var(Var scores, const Instances& subsets, Rng& rng)> train;
  // Of the differentiable solver that trains; zeros for a relaxation.
  SolverDiagnostics* diagnostics = nullptr;
  std::optional<RuleLayer> layer;

  // What a rule has learned, if it learns.
  void save(Checkpoint& checkpoint) const;
  void load(const Checkpoint& checkpoint);
};

WordSampler make_sampler(const ExplainOptions& options);

// The words with the k largest scores, without noise: 0/1 choices [B, 1, length].
class BestWords {
 public:
  // Of texts of `length` words.
  explicit BestWords(std::int64_t length);
  Var operator()(Var scores, const Instances& subsets) const;

 private:
  std::shared_ptr<Oracle> oracle_;
};

}  // namespace cotape::app
