#include <doctest/doctest.h>

#include <cotape/engine/ops.h>

#include "../../check_gradients.h"

using namespace cotape;

namespace {

constexpr std::int64_t batch = 3, time_steps = 4, features = 2, hidden = 3;

// x, the first states, and weights of so many gates.
std::vector<Tensor> inputs(std::int64_t gates, std::int64_t states) {
  std::vector<Tensor> all = {normal_tensor({batch, time_steps, features}, 1),
                             normal_tensor({gates * hidden, features}, 2), normal_tensor({gates * hidden, hidden}, 3),
                             normal_tensor({gates * hidden}, 4), normal_tensor({gates * hidden}, 5)};
  for (std::int64_t i = 0; i < states; ++i)
    all.push_back(normal_tensor({batch, hidden}, static_cast<std::uint64_t>(6 + i)));
  return all;
}

RecurrentWeights weights_of(std::span<const Var> x) { return {x[1], x[2], x[3], x[4]}; }

// Outputs and last states beside each other, so that the cotangent reaches both.
Var joined(Var outputs, std::initializer_list<Var> states) {
  std::vector<Var> parts = {reshape(outputs, {-1})};
  for (const Var& state : states) parts.push_back(reshape(state, {-1}));
  return concat(parts, 0);
}

}  // namespace

TEST_CASE("gradients of recurrent ops: both directions, full and short sequences") {
  const std::vector<std::int64_t> short_lengths = {4, 1, 0};
  for (const bool reverse : {false, true})
    for (const bool is_short : {false, true}) {
      RecurrentSettings settings{.reverse = reverse};
      if (is_short) settings.lengths = short_lengths;
      const std::string what = std::string(reverse ? ", reverse" : "") + (is_short ? ", short" : "");
      check_gradients(
          "rnn" + what,
          [&](Tape&, std::span<const Var> x) {
            const RecurrentResult r = rnn(x[0], x[5], weights_of(x), settings);
            return joined(r.outputs, {r.hidden});
          },
          inputs(1, 1));
      check_gradients(
          "gru" + what,
          [&](Tape&, std::span<const Var> x) {
            const RecurrentResult r = gru(x[0], x[5], weights_of(x), settings);
            return joined(r.outputs, {r.hidden});
          },
          inputs(3, 1));
      check_gradients(
          "lstm" + what,
          [&](Tape&, std::span<const Var> x) {
            const LstmResult r = lstm(x[0], {x[5], x[6]}, weights_of(x), settings);
            return joined(r.outputs, {r.state.hidden, r.state.cell});
          },
          inputs(4, 2));
    }
}

TEST_CASE("gradients of an lstm whose outputs alone, or whose last cell alone, are used") {
  check_gradients(
      "outputs",
      [](Tape&, std::span<const Var> x) {
        return lstm(x[0], {x[5], x[6]}, weights_of(x)).outputs;
      },
      inputs(4, 2));
  check_gradients(
      "cell",
      [](Tape&, std::span<const Var> x) {
        return lstm(x[0], {x[5], x[6]}, weights_of(x)).state.cell;
      },
      inputs(4, 2));
}
