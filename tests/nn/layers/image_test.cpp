#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/ops.h>
#include <cotape/nn/layers/residual.h>

#include <cmath>

#include "../../normal_tensor.h"

using namespace cotape;

TEST_CASE("Conv2d: shapes, He's initial deviation, names") {
  Rng rng(3);
  Conv2d conv(16, 32, 5, {.stride = 2, .padding = Padding::all(2)}, rng);
  CHECK(conv.weight().value().shape() == Shape{5, 5, 16, 32});
  REQUIRE(conv.bias() != nullptr);
  CHECK(conv.bias()->value() == Tensor({32}));
  double square = 0;
  for (const real w : conv.weight().value().values()) square += static_cast<double>(w * w);
  // 12,800 draws: the relative deviation of their mean square is √(2 / 12800) = 0.0125, four of them 0.05.
  CHECK(square / 12800 == doctest::Approx(2.0 / (25 * 16)).epsilon(0.05));
  Tape tape;
  CHECK(conv(tape.constant(Tensor({3, 9, 8, 16}))).shape() == Shape{3, 5, 4, 32});
  CHECK_THROWS_WITH_AS(Conv2d(0, 1, 1, {}, rng), "conv2d: 0 channels in, 1 out and a kernel of 1 are not all positive",
                       ValueError);
}

TEST_CASE("BatchNorm: trains with the batch's statistics, follows them, evaluates with what it followed") {
  BatchNorm norm(3, {.momentum = 0.25});
  const Tensor x = normal_tensor({50, 3}, 1);
  Tape tape;
  norm(tape.constant(x));
  for (std::int64_t c = 0; c < 3; ++c) {
    double mean = 0, square = 0;
    for (std::int64_t r = 0; r < 50; ++r) mean += static_cast<double>(x[r * 3 + c]) / 50;
    for (std::int64_t r = 0; r < 50; ++r) square += std::pow(static_cast<double>(x[r * 3 + c]) - mean, 2);
    CHECK(static_cast<double>(norm.running_mean()[c]) == doctest::Approx(0.25 * mean).epsilon(1e-5));
    CHECK(static_cast<double>(norm.running_variance()[c]) == doctest::Approx(0.75 + 0.25 * square / 49).epsilon(1e-5));
  }
  norm.eval();
  const Tensor before = norm.running_mean();
  const Var y = norm(tape.constant(x));
  CHECK(norm.running_mean() == before);
  const real expected = (x[4] - before[1]) / std::sqrt(norm.running_variance()[1] + real(1e-5));
  CHECK(y.value()[4] == doctest::Approx(expected).epsilon(1e-5));
  CHECK_THROWS_WITH_AS(BatchNorm(0), "batch_norm: 0 channels", ValueError);
  CHECK_THROWS_WITH_AS(BatchNorm(2, {.momentum = 2}), "batch_norm: momentum 2 is outside [0, 1]", ValueError);
}

TEST_CASE("BatchNorm with pooling: in training and in evaluation what max_pool2d makes of its images") {
  const PoolSettings pool{3, 2, Padding::all(1)};
  BatchNorm apart(5), fused(5, {.max_pool = pool});
  Tape tape;
  const Var x = tape.constant(normal_tensor({4, 7, 6, 5}, 1));
  CHECK(fused(x).value() == max_pool2d(apart(x), pool).value());
  CHECK(fused.running_variance() == apart.running_variance());
  fused.eval();
  apart.eval();
  CHECK(fused(x).value() == max_pool2d(apart(x), pool).value());
  CHECK_THROWS_WITH_AS(fused(x, x), "batch_norm: skip and max_pool do not go together", ValueError);
}

TEST_CASE("BatchNorm and BasicBlock: running statistics are in the checkpoint") {
  Rng rng(1);
  BasicBlock block(4, 6, 2, rng), other(4, 6, 2, rng);
  Tape tape;
  block(tape.constant(normal_tensor({3, 6, 6, 4}, 2)));
  Checkpoint checkpoint;
  block.save(checkpoint);
  other.load(checkpoint);
  block.eval();
  other.eval();
  const Var x = tape.constant(normal_tensor({2, 5, 5, 4}, 3));
  CHECK(block(x).value() == other(x).value());
  std::vector<std::string> names;
  for (const auto& [name, tensor] : block.buffers()) names.push_back(name);
  CHECK(names == std::vector<std::string>{"norm1.running_mean", "norm1.running_var", "norm2.running_mean",
                                          "norm2.running_var", "downsample_norm.running_mean",
                                          "downsample_norm.running_var"});
}

TEST_CASE("BasicBlock is what its formula says") {
  Rng rng(1);
  BasicBlock same(5, 5, 1, rng);
  same.eval();
  Checkpoint weights;
  same.save(weights, "");
  Tape tape;
  const Var x = tape.constant(normal_tensor({2, 6, 5, 5}, 3));
  const auto conv = [&](Var v, const char* name) {
    return conv2d(v, tape.constant(weights.tensor(name)), {.padding = Padding::all(1)});
  };
  const real scale = 1 / std::sqrt(1 + real(1e-5));  // fresh statistics: mean 0, variance 1
  const Var expected = relu(conv(relu(conv(x, "conv1.weight") * scale), "conv2.weight") * scale + x);
  const Tensor y = same(x).value();
  REQUIRE(y.shape() == expected.shape());
  for (std::int64_t i = 0; i < y.size(); ++i) CHECK(y[i] == doctest::Approx(expected.value()[i]).epsilon(1e-4));
}
