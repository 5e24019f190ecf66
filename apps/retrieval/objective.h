#pragma once
#include <optional>

#include <cotape/apps/common/train/training.h>
#include <cotape/apps/retrieval/memory.h>
#include <cotape/apps/retrieval/options.h>
#include <cotape/apps/retrieval/relatives.h>
#include <cotape/solvers/layer/rule_layer.h>

namespace cotape::app {

// What the similarities of a batch's queries with their candidates cost, under the rule that the options name.
//
// The log-log recall loss (Rolínek et al. 2020, "Optimizing rank-based metrics with blackbox differentiation"; Sahoo et
// al. 2023, eq. 20) is a mean over queries of means over their relatives of log(1 + log(1 + r)), where r is how many
// strangers stand before a relative: its rank among all candidates minus its rank among the relatives. It follows
// recall at every cut at once. Ranks come from the solver Ranking, whose gradient is a rule's, or from soft formulas:
//   lapsum    r = lapsum_ranks of all − lapsum_ranks of the relatives (Struski et al. 2025)
//   sigmoid   r = Σ over strangers j of σ((s_j − s_i)/τ) (Brown et al. 2020, "Smooth-AP")
// Beside it two losses of distances, for each query with its furthest relative and its nearest stranger (Hermans et al.
// 2017, "In defense of the triplet loss"):
//   triplet, contrastive   as the ops of these names
class RetrievalObjective {
 public:
  explicit RetrievalObjective(const RetrievalOptions& options);

  // The loss of unit vectors [queries, features], a whole batch or one of --shards, whose candidate_similarities are
  // given. `noise` draws margins and a rule's noise.
  Var operator()(Var embeddings, Var similarities, const EmbeddingMemory& memory, const Relatives& relatives,
                 Rng& noise);

  // The solver's; zeros where there is none.
  SolverDiagnostics& diagnostics() { return layer_ ? layer_->diagnostics() : none_; }
  const SolverDiagnostics& diagnostics() const { return layer_ ? layer_->diagnostics() : none_; }

  std::vector<ShardLearner> learners() const { return learners_of(layer_); }
  // What a rule has learned, if it learns.
  void save(Checkpoint& checkpoint) const;
  void load(const Checkpoint& checkpoint);

 private:
  Var by_solver(Var similarities, const Relatives& relatives, Rng& noise);
  Var by_lapsum(Var similarities, const Relatives& relatives) const;
  Var by_sigmoid(Var similarities, const Relatives& relatives) const;
  Var by_distance(Var embeddings, Var similarities, const EmbeddingMemory& memory, const Relatives& relatives) const;

  std::string rule_;
  real noise_margin_, informed_margin_, temperature_, distance_;
  std::optional<RuleLayer> layer_;
  SolverDiagnostics none_;
};

}  // namespace cotape::app
