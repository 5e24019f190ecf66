#include <cotape/engine/ops/arithmetic.h>
#include <cotape/solvers/relax/relaxed_tree.h>

#include "../../check_gradients.h"

using namespace cotape;

TEST_CASE("gradient check: relaxed spanning trees") {
  const auto check = [](const std::string& what, const SparseGraph& graph, double spread) {
    const RelaxedSpanningTree tree(graph);
    Tensor scores = normal_tensor({2, graph.edge_count()}, 1);
    for (real& x : scores.values()) x *= spread;
    check_gradients(what, [&](Tape&, std::span<const Var> x) { return tree.marginals(x[0]); }, {scores});
    check_gradients(what + ", perturbed",
                    [&](Tape&, std::span<const Var> x) {
                      Rng rng(5);
                      return tree(x[0], 0.7, rng);
                    },
                    {scores});
  };
  check("complete graph", SparseGraph::complete(5), 1);
  check("complete graph, wide range", SparseGraph::complete(6), 8);
  // Loops, parallel edges, two parts, a node by itself.
  check("any graph", SparseGraph::undirected(7, {{0, 1}, {1, 0}, {1, 2}, {2, 0}, {2, 2}, {4, 3}, {3, 4}, {4, 5}}), 1);
}
