#pragma once
#include <cotape/nn/layers/batch_norm.h>
#include <cotape/nn/layers/linear.h>

namespace cotape::app {

// The first layer of a net on all ordered pairs of nodes, as far as it is linear in the features of each: what a node
// contributes as sender, then as receiver, for pair_sum and pair_messages. x [..., n, in] to [..., n, 2 out]. Together
// they are one linear layer from the features of both, with parameters "weight" [2 out, in] and "bias" [out].
class PairLinear final : public Layer {
 public:
  PairLinear(std::int64_t in, std::int64_t out);

  Parameter& weight() { return weight_; }
  Parameter& bias() { return bias_; }

 private:
  Var forward(Var x) override;

  Parameter weight_, bias_;
  Tensor no_bias_;  // of senders
};

// Linear, ELU, linear, ELU, batch normalisation: a net for nodes, x [..., in] to [..., hidden].
class NodeNet final : public Layer {
 public:
  NodeNet(std::int64_t in, std::int64_t hidden, Rng& rng);

 private:
  Var forward(Var x) override;

  Linear fc1_, fc2_;
  BatchNorm norm_;
};

// The same for ordered pairs of nodes: features of nodes [B, n, in], and of pairs [B, n (n − 1), in] where there are
// any, to [B, n (n − 1), hidden].
class PairNet final : public Module {
 public:
  enum class PairFeatures { none, as_wide };
  PairNet(std::int64_t in, std::int64_t hidden, PairFeatures features, Rng& rng);

  Var operator()(Var nodes);
  Var operator()(Var nodes, Var pairs);

 private:
  Var rest(Var x);

  PairLinear of_nodes_;
  std::optional<Linear> of_pairs_;
  Linear fc2_;
  BatchNorm norm_;
};

// What the movement of the nodes says of the edges (Kipf et al. 2018, "Neural relational inference for interacting
// systems", the factor-graph encoder): positions [B, frames, n, 2] to one score for each undirected edge, [B, n (n −
// 1)/2], the mean of both directions.
class Encoder final : public Layer {
 public:
  // Weights are Glorot-normal, biases 0.1.
  Encoder(std::int64_t nodes, std::int64_t frames, std::int64_t hidden, Rng& rng);

 private:
  Var forward(Var positions) override;

  std::int64_t nodes_, frames_, hidden_;
  NodeNet nodes1_;
  PairNet pairs1_;
  NodeNet nodes2_;
  PairNet pairs2_;
  Linear out_;
  std::vector<std::int64_t> forth_, back_;  // the numbers of an edge's two ordered pairs
};

}  // namespace cotape::app
