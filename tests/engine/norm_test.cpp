#include <doctest/doctest.h>

#include <cotape/engine/ops.h>

#include <cmath>

#include "../normal_tensor.h"

using namespace cotape;

TEST_CASE("batch_norm: mean 0, variance 1 a channel, then gain and bias; its own statistics come out") {
  const std::int64_t rows = 1000, channels = 18;
  Tensor x = normal_tensor({rows, channels}, 1);
  for (std::int64_t i = 0; i < x.size(); ++i)  // means up to 17,000 with deviation 1: no digits may be lost
    x[i] += static_cast<real>(1000 * (i % channels));
  Tape tape;
  ChannelStatistics statistics;
  const Var y = batch_norm(tape.constant(x), tape.constant(Tensor({channels}, 3)), tape.constant(Tensor({channels}, 5)),
                           statistics);
  CHECK(statistics.count == rows);
  for (std::int64_t c = 0; c < channels; ++c) {
    double mean = 0, square = 0, x_mean = 0, x_square = 0;
    for (std::int64_t r = 0; r < rows; ++r) {
      mean += static_cast<double>(y.value()[r * channels + c]) / rows;
      x_mean += static_cast<double>(x[r * channels + c]) / rows;
    }
    for (std::int64_t r = 0; r < rows; ++r) {
      square += std::pow(static_cast<double>(y.value()[r * channels + c]) - mean, 2) / rows;
      x_square += std::pow(static_cast<double>(x[r * channels + c]) - x_mean, 2) / rows;
    }
    CHECK(mean == doctest::Approx(5).epsilon(2e-3));
    CHECK(square == doctest::Approx(9).epsilon(1e-3));
    CHECK(static_cast<double>(statistics.mean[c]) == doctest::Approx(x_mean).epsilon(1e-6));
    CHECK(static_cast<double>(statistics.variance[c]) == doctest::Approx(x_square).epsilon(1e-4));
  }
}

TEST_CASE("batch_norm: skip and ReLU in the same pass; given statistics") {
  const Tensor x = normal_tensor({4, 3, 5}, 1), skip = normal_tensor({4, 3, 5}, 2);
  const Tensor gain = normal_tensor({5}, 3), bias = normal_tensor({5}, 4);
  Tape tape;
  const Var vx = tape.constant(x), vs = tape.constant(skip), vg = tape.constant(gain), vb = tape.constant(bias);
  ChannelStatistics statistics;
  const Var apart = relu(batch_norm(vx, vg, vb, statistics) + vs);
  CHECK(batch_norm(vx, vg, vb, statistics, {.activation = Activation::relu}, vs).value() == apart.value());
  const BatchNormSettings relu_after{.activation = Activation::relu};
  CHECK(batch_norm(vx, vg, vb, statistics.mean, statistics.variance, relu_after, vs).value() == apart.value());
}

TEST_CASE("batch_norm: errors") {
  Tape tape;
  const Var x = tape.constant(Tensor({4, 3})), good = tape.constant(Tensor({3})), bad = tape.constant(Tensor({4}));
  ChannelStatistics s;
  CHECK_THROWS_WITH_AS(batch_norm(x, bad, good, s), "batch_norm: gain [4] for x [4,3]: it must be [3]", ShapeError);
  CHECK_THROWS_WITH_AS(batch_norm(x, good, bad, s), "batch_norm: bias [4] for x [4,3]: it must be [3]", ShapeError);
  CHECK_THROWS_WITH_AS(batch_norm(x, good, good, s, {}, tape.constant(Tensor({4, 2}))),
                       "batch_norm: skip [4,2] is not of x's shape [4,3]", ShapeError);
  CHECK_THROWS_WITH_AS(batch_norm(x, good, good, s, {.epsilon = 0}), "batch_norm: ε = 0 is not positive", ValueError);
  CHECK_THROWS_WITH_AS(batch_norm(tape.constant(Tensor({1, 3})), good, good, s),
                       "batch_norm: x [1,3] has fewer than two numbers a channel: they have no variance", ShapeError);
  CHECK_THROWS_WITH_AS(batch_norm(x, good, good, Tensor({2}), Tensor({3})),
                       "batch_norm: mean [2] and variance [3] for x [4,3]: they must be [3]", ShapeError);
}
