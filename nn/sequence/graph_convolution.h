#pragma once
#include <span>
#include <vector>

#include <cotape/nn/layers/linear.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

struct MessageOptions {
  bool self_loops = true;  // an edge of weight 1 from each node to itself is added
  bool symmetric = true;   // the weight of an edge is divided by √(degree of its start · degree of its end)
};

// Which node of a graph sends to which, and with what weight, prepared once for all layers and steps. The degree of a
// node is the sum of the weights of all edges that lead to it; the symmetric normalisation is D^−½ A D^−½ of Kipf and
// Welling where each edge is given in both directions, and leaves an edge at a node of degree 0 out.
class MessageEdges {
 public:
  // Edge i leads from node from[i] to node to[i] < nodes, with weight weights[i], or 1 where none are given. Throws
  // ValueError for a negative number of nodes, a node outside the graph, or, if symmetric, a weight that is negative or
  // not finite, ShapeError when the numbers of starts, ends and weights differ.
  MessageEdges(std::int64_t nodes, std::span<const std::int64_t> from, std::span<const std::int64_t> to,
               std::span<const real> weights = {}, const MessageOptions& options = {});

  std::int64_t nodes() const { return nodes_; }
  std::span<const std::int64_t> from() const { return from_; }
  std::span<const std::int64_t> to() const { return to_; }
  // After normalisation, [edges, 1].
  const Tensor& weights() const { return weights_; }

  // Each node's sum of what is sent to it, y[j] = Σ weight · x[i] over the edges i → j, x [nodes, features]. The edges
  // must outlive the tape's next clear(). Throws ShapeError when x has another number of nodes.
  Var send(Var x) const;

 private:
  std::int64_t nodes_;
  std::vector<std::int64_t> from_, to_;
  Tensor weights_;
};

// Kipf and Welling, "Semi-supervised classification with graph convolutional networks", ICLR 2017, equation 2, without
// the activation: y = Â x Wᵀ + bias, where Â are the normalised edges. Parameters "weight" [out, in], at first
// init::glorot_uniform, and "bias" [out], at first 0.
class GraphConvolution final : public Module {
 public:
  // Throws ValueError for sizes < 1.
  GraphConvolution(std::int64_t in, std::int64_t out, Rng& rng);

  // x [nodes, in], result [nodes, out]. The edges must outlive the tape's next clear().
  Var operator()(Var x, const MessageEdges& edges);

 private:
  Parameter weight_, bias_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
