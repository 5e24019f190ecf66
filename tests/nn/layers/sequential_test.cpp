#include <cotape/engine/base/error.h>
#include <cotape/engine/ops.h>
#include <cotape/nn/layers/batch_norm.h>
#include <cotape/nn/layers/linear.h>
#include <cotape/nn/layers/sequential.h>
#include <cotape/nn/optim/adam.h>
#include <cotape/nn/train/serialize.h>
#include <cotape/nn/train/training_step.h>
#include <doctest/doctest.h>

using namespace cotape;

namespace {

struct Net {
  Sequential layers;
  explicit Net(std::uint64_t seed) {
    Rng rng(seed);
    layers.emplace<Linear>("fc1", 2, 16, LinearOptions{.activation = Activation::relu}, rng);
    layers.emplace<Linear>("fc2", 16, 1, LinearOptions{}, rng);
    layers.append("squash", [](Var x) { return sigmoid(x); });
  }
  // A step towards exclusive or; returns the loss before.
  double learn(Optimizer& optimizer) {
    TrainingStep step(optimizer);
    const Var loss = step.run([&](Tape& tape) {
      const Var x = tape.constant(Tensor({4, 2}, {0, 0, 0, 1, 1, 0, 1, 1}));
      return mean(square(layers(x) - tape.constant(Tensor({4, 1}, {0, 1, 1, 0}))));
    });
    return loss.value().item();
  }
};

}  // namespace

TEST_CASE("sequential: layers in their order, under their names") {
  Net net(1);
  CHECK(net.layers.size() == 3);
  CHECK(net.layers.parameters()[2]->name() == "fc2.weight");
  Tape tape;
  const Var x = tape.constant(Tensor({4, 2}, 1));
  CHECK(net.layers(x).value() == sigmoid(net.layers[1](net.layers[0](x))).value());
  CHECK_THROWS_WITH_AS(net.layers(tape.constant(Tensor({4, 3}))), doctest::Contains("in fc1"), ShapeError);
  Rng rng(1);
  CHECK_THROWS_WITH_AS(net.layers.append("fc1", [](Var y) { return y; }), "module: the name fc1 is taken", ValueError);
  CHECK(net.layers.size() == 3);
  Sequential none;
  CHECK(none(x).id() == x.id());
}

TEST_CASE("sequential: batch normalisation among the layers, in training, in evaluation, and saved") {
  const auto make = [](Sequential& net, std::uint64_t seed) -> BatchNorm& {
    Rng rng(seed);
    net.emplace<Linear>("fc", 2, 3, LinearOptions{}, rng);
    return net.emplace<BatchNorm>("norm", 3, BatchNormOptions{.activation = Activation::relu});
  };
  Sequential net, other;
  BatchNorm& norm = make(net, 1);
  make(other, 2);
  BatchNorm apart(3, {.activation = Activation::relu});
  Tape tape;
  const Var x = tape.constant(Tensor({4, 2}, {1, 2, 3, 5, -1, 0, 2, -3}));
  const Var y = net(x);
  CHECK(y.value() == apart(net[0](x)).value());
  CHECK(norm.running_mean() == apart.running_mean());
  CHECK(norm.running_mean() != Tensor({3}));
  CHECK(net.parameters()[2]->name() == "norm.weight");
  CHECK(net.buffers()[1].first == "norm.running_var");

  net.eval();
  apart.eval();
  CHECK(net(x).value() == apart(net[0](x)).value());
  CHECK(net(x).value() != y.value());
  Checkpoint checkpoint;
  net.save(checkpoint);
  other.load(checkpoint);
  other.eval();
  CHECK(other(x).value() == net(x).value());
  CHECK_THROWS_WITH_AS(net[1](x), doctest::Contains("in norm"), ShapeError);
}

TEST_CASE("sequential: a net learns, and resumes from a file's bytes with the same bits") {
  Net net(3);
  Adam adam(net.layers.parameters(), {.lr = 0.05});
  double first = net.learn(adam), last = first;
  for (int step = 0; step < 200; ++step) last = net.learn(adam);
  CHECK(first > 0.2);
  CHECK(last < 0.01);

  Checkpoint checkpoint;
  net.layers.save(checkpoint);
  adam.save(checkpoint);
  const Checkpoint loaded = from_safetensors(to_safetensors(checkpoint), "run");
  Net resumed(4);
  Adam other(resumed.layers.parameters(), {.lr = 0.05});
  resumed.layers.load(loaded);
  other.load(loaded);
  for (int step = 0; step < 5; ++step) CHECK(net.learn(adam) == resumed.learn(other));
}
