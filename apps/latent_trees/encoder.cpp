#include <cotape/apps/latent_trees/encoder.h>
#include <cotape/engine/ops.h>
#include <cotape/nn/layers/init.h>

namespace cotape::app {
namespace {

constexpr real first_bias = real(0.1);

void initialise(Parameter& weight, Parameter& bias, init::Fans fans, Rng& rng) {
  init::glorot_normal(weight.mutable_value(), fans, rng);
  init::constant(bias.mutable_value(), first_bias);
}
void initialise(Linear& layer, Rng& rng) {
  initialise(layer.weight(), *layer.bias(), init::fans(layer.weight().value().shape()), rng);
}

}  // namespace

PairLinear::PairLinear(std::int64_t in, std::int64_t out)
    : weight_("weight", Tensor(Shape{2 * out, in})), bias_("bias", Tensor(Shape{out})), no_bias_(Shape{out}) {
  add("weight", weight_);
  add("bias", bias_);
}

Var PairLinear::forward(Var x) {
  Tape& tape = x.tape();
  return linear(x, tape.parameter(weight_), concat({tape.view(no_bias_), tape.parameter(bias_)}, 0));
}

NodeNet::NodeNet(std::int64_t in, std::int64_t hidden, Rng& rng)
    : fc1_(in, hidden, {}, rng), fc2_(hidden, hidden, {}, rng), norm_(hidden) {
  add("fc1", fc1_);
  add("fc2", fc2_);
  add("norm", norm_);
  initialise(fc1_, rng);
  initialise(fc2_, rng);
}

Var NodeNet::forward(Var x) { return norm_(elu(fc2_(elu(fc1_(x))))); }

PairNet::PairNet(std::int64_t in, std::int64_t hidden, PairFeatures features, Rng& rng)
    : of_nodes_(in, hidden), fc2_(hidden, hidden, {}, rng), norm_(hidden) {
  const bool with_pairs = features == PairFeatures::as_wide;
  const init::Fans fans{(with_pairs ? 3 : 2) * in, hidden};  // of the layer of which both are parts
  add("nodes", of_nodes_);
  initialise(of_nodes_.weight(), of_nodes_.bias(), fans, rng);
  if (with_pairs) {
    of_pairs_.emplace(in, hidden, LinearOptions{.bias = false}, rng);
    init::glorot_normal(of_pairs_->weight().mutable_value(), fans, rng);
    add("pairs", *of_pairs_);
  }
  add("fc2", fc2_);
  add("norm", norm_);
  initialise(fc2_, rng);
}

Var PairNet::operator()(Var nodes) {
  const Recording recording = record_on(nodes.tape());
  return rest(pair_sum(of_nodes_(nodes)));
}

Var PairNet::operator()(Var nodes, Var pairs) {
  const Recording recording = record_on(nodes.tape());
  return rest(pair_sum(of_nodes_(nodes)) + (*of_pairs_)(pairs));
}

Var PairNet::rest(Var x) { return norm_(elu(fc2_(elu(x)))); }

Encoder::Encoder(std::int64_t nodes, std::int64_t frames, std::int64_t hidden, Rng& rng)
    : nodes_(nodes),
      frames_(frames),
      hidden_(hidden),
      nodes1_(2 * frames, hidden, rng),
      pairs1_(hidden, hidden, PairNet::PairFeatures::none, rng),
      nodes2_(hidden, hidden, rng),
      pairs2_(hidden, hidden, PairNet::PairFeatures::as_wide, rng),
      out_(hidden, 1, {}, rng) {
  add("nodes1", nodes1_);
  add("pairs1", pairs1_);
  add("nodes2", nodes2_);
  add("pairs2", pairs2_);
  add("out", out_);
  initialise(out_, rng);
  for (std::int64_t i = 0; i < nodes; ++i)
    for (std::int64_t j = i + 1; j < nodes; ++j) {
      forth_.push_back(i * (nodes - 1) + j - 1);
      back_.push_back(j * (nodes - 1) + i);
    }
}

Var Encoder::forward(Var positions) {
  const std::int64_t batch = positions.shape()[0];
  const Var x = nodes1_(reshape(permute(positions, {0, 2, 1, 3}), {batch, nodes_, 2 * frames_}));
  const Var pairs = pairs1_(x);
  const Var received = sum(reshape(pairs, {batch, nodes_, nodes_ - 1, hidden_}), 2) / static_cast<real>(nodes_);
  const Var directed = reshape(out_(pairs2_(nodes2_(received), pairs)), {batch, nodes_ * (nodes_ - 1)});
  return ((index_select(directed, 1, forth_) + index_select(directed, 1, back_)) / 2).named("scores");
}

}  // namespace cotape::app
