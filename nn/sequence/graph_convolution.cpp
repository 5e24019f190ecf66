#include <cotape/engine/base/error.h>
#include <cotape/engine/ops/arithmetic.h>
#include <cotape/engine/ops/indexing.h>
#include <cotape/nn/layers/init.h>
#include <cotape/nn/sequence/graph_convolution.h>

#include <cmath>

namespace cotape {
inline namespace COTAPE_PRECISION {

MessageEdges::MessageEdges(std::int64_t nodes, std::span<const std::int64_t> from, std::span<const std::int64_t> to,
                           std::span<const real> weights, const MessageOptions& options)
    : nodes_(nodes), from_(from.begin(), from.end()), to_(to.begin(), to.end()) {
  if (nodes < 0) fail<ValueError>("message edges: ", nodes, " nodes");
  if (from.size() != to.size() || (!weights.empty() && weights.size() != from.size()))
    fail<ShapeError>("message edges: ", from.size(), " starts, ", to.size(), " ends and ", weights.size(),
                     " weights: they must be as many");
  for (std::size_t i = 0; i < from.size(); ++i)
    for (const std::int64_t node : {from[i], to[i]})
      if (node < 0 || node >= nodes)
        fail<ValueError>("message edges: node ", node, " of edge ", i, " is none of ", nodes);
  std::vector<real> of_edges(weights.begin(), weights.end());
  of_edges.resize(from.size(), 1);
  if (options.self_loops)
    for (std::int64_t node = 0; node < nodes; ++node) {
      from_.push_back(node);
      to_.push_back(node);
      of_edges.push_back(1);
    }
  if (options.symmetric) {
    std::vector<double> degree(static_cast<std::size_t>(nodes));
    for (std::size_t i = 0; i < to_.size(); ++i) {
      if (!std::isfinite(of_edges[i]) || of_edges[i] < 0)
        fail<ValueError>("message edges: weight ", of_edges[i], " of edge ", i, " is negative or not finite");
      degree[static_cast<std::size_t>(to_[i])] += static_cast<double>(of_edges[i]);
    }
    for (std::size_t i = 0; i < to_.size(); ++i) {
      const double product = degree[static_cast<std::size_t>(from_[i])] * degree[static_cast<std::size_t>(to_[i])];
      of_edges[i] = product > 0 ? static_cast<real>(static_cast<double>(of_edges[i]) / std::sqrt(product)) : 0;
    }
  }
  weights_ = Tensor({std::ssize(of_edges), 1}, of_edges);
}

Var MessageEdges::send(Var x) const {
  if (x.shape().rank() != 2 || x.shape()[0] != nodes_)
    fail<ShapeError>("message edges: x ", x.shape(), " is not [nodes, features] of ", nodes_, " nodes");
  return segment_sum(index_select(x, 0, from_) * x.tape().view(weights_), to_, nodes_);
}

GraphConvolution::GraphConvolution(std::int64_t in, std::int64_t out, Rng& rng) {
  if (in < 1 || out < 1)
    fail<ValueError>("graph convolution: ", in, " inputs and ", out, " outputs are not both positive");
  weight_ = Parameter("weight", Tensor::uninitialized({out, in}));
  init::glorot_uniform(weight_.mutable_value(), rng);
  bias_ = Parameter("bias", Tensor({out}));
  add("weight", weight_);
  add("bias", bias_);
}

Var GraphConvolution::operator()(Var x, const MessageEdges& edges) {
  Tape& tape = x.tape();
  const Recording recording = record_on(tape);
  return edges.send(linear(x, tape.parameter(weight_))) + tape.parameter(bias_);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
