#include <torch/torch.h>

#include <cotape/bench/peers/torch/solver_layer.h>
#include <cotape/bench/peers/torch/tensors.h>
#include <cotape/bench/peers/torch/torch_step.h>
#include <cotape/bench/steps/batches.h>
#include <cotape/solvers/trees/spanning_tree.h>

#include <cmath>

namespace cotape::bench::peer {
namespace {

constexpr std::int64_t nodes = layout_nodes, frames = layout_frames;
constexpr double variance = 5e-5;

// The net of apps/latent_trees. As there, what is linear in the features of both ends of a pair is computed for each
// node and added; where all pairs are wanted without the diagonal they are selected, in the decoder, where it does no
// harm, they are the whole square, whose diagonal has the coefficient 0.

torch::Tensor elu_in_place(torch::Tensor x) { return torch::elu_(x); }

// [..., n, in] to the parts of a node as sender and as receiver, [..., n, out] each.
struct PairLinear : torch::nn::Module {
  PairLinear(std::int64_t in, std::int64_t out)
      : weight(register_parameter("weight", torch::empty({2 * out, in}))),
        bias(register_parameter("bias", torch::empty({out}))) {}
  // Sums over the square of all pairs, [..., receiver, sender, out].
  torch::Tensor forward(const torch::Tensor& x) {
    const std::vector<torch::Tensor> parts = torch::linear(x, weight).chunk(2, -1);
    return parts[0].unsqueeze(-3) + (parts[1] + bias).unsqueeze(-2);
  }
  torch::Tensor weight, bias;
};

struct NodeNet : torch::nn::Module {
  NodeNet(std::int64_t in, std::int64_t hidden)
      : fc1(register_module("fc1", torch::nn::Linear(in, hidden))),
        fc2(register_module("fc2", torch::nn::Linear(hidden, hidden))),
        norm(register_module("norm", torch::nn::BatchNorm1d(hidden))) {}
  // Rows [rows, in].
  torch::Tensor forward(const torch::Tensor& x) { return norm(elu_in_place(fc2(elu_in_place(fc1(x))))); }
  torch::nn::Linear fc1, fc2;
  torch::nn::BatchNorm1d norm;
};

struct PairNet : torch::nn::Module {
  PairNet(std::int64_t hidden, bool with_pairs)
      : of_nodes(register_module("nodes", std::make_shared<PairLinear>(hidden, hidden))) {
    if (with_pairs)
      of_pairs = register_module("pairs", torch::nn::Linear(torch::nn::LinearOptions(hidden, hidden).bias(false)));
    fc2 = register_module("fc2", torch::nn::Linear(hidden, hidden));
    norm = register_module("norm", torch::nn::BatchNorm1d(hidden));
  }
  // Nodes [batch, n, hidden] and, where there are any, pairs [batch · n (n − 1), hidden]; `places` are the pairs' in
  // the square.
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& pairs, const torch::Tensor& places) {
    torch::Tensor sums = of_nodes->forward(x).flatten(1, 2).index_select(1, places).flatten(0, 1);
    if (pairs.defined()) sums += of_pairs(pairs);
    return norm(elu_in_place(fc2(elu_in_place(sums))));
  }
  std::shared_ptr<PairLinear> of_nodes;
  torch::nn::Linear of_pairs{nullptr}, fc2{nullptr};
  torch::nn::BatchNorm1d norm{nullptr};
};

struct Encoder : torch::nn::Module {
  explicit Encoder(std::int64_t hidden)
      : nodes1(register_module("nodes1", std::make_shared<NodeNet>(2 * frames, hidden))),
        pairs1(register_module("pairs1", std::make_shared<PairNet>(hidden, false))),
        nodes2(register_module("nodes2", std::make_shared<NodeNet>(hidden, hidden))),
        pairs2(register_module("pairs2", std::make_shared<PairNet>(hidden, true))),
        out(register_module("out", torch::nn::Linear(hidden, 1))) {
    std::vector<std::int64_t> off_diagonal, forth_pairs, back_pairs;
    for (std::int64_t i = 0; i < nodes; ++i)
      for (std::int64_t j = 0; j < nodes; ++j) {
        if (i != j) off_diagonal.push_back(i * nodes + j);
        if (i >= j) continue;
        forth_pairs.push_back(i * (nodes - 1) + j - 1);
        back_pairs.push_back(j * (nodes - 1) + i);
      }
    places = torch::tensor(off_diagonal);
    forth = torch::tensor(forth_pairs);
    back = torch::tensor(back_pairs);
  }
  // Positions [batch, frames, n, 2] to scores [batch, edges].
  torch::Tensor forward(const torch::Tensor& positions) {
    const std::int64_t batch = positions.size(0);
    const auto of_nodes = [batch](const torch::Tensor& rows) { return rows.view({batch, nodes, -1}); };
    const torch::Tensor x = nodes1->forward(positions.permute({0, 2, 1, 3}).reshape({batch * nodes, 2 * frames}));
    const torch::Tensor pairs = pairs1->forward(of_nodes(x), {}, places);
    const torch::Tensor received = pairs.view({batch * nodes, nodes - 1, -1}).sum(1) / static_cast<double>(nodes);
    const torch::Tensor y = pairs2->forward(of_nodes(nodes2->forward(received)), pairs, places);
    const torch::Tensor directed = out(y).view({batch, nodes * (nodes - 1)});
    return (directed.index_select(1, forth) + directed.index_select(1, back)) / 2;
  }
  std::shared_ptr<NodeNet> nodes1;
  std::shared_ptr<PairNet> pairs1;
  std::shared_ptr<NodeNet> nodes2;
  std::shared_ptr<PairNet> pairs2;
  torch::nn::Linear out;
  torch::Tensor places, forth, back;
};

struct Messages : torch::nn::Module {
  explicit Messages(std::int64_t hidden)
      : fc1(register_module("fc1", std::make_shared<PairLinear>(2, hidden))),
        fc2(register_module("fc2", torch::nn::Linear(hidden, hidden))) {}
  // Positions [batch, n, 2] and coefficients [batch, n, n, 1] to what is received, [batch, n, hidden].
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& coefficients) {
    return (fc2(fc1->forward(x).relu_()).relu_() * coefficients).sum(2);
  }
  std::shared_ptr<PairLinear> fc1;
  torch::nn::Linear fc2;
};

struct Decoder : torch::nn::Module {
  explicit Decoder(std::int64_t hidden)
      : tree(register_module("tree", std::make_shared<Messages>(hidden))),
        rest(register_module("rest", std::make_shared<Messages>(hidden))),
        fc1(register_module("fc1", torch::nn::Linear(2 + hidden, hidden))),
        fc2(register_module("fc2", torch::nn::Linear(hidden, hidden))),
        fc3(register_module("fc3", torch::nn::Linear(hidden, 2))) {}
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& on_tree, const torch::Tensor& on_rest) {
    const torch::Tensor received = tree->forward(x, on_tree) + rest->forward(x, on_rest);
    return x + fc3(fc2(fc1(torch::cat({x, received}, -1)).relu_()).relu_());
  }
  std::shared_ptr<Messages> tree, rest;
  torch::nn::Linear fc1, fc2, fc3;
};

struct LatentTrees : torch::nn::Module {
  explicit LatentTrees(std::int64_t hidden)
      : encoder(register_module("encoder", std::make_shared<Encoder>(hidden))),
        decoder(register_module("decoder", std::make_shared<Decoder>(hidden))) {}
  std::shared_ptr<Encoder> encoder;
  std::shared_ptr<Decoder> decoder;
};

class LatentTreesStep final : public TorchStep {
 public:
  LatentTreesStep(const StepInfo& step, Module& weights)
      : net_(std::make_shared<LatentTrees>(step.size)),
        solver_(SpanningTree(SparseGraph::complete(nodes), {Sense::maximise})),
        positions_(to_torch(layout_batch(step))) {
    // The place of an edge for every pair of the square; the diagonal finds a 0 behind the last edge.
    torch::Tensor edges = torch::full({nodes, nodes}, layout_edges, torch::kLong);
    std::int64_t edge = 0;
    for (std::int64_t i = 0; i < nodes; ++i)
      for (std::int64_t j = i + 1; j < nodes; ++j, ++edge) edges[i][j] = edges[j][i] = edge;
    edges_ = edges.flatten();
    start(net_, weights, torch::MemoryFormat::Contiguous, torch::optim::AdamOptions(5e-4));
  }

  Values forward() override {
    const std::int64_t batch = positions_.size(0);
    const torch::Tensor scores = net_->encoder->forward(positions_);
    // Centred and of unit length: layer_norm gives the length √n.
    const torch::Tensor standardized =
        torch::layer_norm(scores, {layout_edges}, {}, {}, 0) / std::sqrt(static_cast<double>(layout_edges));
    const torch::Tensor trees = solver_(standardized);
    const auto on_pairs = [&](const torch::Tensor& of_edges) {
      return torch::constant_pad_nd(of_edges, {0, 1}).index_select(1, edges_).view({batch, nodes, nodes, 1});
    };
    const torch::Tensor on_tree = on_pairs(trees), on_rest = on_pairs(1 - trees);
    torch::Tensor x = positions_.select(1, 0);
    std::vector<torch::Tensor> predicted;
    for (std::int64_t t = 1; t < frames; ++t) predicted.push_back(x = net_->decoder->forward(x, on_tree, on_rest));
    const torch::Tensor off = torch::stack(predicted, 1) - positions_.slice(1, 1);
    const auto shares = static_cast<double>(nodes * batch);
    const torch::Tensor nll = off.square().sum() / (2 * variance * shares);
    const torch::Tensor kl = 2 * (scores + (-scores).exp() - 1).sum() / shares;
    return {scores, nll + kl};
  }

  void replay(const torch::Tensor& solutions, const torch::Tensor&) override { solver_.replay(solutions); }

 private:
  std::shared_ptr<LatentTrees> net_;
  SolverLayer solver_;
  torch::Tensor positions_, edges_;
};

}  // namespace

std::unique_ptr<TorchStep> make_torch_latent_trees_step(const StepInfo& step, Module& weights) {
  return std::make_unique<LatentTreesStep>(step, weights);
}

}  // namespace cotape::bench::peer
