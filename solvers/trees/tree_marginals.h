#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include <cotape/solvers/kit/allowed_edges.h>
#include <cotape/solvers/kit/graph.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// A number and its derivative along some direction.
struct Dual {
  double value = 0;
  double slope = 0;
};

// In how many of all spanning trees an edge is, each tree y counted with the weight e^⟨θ, y⟩: the derivatives of
// log Σ_y e^⟨θ, y⟩ with respect to θ, which the matrix-tree theorem makes the logarithm of a determinant of the
// graph's Laplacian (Kirchhoff 1847). Where the graph is not connected: spanning forests, a tree for each part.
//   Method: Gaussian elimination of that matrix, a node at a time. Weights are kept as logarithms, and nothing in the
// elimination is subtracted: eliminating node k adds w_ki w_kj / Σ_l w_kl to each w_ij. The means follow by
// differentiating backwards through it. So no range of θ is too wide; log weights are added in double. Time and memory
// are O(nodes³), less where eliminated nodes have few neighbours.
// N is double, or Dual for the derivatives of the means along the slopes of θ.
template <class N>
class TreeMarginals {
 public:
  // θ and mean are [edges]. Edges that `allowed` (nullptr: all may) leaves out, and loops, have mean 0. Returns the
  // number of edges of a tree or forest.
  std::int64_t compute(const SparseGraph& graph, const AllowedEdges* allowed, std::span<const N> theta,
                       std::span<N> mean);

 private:
  void join_parallel_edges(const SparseGraph& graph, const AllowedEdges* allowed, std::span<const N> theta);
  void eliminate();
  void differentiate();
  // Of two nodes, first < second.
  N& between(std::int64_t first, std::int64_t second) {
    return matrix_[static_cast<std::size_t>(first * nodes_ + second)];
  }
  std::span<const std::int32_t> later_neighbours(std::int64_t node) const;

  std::int64_t nodes_ = 0;
  // Of two nodes: at first the log of the weight between them. Once the first is eliminated, the share that this
  // neighbour has in the weight of all its neighbours; at last the mean.
  std::vector<N> matrix_;
  std::vector<N> share_;                   // of each edge in the weight of all edges between the same nodes
  std::vector<std::int32_t> neighbours_;   // of each node when it is eliminated, one node's after another's
  std::vector<std::size_t> neighbour_at_;  // [nodes + 1]: where a node's begin
  std::vector<N> detour_;                  // the share that an eliminated node brought to a weight, in their order
  std::vector<N> terms_;
};

extern template class TreeMarginals<double>;
extern template class TreeMarginals<Dual>;

}  // namespace COTAPE_PRECISION
}  // namespace cotape
