#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/engine/ops.h>
#include <cotape/nn/layers/sequential.h>
#include <cotape/nn/sequence/recurrent.h>

#include <cmath>

#include "../../near.h"
#include "../../normal_tensor.h"
#include "sines.h"

using namespace cotape;

namespace {

const std::vector<std::int64_t> lengths = {4, 2};

// What PyTorch computes with two layers in both directions from the same numbers, in double.
struct Expected {
  std::vector<double> outputs, hidden, cell, weight_hh_l0, bias_ih_l1_reverse;
};

void check(Module& net, const Expected& expected, Var outputs, std::vector<Var> states) {
  const auto near = [](const char* what, const Tensor& x, const std::vector<double>& wanted) {
    CAPTURE(what);
    REQUIRE(std::ssize(wanted) == x.size());
    for (std::int64_t i = 0; i < x.size(); ++i)
      CHECK(x[i] == doctest::Approx(wanted[static_cast<std::size_t>(i)]).epsilon(1e-4));
  };
  near("outputs", outputs.value(), expected.outputs);
  near("hidden", states[0].value(), expected.hidden);
  if (states.size() > 1) near("cell", states[1].value(), expected.cell);
  Tape& tape = outputs.tape();
  Var last = states[0];
  if (states.size() > 1) last = last + states[1];
  tape.backward(sum(outputs * tape.constant(sines(outputs.shape(), 400))) +
                sum(last * tape.constant(sines(last.shape(), 500))));
  for (const Parameter* parameter : net.parameters()) {
    if (parameter->name() == "weight_hh_l0") near("weight_hh_l0", parameter->gradient(), expected.weight_hh_l0);
    if (parameter->name() == "bias_ih_l1_reverse")
      near("bias_ih_l1_reverse", parameter->gradient(), expected.bias_ih_l1_reverse);
  }
}

constexpr RecurrentOptions two_layers{.layers = 2, .bidirectional = true};

const Expected rnn_expected{
    {-0.97580692, -0.99639373, 0.91343989, 0.96496679, -0.97716891, 0.807267,   0.99942591, -0.035334421,
     -0.99412409, -0.79672632, 0.83932269, 0.94788566, -0.9538182,  0.63292938, 0.90522196, -0.71202739,
     -0.91474519, -0.95671454, 0.84244054, 0.95563387, -0.94150656, 0.77216348, 0.9991787,  -0.67270533,
     0,           0,           0,          0,          0,           0,          0,          0},
    {0.16321581, 0.84767467, 0.525379, 0.70184383, -0.23147419, 0.99635155, 0.13505516, 0.98674027, -0.9538182,
     0.63292938, -0.94150656, 0.77216348, 0.91343989, 0.96496679, 0.84244054, 0.95563387},
    {},
    {-0.69743446, 0.6150609, -0.21524922, 0.12741874},
    {-0.32102003, -0.48825156}};
const Expected gru_expected{
    {0.54818505,
     0.98202136,
     -0.36178103,
     0.27985961,
     0.55889728,
     0.92546326,
     -0.76348377,
     0.64408137,
     0.51339925,
     0.91560116,
     -0.67845586,
     0.41029073,
     0.56985382,
     0.8479193,
     -0.96243873,
     0.77835346,
     -0.022981961,
     -0.42254477,
     0.61811522,
     0.56615185,
     0.2304062,
     -0.24574811,
     0.3923638,
     -0.012161892,
     0,
     0,
     0,
     0,
     0,
     0,
     0,
     0},
    {-0.78903138, 0.45821014, -0.4315793, 0.36828566, -0.36180199, -0.70584244, -0.96602308, -0.56260112, 0.56985382,
     0.8479193, 0.2304062, -0.24574811, -0.36178103, 0.27985961, 0.61811522, 0.56615185},
    {},
    {-0.033196821, 0.004592991, -0.008666124, 0.010599888, 0.28030496, -0.095798037, -0.40945291, -0.27749746,
     -0.33605749, -0.11293575, -0.012583178, -0.020624354},
    {-0.03576113, -0.12813732, 0.01953358, 0.28070974, 0.3391048, 0.35065002}};
const Expected lstm_expected{
    {-0.043451048,
     0.011203141,
     -0.41615962,
     0.36181351,
     0.038871642,
     0.06142791,
     -0.54282918,
     0.33184709,
     0.067544353,
     0.030402675,
     -0.51549404,
     0.32803832,
     0.090268556,
     0.062427329,
     -0.61707507,
     0.11393825,
     0.079926703,
     0.001749087,
     0.20475931,
     0.45493006,
     0.0795169,
     0.007222677,
     0.15378569,
     0.14784209,
     0,
     0,
     0,
     0,
     0,
     0,
     0,
     0},
    {-0.20676181, 0.47765906, -0.17108546, 0.46141869, -0.32655249, -0.80062042, -0.55600085, -0.75259798, 0.090268556,
     0.062427329, 0.0795169, 0.007222677, -0.41615962, 0.36181351, 0.20475931, 0.45493006},
    {-0.38797574, 0.64761799, -0.28933606, 0.61353083, -1.3796296, -1.3457974, -1.9168606, -1.4716817, 0.27019945,
     0.71575617, 0.29734421, 0.10605986, -0.62469352, 0.48203832, 0.38717703, 0.53129357},
    {0.080075441, -0.005326406, -0.091870662, -0.046375433, -0.015502259, -0.018656976, 0.12624129, 0.094590661,
     -0.69894346, -0.091657594, 0.044766958, -0.011626125, 0.05421575, -0.003614544, 0.017029604, 0.021370504},
    {-0.1576021, -0.39824931, -0.01218441, 0.019806562, -1.1330458, 0.14045832, -0.064452219, -0.043357481}};

}  // namespace

TEST_CASE("recurrent layers: values and gradients are PyTorch's") {
  Rng rng(1);
  Tape tape;
  const Var x = tape.constant(sines({2, 4, 3}, 100));
  const Var hidden = tape.constant(sines({4, 2, 2}, 200)), cell = tape.constant(sines({4, 2, 2}, 300));
  SUBCASE("rnn") {
    Rnn net(3, 2, two_layers, rng);
    set_sines(net);
    const RecurrentResult r = net(x, {.lengths = lengths, .state = hidden});
    check(net, rnn_expected, r.outputs, {r.hidden});
  }
  SUBCASE("gru") {
    Gru net(3, 2, two_layers, rng);
    set_sines(net);
    const RecurrentResult r = net(x, {.lengths = lengths, .state = hidden});
    check(net, gru_expected, r.outputs, {r.hidden});
  }
  SUBCASE("lstm") {
    Lstm net(3, 2, two_layers, rng);
    set_sines(net);
    const LstmResult r = net(x, {.lengths = lengths, .state = LstmState{hidden, cell}});
    check(net, lstm_expected, r.outputs, {r.state.hidden, r.state.cell});
  }
}

TEST_CASE("recurrent layers: names, shapes and first values of the parameters") {
  Rng rng(1);
  Lstm lstm(3, 4, two_layers, rng);
  std::vector<std::string> names;
  for (const Parameter* parameter : lstm.parameters()) {
    names.push_back(parameter->name() + " " + to_string(parameter->value().shape()));
    for (const real value : parameter->value().values()) CHECK(std::abs(value) < 0.5);
  }
  CHECK(names == std::vector<std::string>{
                     "weight_ih_l0 [16,3]", "weight_hh_l0 [16,4]", "bias_ih_l0 [16]", "bias_hh_l0 [16]",
                     "weight_ih_l0_reverse [16,3]", "weight_hh_l0_reverse [16,4]", "bias_ih_l0_reverse [16]",
                     "bias_hh_l0_reverse [16]", "weight_ih_l1 [16,8]", "weight_hh_l1 [16,4]", "bias_ih_l1 [16]",
                     "bias_hh_l1 [16]", "weight_ih_l1_reverse [16,8]", "weight_hh_l1_reverse [16,4]",
                     "bias_ih_l1_reverse [16]", "bias_hh_l1_reverse [16]"});
  CHECK(Gru(3, 4, {}, rng).parameters()[0]->value().shape() == Shape{12, 3});
  CHECK(Rnn(3, 4, {}, rng).parameters()[0]->value().shape() == Shape{4, 3});
}

TEST_CASE("recurrent layers: a short sequence in a batch is that sequence alone, whatever lies behind it") {
  constexpr std::int64_t batch = 37, time = 9, features = 5;
  Rng rng(1);
  Lstm net(features, 6, two_layers, rng);
  std::vector<std::int64_t> all_lengths;
  for (std::int64_t b = 0; b < batch; ++b) all_lengths.push_back(b % (time + 1));
  Tensor x = normal_tensor({batch, time, features}, 2);
  for (std::int64_t b = 0; b < batch; ++b)
    for (std::int64_t i = all_lengths[static_cast<std::size_t>(b)] * features; i < time * features; ++i)
      x[b * time * features + i] = 1000;
  Tape tape;
  const LstmResult all = net(tape.constant(x), {.lengths = all_lengths});
  for (std::int64_t b = 0; b < batch; ++b) {
    const std::int64_t length = all_lengths[static_cast<std::size_t>(b)];
    CAPTURE(length);
    const Var outputs = slice(all.outputs, 0, b, b + 1);
    CHECK(slice(outputs, 1, length, time).value() == Tensor({1, time - length, 12}));
    if (length == 0) continue;
    const LstmResult alone = net(slice(slice(tape.constant(x), 0, b, b + 1), 1, 0, length), LstmOptions{});
    CHECK(relative_distance(slice(outputs, 1, 0, length).value(), alone.outputs.value()) < 1e-5);
    CHECK(relative_distance(slice(all.state.cell, 1, b, b + 1).value(), alone.state.cell.value()) < 1e-5);
  }
}

TEST_CASE("recurrent layers: what lies behind a sequence gets no gradient") {
  Rng rng(1);
  Gru net(3, 4, two_layers, rng);
  Tape tape;
  const Var x = tape.variable(normal_tensor({2, 4, 3}));
  tape.backward(sum(square(net(x, {.lengths = lengths}).outputs)));
  for (std::int64_t i = 0; i < 6; ++i) CHECK(x.gradient()[3 * 6 + i] == 0);  // the second example's last two steps
  CHECK(x.gradient()[2 * 6 + 5] != 0);
}

TEST_CASE("recurrent layers: a sequence in two halves, the state handed on, is the whole") {
  Rng rng(1);
  Gru net(3, 4, {.layers = 2}, rng);
  Tape tape;
  const Var x = tape.constant(normal_tensor({2, 6, 3}));
  const RecurrentResult whole = net(x, {});
  const RecurrentResult first = net(slice(x, 1, 0, 2), SequenceOptions{});
  const RecurrentResult second = net(slice(x, 1, 2, 6), {.state = first.hidden});
  CHECK(relative_distance(concat({first.outputs, second.outputs}, 1).value(), whole.outputs.value()) < 1e-6);
  CHECK(relative_distance(second.hidden.value(), whole.hidden.value()) < 1e-6);
}

TEST_CASE("recurrent layers: the same bits for any number of threads, and on a tape without gradients") {
  Rng rng(1);
  Lstm net(7, 33, two_layers, rng);
  const Tensor x = normal_tensor({41, 13, 7});
  const auto results = [&](int threads) {
    const ThreadLimit limit(threads);
    Tape tape;
    const Var in = tape.variable(x), y = net(in);
    for (Parameter* parameter : net.parameters()) parameter->clear_gradient();
    tape.backward(sum(square(y)));
    std::vector<Tensor> all = {y.value(), in.gradient()};
    for (const Parameter* parameter : net.parameters()) all.push_back(parameter->gradient());
    return all;
  };
  const std::vector<Tensor> one = results(1);
  CHECK(results(2) == one);
  Tape evaluation(Gradients::off);
  CHECK(net(evaluation.constant(x)).value() == one[0]);
}

TEST_CASE("recurrent layers: the second step allocates no tensor memory") {
  Rng rng(1);
  Lstm net(3, 4, two_layers, rng);
  const Tensor x = normal_tensor({5, 6, 3});
  Tape tape;
  std::size_t after_first = 0;
  for (int step = 0; step < 3; ++step) {
    tape.clear();
    for (Parameter* parameter : net.parameters()) parameter->clear_gradient();
    tape.backward(sum(net(tape.view(x))));
    if (step == 0) after_first = tape.allocations();
  }
  CHECK(tape.allocations() == after_first);
}

TEST_CASE("recurrent layers: a copy loaded from a checkpoint reads alike") {
  Rng rng(1), other(2);
  Gru net(3, 4, two_layers, rng), copy(3, 4, two_layers, other);
  Checkpoint checkpoint;
  net.save(checkpoint);
  copy.load(checkpoint);
  Tape tape;
  const Var x = tape.constant(normal_tensor({2, 5, 3}));
  CHECK(net(x).value() == copy(x).value());
}

TEST_CASE("recurrent layers: one in a Sequential gives its outputs; errors name its place") {
  Rng rng(1);
  Sequential net;
  net.emplace<Lstm>("reader", 3, 4, RecurrentOptions{}, rng);
  Tape tape;
  CHECK(net(tape.constant(Tensor({2, 5, 3}))).shape() == Shape{2, 5, 4});
  CHECK_THROWS_WITH_AS(
      net(tape.constant(Tensor({2, 5, 7}))),
      "lstm: the weight of the input [16,3] for x [2,5,7] and 4 hidden units: it must be [16,7] in reader", ShapeError);
}

TEST_CASE("recurrent layers: wrong sizes are refused") {
  Rng rng(1);
  CHECK_THROWS_WITH_AS(Gru(3, 0, {}, rng), "gru: 3 features, 0 hidden units and 1 layers are not all positive",
                       ValueError);
  Rnn net(3, 4, {}, rng);
  Tape tape;
  const Var x = tape.constant(Tensor({2, 5, 3}));
  CHECK_THROWS_WITH_AS(net(tape.constant(Tensor({5, 3}))), "rnn: x [5,3] is not [batch, time, features]", ShapeError);
  CHECK_THROWS_WITH_AS(net(x, {.state = tape.constant(Tensor({2, 4}))}),
                       "rnn: the first state [2,4] for x [2,5,3]: it must be [1,2,4]", ShapeError);
  const std::vector<std::int64_t> one = {3}, too_long = {3, 6};
  CHECK_THROWS_WITH_AS(net(x, {.lengths = one}), "rnn: 1 lengths for x [2,5,3]: there must be one for each example",
                       ShapeError);
  CHECK_THROWS_WITH_AS(net(x, {.lengths = too_long}), "rnn: length 6 of a sequence is not in [0, 5]", ValueError);
}
