#include <cotape/engine/base/error.h>
#include <cotape/engine/ops/shape.h>
#include <cotape/nn/layers/init.h>
#include <cotape/nn/sequence/recurrent.h>

#include <cmath>

namespace cotape {
inline namespace COTAPE_PRECISION {

RecurrentLayer::RecurrentLayer(const Cell& cell, std::int64_t features, std::int64_t hidden,
                               const RecurrentOptions& options, Rng& rng)
    : cell_(cell), hidden_(hidden), directions_(options.bidirectional ? 2 : 1) {
  if (features < 1 || hidden < 1 || options.layers < 1)
    fail<ValueError>(cell.name, ": ", features, " features, ", hidden, " hidden units and ", options.layers,
                     " layers are not all positive");
  const real bound = static_cast<real>(1 / std::sqrt(static_cast<double>(hidden)));
  const auto start = [&](Parameter& parameter, const std::string& name, const Shape& shape) {
    parameter = Parameter(name, Tensor::uninitialized(shape));
    init::uniform(parameter.mutable_value(), -bound, bound, rng);
    add(name, parameter);
  };
  for (std::int64_t layer = 0; layer < options.layers; ++layer)
    for (std::int64_t direction = 0; direction < directions_; ++direction) {
      const std::string end = "_l" + std::to_string(layer) + (direction == 0 ? "" : "_reverse");
      const std::int64_t inputs = layer == 0 ? features : directions_ * hidden, gates = cell.gates * hidden;
      Weights& weights = weights_.emplace_back();
      start(weights.input, "weight_ih" + end, {gates, inputs});
      start(weights.hidden, "weight_hh" + end, {gates, hidden});
      start(weights.input_bias, "bias_ih" + end, {gates});
      start(weights.hidden_bias, "bias_hh" + end, {gates});
    }
}

RecurrentLayer::Read RecurrentLayer::read(Var x, std::span<const std::int64_t> lengths, const std::vector<Var>& first) {
  Tape& tape = x.tape();
  if (x.shape().rank() != 3) fail<ShapeError>(cell_.name, ": x ", x.shape(), " is not [batch, time, features]");
  const std::int64_t batch = x.shape()[0], all = std::ssize(weights_);
  for (const Var& state : first)
    if (state.shape() != Shape{all, batch, hidden_})
      fail<ShapeError>(cell_.name, ": the first state ", state.shape(), " for x ", x.shape(), ": it must be ",
                       Shape{all, batch, hidden_});
  std::vector<Var> zeros;
  if (first.empty())
    zeros.assign(static_cast<std::size_t>(cell_.states),
                 tape.constant({batch, hidden_}, [](Tensor& state) { state.fill(0); }));
  std::vector<std::vector<Var>> last(static_cast<std::size_t>(cell_.states));
  for (std::int64_t i = 0; i < all;) {
    std::vector<Var> outputs;
    for (std::int64_t direction = 0; direction < directions_; ++direction, ++i) {
      Weights& own = weights_[static_cast<std::size_t>(i)];
      std::vector<Var> states = zeros;
      for (const Var& state : first) states.push_back(reshape(slice(state, 0, i, i + 1), {batch, hidden_}));
      const Read layer = read_layer(x, states,
                                    {tape.parameter(own.input), tape.parameter(own.hidden),
                                     tape.parameter(own.input_bias), tape.parameter(own.hidden_bias)},
                                    {.reverse = direction == 1, .lengths = lengths});
      outputs.push_back(layer.outputs);
      for (std::size_t s = 0; s < last.size(); ++s) last[s].push_back(layer.states[s]);
    }
    x = directions_ == 1 ? outputs[0] : concat(outputs, 2);
  }
  Read result{x, {}};
  for (const std::vector<Var>& states : last) result.states.push_back(stack(states, 0));
  return result;
}

RecurrentResult Rnn::operator()(Var x, const SequenceOptions& options) {
  const Recording recording = record_on(x.tape());
  const Read all = read(x, options.lengths, options.state ? std::vector{*options.state} : std::vector<Var>{});
  return {all.outputs, all.states[0]};
}

RecurrentLayer::Read Rnn::read_layer(Var x, const std::vector<Var>& states, const RecurrentWeights& weights,
                                     const RecurrentSettings& settings) {
  const RecurrentResult result = rnn(x, states[0], weights, settings);
  return {result.outputs, {result.hidden}};
}

RecurrentResult Gru::operator()(Var x, const SequenceOptions& options) {
  const Recording recording = record_on(x.tape());
  const Read all = read(x, options.lengths, options.state ? std::vector{*options.state} : std::vector<Var>{});
  return {all.outputs, all.states[0]};
}

RecurrentLayer::Read Gru::read_layer(Var x, const std::vector<Var>& states, const RecurrentWeights& weights,
                                     const RecurrentSettings& settings) {
  const RecurrentResult result = gru(x, states[0], weights, settings);
  return {result.outputs, {result.hidden}};
}

LstmResult Lstm::operator()(Var x, const LstmOptions& options) {
  const Recording recording = record_on(x.tape());
  const Read all = read(x, options.lengths,
                        options.state ? std::vector{options.state->hidden, options.state->cell} : std::vector<Var>{});
  return {all.outputs, {all.states[0], all.states[1]}};
}

RecurrentLayer::Read Lstm::read_layer(Var x, const std::vector<Var>& states, const RecurrentWeights& weights,
                                      const RecurrentSettings& settings) {
  const LstmResult result = lstm(x, {states[0], states[1]}, weights, settings);
  return {result.outputs, {result.state.hidden, result.state.cell}};
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
