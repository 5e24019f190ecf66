#pragma once
#include <memory>

#include <cotape/apps/graph_matching/batch.h>
#include <cotape/apps/graph_matching/options.h>
#include <cotape/nn/layers/conv.h>
#include <cotape/nn/layers/linear.h>

namespace cotape::app {

// What points hear from their neighbours: x + relu(W [x, mean over neighbours j of relu(A x_j + G (p − p_j) + c)] + b),
// of features x at places p. Without G where positions must not be seen.
class MessagePass final : public Module {
 public:
  MessagePass(std::int64_t features, bool sees_places, Rng& rng);

  // Features [rows, features] of a batch's points; `offsets` is on the same tape.
  Var operator()(Var x, Var offsets, const PairBatch& batch);

 private:
  Linear message_, update_;
  std::optional<Linear> place_;
};

// What it costs to match points and edges of two views, learned from the pictures around the points: three convolutions
// of a point's patch, messages between neighbours, features of the edges, and learned affinities ⟨x, A y⟩ of unit
// vectors (after Rolínek et al. 2020, "Deep graph matching via blackbox differentiation of combinatorial solvers", with
// patches in place of a net for whole pictures).
class Matcher final : public Module {
 public:
  Matcher(const MatchingOptions& options, Rng& rng);

  // Patches [rows, 41, 41, 1] of a batch's points to costs [pairs, layout.size()], the negative affinities. That of two
  // edges is the mean of both ways to walk along them.
  Var operator()(Var patches, const PairBatch& batch);

 private:
  Var edge_costs(Var x, Var offsets, const PairBatch& batch);

  bool nodes_only_;
  std::int64_t hidden_;
  Conv2d conv1_, conv2_, conv3_;
  Linear features_;
  std::vector<std::unique_ptr<MessagePass>> passes_;
  Linear node_affinity_;
  // Of edges: what an end is as the first and as the second one, and where the second is seen from the first.
  std::optional<Linear> edge_first_, edge_second_, edge_place_, edge_affinity_;
};

}  // namespace cotape::app
