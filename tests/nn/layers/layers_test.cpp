#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/ops.h>
#include <cotape/nn/layers/activation.h>
#include <cotape/nn/layers/conv.h>
#include <cotape/nn/layers/dropout.h>
#include <cotape/nn/layers/group_norm.h>
#include <cotape/nn/layers/layer_norm.h>
#include <cotape/nn/layers/linear.h>
#include <cotape/nn/layers/pool.h>
#include <cotape/nn/layers/reshape.h>
#include <cotape/nn/layers/residual.h>
#include <cotape/nn/layers/sequential.h>

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "../../normal_tensor.h"

using namespace cotape;

namespace {

// A net with every layer that this file tests, of images [batch, 8, 8, 3].
void fill(Sequential& net, Rng& rng) {
  net.emplace<Conv2d>("conv", 3, 8, Size2d{3, 5}, Conv2dOptions{.padding = Padding::same({3, 5})}, rng);
  net.emplace<GroupNorm>("group", 2, 8);
  net.emplace<Relu>("relu");
  net.emplace<Conv2d>("depthwise", 8, 8, 3, Conv2dOptions{.padding = Padding::all(1), .bias = false, .groups = 8}, rng);
  net.emplace<InstanceNorm>("instance", 8);
  net.emplace<MaxPool2d>("pool");
  net.emplace<Upsample>("up", 2, Interpolation::bilinear);
  net.emplace<AveragePool2d>("average");
  net.emplace<ConvTranspose2d>("transposed", 8, 4, 2, ConvTranspose2dOptions{.stride = 2}, rng);
  net.emplace<AdaptiveAveragePool2d>("areas", Size2d{2, 3});
  net.emplace<Flatten>("flatten");
  auto& block = net.emplace<Residual>("block");
  block.body().emplace<LayerNorm>("norm", 24);
  block.body().emplace<Linear>("linear", 24, 24, LinearOptions{.bias = false}, rng);
  block.body().emplace<Tanh>("tanh");
  block.body().emplace<Dropout>("dropout", real(0.25), rng);
  net.emplace<RmsNorm>("rms", 24);
}

// The mask of a call: which numbers of ones are kept.
Tensor mask_of(Dropout& dropout, Tape& tape) { return dropout(tape.constant(Tensor({1000}, 1))).value(); }

}  // namespace

TEST_CASE("convolution layers: shapes of their parameters, He's deviation by what an output reads") {
  Rng rng(3);
  Tape tape;
  // Of n draws the relative deviation of the mean square is √(2 / n); four of them are allowed.
  const auto check_square = [](const Tensor& weight, double expected) {
    double square = 0;
    for (const real w : weight.values()) square += static_cast<double>(w) * static_cast<double>(w);
    const double n = static_cast<double>(weight.size());
    CHECK(std::abs(square / n / expected - 1) < 4 * std::sqrt(2 / n));
  };
  Conv2d grouped(64, 96, {3, 5}, {.stride = {1, 2}, .dilation = 2, .groups = 4}, rng);
  CHECK(grouped.weight().value().shape() == Shape{3, 5, 16, 96});
  check_square(grouped.weight().value(), 2.0 / (3 * 5 * 16));
  CHECK(grouped(tape.constant(Tensor({2, 9, 20, 64}))).shape() == Shape{2, 5, 6, 96});
  Conv1d sequence(32, 48, 5, {.padding = Padding1d::causal(5), .bias = false, .groups = 2}, rng);
  CHECK(sequence.weight().value().shape() == Shape{5, 16, 48});
  CHECK(sequence.bias() == nullptr);
  check_square(sequence.weight().value(), 2.0 / (5 * 16));
  CHECK(sequence(tape.constant(Tensor({2, 9, 32}))).shape() == Shape{2, 9, 48});
  ConvTranspose2d transposed(32, 24, 4, {.stride = 2, .padding = Padding::all(1), .groups = 2}, rng);
  CHECK(transposed.weight().value().shape() == Shape{4, 4, 12, 32});
  CHECK(transposed.bias()->value() == Tensor({24}));
  check_square(transposed.weight().value(), 2.0 / (16 * 16 / 4));  // of the 16 pixels of a filter, 4 reach an output
  CHECK(transposed(tape.constant(Tensor({2, 5, 6, 32}))).shape() == Shape{2, 10, 12, 24});
  CHECK_THROWS_WITH_AS(Conv2d(4, 6, 3, {.groups = 3}, rng),
                       "conv2d: 4 channels in and 6 out do not divide into 3 groups", ValueError);
  CHECK_THROWS_WITH_AS(Conv1d(4, 6, 0, {}, rng), "conv1d: 4 channels in, 6 out and a kernel of 0 are not all positive",
                       ValueError);
  CHECK_THROWS_WITH_AS(ConvTranspose2d(4, 0, {2, 3}, {}, rng),
                       "conv_transpose2d: 4 channels in, 0 out and a kernel of 2 × 3 are not all positive", ValueError);
}

TEST_CASE("layers are the ops of their names") {
  Tape tape;
  Rng rng(1);
  const Var x = tape.constant(normal_tensor({2, 4, 6, 8}, 1));
  const Var one = tape.constant(Tensor({8}, 1)), zero = tape.constant(Tensor({8}));
  const auto value = [&](Layer&& layer) { return layer(x).value(); };
  CHECK(value(Relu()) == relu(x).value());
  CHECK(value(Sigmoid()) == sigmoid(x).value());
  CHECK(value(Tanh()) == tanh(x).value());
  CHECK(value(Softplus()) == softplus(x).value());
  CHECK(value(Elu(real(0.5))) == elu(x, real(0.5)).value());
  CHECK(value(Softmax(1)) == softmax(x, 1).value());
  CHECK(value(LayerNorm(8)) == layer_norm(x, one, zero).value());
  CHECK(value(LayerNorm(8, {.bias = false})) == layer_norm(x, one).value());
  CHECK(value(LayerNorm(Shape{6, 8})) == layer_norm(x, {.axes = 2}).value());
  CHECK(value(RmsNorm(8, real(1e-3))) == rms_norm(x, {.epsilon = real(1e-3)}).value());
  CHECK(value(GroupNorm(4, 8)) == group_norm(x, 4, one, zero).value());
  CHECK(value(GroupNorm(4, 8, {.affine = false})) == group_norm(x, 4).value());
  CHECK(value(InstanceNorm(8)) == instance_norm(x).value());
  CHECK(value(InstanceNorm(8, {.affine = false})) == instance_norm(x).value());
  CHECK(value(MaxPool2d({.window = {2, 3}, .stride = 1})) == max_pool2d(x, {.window = {2, 3}, .stride = 1}).value());
  CHECK(value(AveragePool2d()) == average_pool2d(x).value());
  CHECK(value(AdaptiveMaxPool2d({3, 2})) == adaptive_max_pool2d(x, 3, 2).value());
  CHECK(value(AdaptiveAveragePool2d()) == adaptive_average_pool2d(x, 1, 1).value());
  CHECK(value(Upsample({1, 2})) == upsample_nearest2d(x, {4, 12}).value());
  CHECK(value(Upsample(3, Interpolation::bilinear)) == upsample_bilinear2d(x, {12, 18}).value());
  CHECK(value(Flatten()) == reshape(x, {2, 192}).value());
  CHECK_THROWS_WITH_AS(Upsample({0, 2}), "upsample: factor 0 × 2 is less than 1", ValueError);
  CHECK_THROWS_WITH_AS(LayerNorm(0), "layer_norm: 0 features", ValueError);
  CHECK_THROWS_WITH_AS(RmsNorm(4, 0), "rms_norm: ε = 0 is not positive", ValueError);
  CHECK_THROWS_WITH_AS(GroupNorm(3, 8), "group_norm: 8 channels do not divide into 3 groups", ValueError);
  CHECK_THROWS_WITH_AS(InstanceNorm(0), "instance_norm: 0 channels", ValueError);
}

TEST_CASE("Dropout: a mask for every call, off in evaluation, and after loading the masks that would have come") {
  Rng rng(5);
  Dropout dropout(real(0.25), rng), twin(real(0.25), rng);
  Tape tape;
  const Tensor first = mask_of(dropout, tape);
  std::int64_t kept = 0;
  for (const real v : first.values()) {
    CHECK((v == 0 || v == doctest::Approx(1 / 0.75)));
    kept += v != 0;
  }
  CHECK(std::abs(static_cast<double>(kept) - 750) < 4 * std::sqrt(1000 * 0.25 * 0.75));
  CHECK_FALSE(mask_of(dropout, tape) == first);
  CHECK_FALSE(mask_of(twin, tape) == first);  // another layer's masks are others

  dropout.eval();
  const Var x = tape.constant(normal_tensor({7}, 1));
  CHECK(dropout(x).value() == x.value());
  dropout.train();
  Checkpoint checkpoint;
  dropout.save(checkpoint);
  Rng again(5);
  Dropout loaded(real(0.25), again);
  loaded.load(checkpoint);
  CHECK(mask_of(loaded, tape) == mask_of(dropout, tape));  // the third call's: evaluation does not count

  checkpoint.put("model.calls", Tensor({2}, {real((1 << 20) - 1), 2}));  // a count is carried on
  loaded.load(checkpoint);
  mask_of(loaded, tape);
  CHECK(*loaded.buffers().at(0).second == Tensor({2}, {0, 3}));
  CHECK_THROWS_WITH_AS(Dropout(1, rng), "dropout: probability 1 is not in [0, 1)", ValueError);
}

TEST_CASE("Residual: x or a shortcut is added; other shapes are refused, not broadcast") {
  Rng rng(1);
  Tape tape;
  const Var x = tape.constant(normal_tensor({5, 4}, 1));
  Residual plain;
  auto& linear_layer = plain.body().emplace<Linear>("linear", 4, 4, LinearOptions{}, rng);
  CHECK(plain(x).value() == (linear_layer(x) + x).value());
  CHECK(plain.parameters()[0]->name() == "body.linear.weight");
  Residual wider;
  auto& body = wider.body().emplace<Linear>("linear", 4, 6, LinearOptions{}, rng);
  auto& shortcut = wider.shortcut().emplace<Linear>("linear", 4, 6, LinearOptions{}, rng);
  CHECK(wider(x).value() == (body(x) + shortcut(x)).value());
  Residual narrow;
  narrow.body().emplace<Linear>("linear", 4, 1, LinearOptions{}, rng);
  CHECK_THROWS_WITH_AS(narrow(x), "residual: the body makes [5,1] of x [5,4], the shortcut [5,4]", ShapeError);
}

TEST_CASE("a net of all layers: parameters by name, checkpoint, evaluation, no tensor memory from the second step on") {
  Rng rng(1), other_rng(2);
  Sequential net, other;
  fill(net, rng);
  fill(other, other_rng);
  std::vector<std::string> names;
  for (const Parameter* parameter : net.parameters()) names.push_back(parameter->name());
  CHECK(names == std::vector<std::string>{"conv.weight", "conv.bias", "group.weight", "group.bias", "depthwise.weight",
                                          "instance.weight", "instance.bias", "transposed.weight", "transposed.bias",
                                          "block.body.norm.weight", "block.body.norm.bias", "block.body.linear.weight",
                                          "rms.weight"});
  const Tensor images = normal_tensor({3, 8, 8, 3}, 1);
  Tape tape;
  const auto step = [&] {
    tape.clear();
    for (Parameter* parameter : net.parameters()) parameter->clear_gradient();
    tape.backward(mean(square(net(tape.constant(images)) - real(0.5))));
    return tape.allocations();
  };
  step();
  const std::size_t allocations = step();
  for (const Parameter* parameter : net.parameters()) {
    CAPTURE(parameter->name());
    bool any = false;
    for (const real g : parameter->gradient().values()) any = any || g != 0;
    CHECK(any);
  }
  CHECK(step() == allocations);

  Checkpoint checkpoint;
  net.save(checkpoint);
  other.load(checkpoint);
  net.eval();
  other.eval();
  tape.clear();
  const Var x = tape.constant(images);
  const Tensor y = net(x).value();
  CHECK(y.shape() == Shape{3, 24});
  CHECK(other(x).value() == y);
  CHECK(net(x).value() == y);  // nothing is drawn in evaluation
}
