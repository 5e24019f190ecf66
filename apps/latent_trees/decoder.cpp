#include <cotape/apps/latent_trees/decoder.h>
#include <cotape/engine/ops.h>
#include <cotape/nn/layers/init.h>

#include <cmath>

namespace cotape::app {
namespace {

constexpr LinearOptions with_relu{.activation = Activation::relu};

// Uniform in ±1/√inputs.
void initialise(Parameter& weight, Parameter& bias, std::int64_t inputs, Rng& rng) {
  const real bound = 1 / std::sqrt(static_cast<real>(inputs));
  init::uniform(weight.mutable_value(), -bound, bound, rng);
  init::uniform(bias.mutable_value(), -bound, bound, rng);
}
void initialise(Linear& layer, Rng& rng) {
  initialise(layer.weight(), *layer.bias(), layer.weight().value().shape()[1], rng);
}

// How many of the given frames 0, steps, 2·steps, … have a frame so many steps later.
std::int64_t starts_with(std::int64_t frames, std::int64_t steps, std::int64_t later) {
  return (frames - 1 - later) / steps + 1;
}

}  // namespace

Decoder::Messages::Messages(std::int64_t hidden, Rng& rng) : fc1(2, hidden), fc2(hidden, hidden, {}, rng) {
  add("fc1", fc1);
  add("fc2", fc2);
  initialise(fc1.weight(), fc1.bias(), 4, rng);
  initialise(fc2, rng);
}

Var Decoder::Messages::operator()(Var positions, Var coefficients) {
  const Recording recording = record_on(positions.tape());
  Tape& tape = positions.tape();
  return pair_messages(fc1(positions), tape.parameter(fc2.weight()), tape.parameter(*fc2.bias()), coefficients);
}

Decoder::Decoder(std::int64_t hidden, Rng& rng)
    : tree_(hidden, rng),
      rest_(hidden, rng),
      fc1_(2 + hidden, hidden, with_relu, rng),
      fc2_(hidden, hidden, with_relu, rng),
      fc3_(hidden, 2, {}, rng) {
  add("tree", tree_);
  add("rest", rest_);
  add("fc1", fc1_);
  add("fc2", fc2_);
  add("fc3", fc3_);
  for (Linear* layer : {&fc1_, &fc2_, &fc3_}) initialise(*layer, rng);
}

Var Decoder::operator()(Var positions, Var trees) {
  const Recording recording = record_on(positions.tape());
  const Var received = tree_(positions, trees) + rest_(positions, 1 - trees);
  return positions + fc3_(fc2_(fc1_(concat({positions, received}, -1))));
}

Var Decoder::predict(Var frames, Var trees, std::int64_t steps) {
  const Shape& shape = frames.shape();
  const std::int64_t batch = shape[0], count = shape[1], nodes = shape[2], sets = trees.shape()[0];
  std::int64_t starts = starts_with(count, steps, 1);
  std::vector<std::int64_t> given;
  for (std::int64_t s = 0; s < starts; ++s) given.push_back(s * steps);
  Var x = index_select(frames, 1, given);
  if (sets != batch) {  // several trees for each example
    x = broadcast_to(reshape(x, {batch, 1, starts, nodes, 2}), {batch, sets / batch, starts, nodes, 2});
    x = reshape(x, {sets, starts, nodes, 2});
  }
  std::vector<Var> predicted;
  for (std::int64_t later = 1; later <= std::min(steps, count - 1); ++later) {
    const std::int64_t still = starts_with(count, steps, later);
    if (still < starts) x = slice(x, 1, 0, still);
    starts = still;
    x = reshape((*this)(reshape(x, {sets * starts, nodes, 2}), trees), {sets, starts, nodes, 2});
    predicted.push_back(x);
  }
  return predicted.size() == 1 ? predicted.front() : concat(predicted, 1);
}

std::vector<std::int64_t> predicted_frames(std::int64_t frames, std::int64_t steps) {
  std::vector<std::int64_t> order;
  for (std::int64_t later = 1; later <= std::min(steps, frames - 1); ++later)
    for (std::int64_t s = 0; s < starts_with(frames, steps, later); ++s) order.push_back(s * steps + later);
  return order;
}

}  // namespace cotape::app
