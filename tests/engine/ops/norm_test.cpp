#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/engine/ops.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "../../normal_tensor.h"

using namespace cotape;

namespace {

struct Images {
  Tensor x, gain, bias, cotangent;  // of y after pooling, or longer
  Tensor mean, variance;            // given ones
};

Images images(const Shape& shape) {
  const Shape channels{shape[3]};
  Images in{normal_tensor(shape, 1), normal_tensor(channels, 2), normal_tensor(channels, 3),
            normal_tensor(shape, 4), normal_tensor(channels, 5), normal_tensor(channels, 6)};
  for (std::int64_t i = 1; i < in.x.size(); i += 3) in.x[i] = std::round(in.x[i]);  // some are equal
  for (real& v : in.variance.values()) v = real(0.5) + v * v;
  in.gain[0] = -1;
  return in;
}

// The value, and the gradients of x, gain and bias.
std::vector<Tensor> normalise_and_pool(const Images& in, const BatchNormSettings& settings, const PoolSettings& pool,
                                       bool fused, bool given) {
  Tape tape;
  tape.keep_gradients(true);
  const Var x = tape.variable(in.x), gain = tape.variable(in.gain), bias = tape.variable(in.bias);
  BatchNormSettings used = settings;
  if (fused) used.max_pool = pool;
  ChannelStatistics statistics;
  const Var norm =
      given ? batch_norm(x, gain, bias, in.mean, in.variance, used) : batch_norm(x, gain, bias, statistics, used);
  const Var y = fused ? norm : max_pool2d(norm, pool);
  Tensor cotangent(y.shape());
  for (std::int64_t i = 0; i < cotangent.size(); ++i) cotangent[i] = in.cotangent[i % in.cotangent.size()];
  tape.backward(sum(y * tape.constant(cotangent)));
  return {y.value(), x.gradient(), gain.gradient(), bias.gradient()};
}

double largest_difference(const Tensor& a, const Tensor& b) {
  REQUIRE(a.shape() == b.shape());
  double largest = 0;
  for (std::int64_t i = 0; i < a.size(); ++i)
    largest = std::max(largest, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
  return largest;
}

}  // namespace

TEST_CASE("batch_norm: mean 0, variance 1 a channel, then gain and bias; its own statistics come out") {
  const std::int64_t rows = 1000, channels = 82;  // four lanes together, one, and a part of one
  Tensor x = normal_tensor({rows, channels}, 1);
  for (std::int64_t i = 0; i < x.size(); ++i)  // means up to 17,000 with deviation 1: no digits may be lost
    x[i] += static_cast<real>(1000 * (i % channels % 18));
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

TEST_CASE("batch_norm with max_pool is max_pool2d behind it, in value and gradients") {
  const std::vector<PoolSettings> pools = {
      {3, 2, Padding::all(1)}, {2, 2, {}}, {3, 1, {1, 0, 0, 2}}, {3, 3, Padding::all(1)}, {1, 2, {}}};
  for (const Shape& shape : {Shape{3, 8, 8, 16}, Shape{2, 7, 9, 20}, Shape{4, 5, 4, 3}}) {
    const Images in = images(shape);
    for (const PoolSettings& pool : pools)
      for (const Activation activation : {Activation::none, Activation::relu})
        for (const bool given : {false, true}) {
          CAPTURE(to_string(shape));
          CAPTURE(pool.window.height);
          CAPTURE(pool.stride.height);
          CAPTURE(given);
          const BatchNormSettings settings{.activation = activation};
          const std::vector<Tensor> fused = normalise_and_pool(in, settings, pool, true, given);
          const std::vector<Tensor> apart = normalise_and_pool(in, settings, pool, false, given);
          CHECK(fused[0] == apart[0]);
          CHECK(largest_difference(fused[1], apart[1]) < 2e-5);  // up to 10, summed in another order
          CHECK(largest_difference(fused[2], apart[2]) < 1e-4);  // sums over all images
          CHECK(largest_difference(fused[3], apart[3]) < 1e-4);
        }
  }
}

TEST_CASE("batch_norm with max_pool: of equal numbers the first gets the gradient, padding never wins, a NaN stays") {
  Tape tape;
  tape.keep_gradients(true);
  const Tensor zero({1}, 0), one({1}, 1);
  const auto pooled = [&](Var x, real gain, const PoolSettings& pool) {
    return batch_norm(x, tape.constant(Tensor({1}, gain)), tape.constant(zero), zero, one,
                      {.epsilon = real(1e-12), .max_pool = pool});
  };
  const Var x = tape.variable(Tensor({1, 2, 3, 1}, {1, 7, 7, 7, 0, 7}));
  tape.backward(sum(pooled(x, 1, {2, 1, {}})));
  CHECK(x.gradient() == Tensor({1, 2, 3, 1}, {0, 2, 0, 0, 0, 0}));
  const Var turned = tape.variable(x.value());
  tape.backward(sum(pooled(turned, -1, {2, 1, {}})));  // now the smallest wins
  CHECK(turned.gradient() == Tensor({1, 2, 3, 1}, {0, 0, 0, 0, -2, 0}));
  const Var below = tape.constant(Tensor({1, 1, 1, 1}, -2));
  CHECK(pooled(below, 1, {3, 1, Padding::all(1)}).value().item() == -2);
  const real nan = std::numeric_limits<real>::quiet_NaN();
  CHECK_FALSE(pooled(tape.constant(Tensor({1, 2, 2, 1}, {1, nan, 3, 2})), 1, {}).value().finite());
}

TEST_CASE("batch_norm with max_pool gives the same bits for any number of threads") {
  const Images in = images({7, 19, 23, 37});
  const auto compute = [&](int threads) {
    const ThreadLimit limit(threads);
    return normalise_and_pool(in, {.activation = Activation::relu}, {3, 2, Padding::all(1)}, true, false);
  };
  const std::vector<Tensor> expected = compute(1);
  for (const int threads : {2, 3, 2, 3}) CHECK(compute(threads) == expected);
}

TEST_CASE("batch_norm: errors") {
  Tape tape;
  const Var x = tape.constant(Tensor({4, 3})), good = tape.constant(Tensor({3})), bad = tape.constant(Tensor({4}));
  ChannelStatistics s;
  CHECK_THROWS_WITH_AS(batch_norm(x, bad, good, s), "batch_norm: gain [4] for x [4,3]: it must be [3]", ShapeError);
  CHECK_THROWS_WITH_AS(batch_norm(x, good, bad, s), "batch_norm: bias [4] for x [4,3]: it must be [3]", ShapeError);
  const Var channels_first = tape.constant(Tensor({8, 3, 32, 32}));
  CHECK_THROWS_WITH_AS(
      batch_norm(channels_first, good, good, s),
      "batch_norm: gain [3] for x [8,3,32,32]: it must be [32]; x looks like [batch, channels, height, width], "
      "but must be [batch, height, width, channels]: permute it with {0, 2, 3, 1}",
      ShapeError);
  const Var wide = tape.constant(Tensor({32}));
  CHECK_THROWS_WITH_AS(batch_norm(channels_first, wide, wide, Tensor({3}), Tensor({3})),
                       "batch_norm: mean [3] and variance [3] for x [8,3,32,32]: they must be [32]; x looks like "
                       "[batch, channels, height, width], "
                       "but must be [batch, height, width, channels]: permute it with {0, 2, 3, 1}",
                       ShapeError);
  CHECK_THROWS_WITH_AS(batch_norm(x, good, good, s, {}, tape.constant(Tensor({4, 2}))),
                       "batch_norm: skip [4,2] is not of x's shape [4,3]", ShapeError);
  CHECK_THROWS_WITH_AS(batch_norm(x, good, good, s, {.epsilon = 0}), "batch_norm: ε = 0 is not positive", ValueError);
  CHECK_THROWS_WITH_AS(batch_norm(tape.constant(Tensor({1, 3})), good, good, s),
                       "batch_norm: x [1,3] has fewer than two numbers a channel: they have no variance", ShapeError);
  CHECK_THROWS_WITH_AS(batch_norm(x, good, good, Tensor({2}), Tensor({3})),
                       "batch_norm: mean [2] and variance [3] for x [4,3]: they must be [3]", ShapeError);
  const Var image = tape.constant(Tensor({2, 5, 5, 3}));
  CHECK_THROWS_WITH_AS(batch_norm(image, good, good, s, {.max_pool = PoolSettings{}}, image),
                       "batch_norm: skip and max_pool do not go together", ValueError);
  CHECK_THROWS_WITH_AS(batch_norm(x, good, good, s, {.max_pool = PoolSettings{}}),
                       "batch_norm: x [4,3] is not [batch, height, width, channels]", ShapeError);
  CHECK_THROWS_WITH_AS(batch_norm(image, good, good, s, {.max_pool = PoolSettings{6, 1, {}}}),
                       "batch_norm: a window of 6 along a height of 5 + 0 padding", ShapeError);
  CHECK_THROWS_WITH_AS(batch_norm(image, good, good, s, {.max_pool = PoolSettings{2, 1, Padding::all(2)}}),
                       "batch_norm: padding 2 is not less than the window 2", ValueError);
  CHECK(s.count == 0);  // no error left statistics behind
}
