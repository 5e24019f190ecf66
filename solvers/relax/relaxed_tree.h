#pragma once
#include <cstdint>
#include <memory>

#include <cotape/engine/base/random.h>
#include <cotape/engine/tape/tape.h>
#include <cotape/solvers/core/oracle.h>
#include <cotape/solvers/kit/graph.h>
#include <cotape/solvers/kit/workspace_pool.h>
#include <cotape/solvers/relax/relaxations.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The relaxation of the most valuable spanning tree of an undirected graph that gradient rules are compared with
// (Paulus et al. 2020, "Gradient estimation with stochastic softmax tricks": the exponential-family relaxation of
// spanning trees). Ordinary differentiable ops on scores [..., edges], with results of the same shape. Where the graph
// is not connected: spanning forests. Copies share the memory that they work in.
class RelaxedSpanningTree {
 public:
  // Throws ValueError when the graph is directed or has no edges.
  explicit RelaxedSpanningTree(const SparseGraph& graph);

  // The mean of all trees, each y counted with the weight e^⟨θ, y⟩: as SpanningTree::marginals. With its own gradient,
  // exactly: dθ = Cov(y)·dy. The numbers of an instance sum to nodes − 1. Throws ShapeError when the scores do not end
  // in [edges], ValueError for a score that is not finite.
  Var marginals(Var scores) const;

  // marginals((θ + g)/τ) with new Gumbel noise g at every call. hard: the best tree for θ + g, whose gradient passes to
  // those marginals unchanged (straight through). Throws as marginals() does, and ValueError unless the temperature τ
  // is positive and finite.
  Var operator()(Var scores, real temperature, Rng& rng, Relaxed form = Relaxed::soft) const;

 private:
  struct Workspace;

  SparseGraph graph_;
  WorkspacePool<Workspace> workspaces_;
  std::shared_ptr<Oracle> oracle_;  // of the best tree
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
