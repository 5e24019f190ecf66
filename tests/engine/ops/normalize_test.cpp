#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/engine/ops.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "../../near.h"
#include "../../normal_tensor.h"

using namespace cotape;

namespace {

struct Norm {
  const char* name;
  bool has_bias;
  std::function<Var(Var x, Var gain, Var bias)> f;
};

const std::vector<Norm> norms = {
    {"layer_norm", true, [](Var x, Var g, Var b) { return layer_norm(x, g, b); }},
    {"rms_norm", false, [](Var x, Var g, Var) { return rms_norm(x, g); }},
    {"group_norm", true, [](Var x, Var g, Var b) { return group_norm(x, 2, g, b); }},
    {"instance_norm", true, [](Var x, Var g, Var b) { return instance_norm(x, g, b); }},
};

struct Result {
  Tensor y, dx, dgain, dbias;
};

Result run(const Norm& norm, const Tensor& x, const Tensor& gain, const Tensor& bias, const Tensor& dy) {
  Tape tape;
  const Var vx = tape.variable(x), vg = tape.variable(gain), vb = tape.variable(bias);
  const Var y = norm.f(vx, vg, vb);
  tape.backward(y, dy);
  return {y.value(), vx.gradient(), vg.gradient(), norm.has_bias ? vb.gradient() : Tensor()};
}

Tensor tensor(const std::vector<double>& values) {
  Tensor result(Shape{std::ssize(values)});
  std::transform(values.begin(), values.end(), result.values().begin(), [](double v) { return static_cast<real>(v); });
  return result;
}

}  // namespace

TEST_CASE("layer_norm, rms_norm, group_norm and instance_norm have the right values and gradients") {
  struct Expected {
    Shape shape;  // in which the eight numbers are taken
    Tensor y, dx, dgain, dbias;
  };
  const Tensor numbers({8}, {1, 2, 4, 8, -1, 0, 0, 3}), dy({8}, {1, -1, 2, 0, real(0.5), 1, -2, 3});
  const Tensor gain({4}, {1, 2, -1, real(0.5)}), bias({4}, {0, 1, 2, 3});
  // Of PyTorch 1.13 in double, ε = 1e-5; those of rms_norm and instance_norm of their formulas there.
  const std::vector<Expected> expected = {
      {{2, 4},
       tensor({-1.0257546, -0.3055058, 1.9067496, 3.7926285, -0.9999978, 0.3333348, 2.3333326, 3.8333315}),
       tensor({0.6616725, -0.460576, -0.467063, 0.2659664, -0.5555548, 0.3703694, 0.3703694, -0.185184}),
       tensor({-1.5257535, 0.3194203, 0.853166, 4.9999889}),
       tensor({1.5, 0, 0, 3})},
      {{2, 4},
       tensor({0.2169304, 0.8677216, -0.8677216, 0.8677216, -0.6324543, 0, 0, 0.9486814}),
       tensor({0.2450037, -0.3777141, -0.3215675, 0.2245867, 0.5692078, 1.2649085, 1.2649085, 0.1897393}),
       tensor({-0.0992967, -0.4338608, 1.7354433, 5.6920884}),
       {}},
      {{1, 1, 2, 4},
       tensor({0.4472118, 3.6832708, 1.9126296, 3.742648, -1.3416354, 0.1055764, 3.3105553, 2.8689445}),
       tensor({0.9391418, -0.9838751, -0.8056747, 0.282786, -1.028578, 1.0733114, 0.202753, 0.3201357}),
       tensor({-0.2236059, -1.7888472, 2.7958513, -0.7863332}),
       tensor({1.5, 0, 0, 3})},
      {{1, 2, 2, 2},
       tensor({0.0, 0.1518116, 1.6035652, 4.2231161, -1.0690434, -1.2052899, -0.5345217, 0.8303623}),
       tensor({0.3340761, -1.2545866, 0.0668175, -0.2538466, 0.6013354, -0.0048815, -1.002229, 1.5133146}),
       tensor({3.741652, -0.9330073}),
       tensor({1.5, 3.0})},
  };
  for (std::size_t n = 0; n < norms.size(); ++n) {
    CAPTURE(norms[n].name);
    const Expected& right = expected[n];
    const std::int64_t size = right.shape[-1];
    const auto first = [size](const Tensor& x) {
      return Tensor({size}, x.values().first(static_cast<std::size_t>(size)));
    };
    const Result found =
        run(norms[n], numbers.reshaped(right.shape), first(gain), first(bias), dy.reshaped(right.shape));
    CHECK(relative_distance(found.y.reshaped({8}), right.y) < 2e-6);
    CHECK(relative_distance(found.dx.reshaped({8}), right.dx) < 2e-6);
    CHECK(relative_distance(found.dgain, right.dgain) < 2e-6);
    if (norms[n].has_bias) CHECK(relative_distance(found.dbias, right.dbias) < 2e-6);
  }
}

TEST_CASE("layer_norm over several axes, and without gain or bias") {
  Tape tape;
  const Var x = tape.constant(normal_tensor({3, 2, 5}, 1)), one = tape.constant(Tensor({2, 5}, 1));
  const Var zero = tape.constant(Tensor({2, 5}));
  const Tensor y = layer_norm(x, {.axes = 2}).value();
  CHECK(y.reshaped({3, 10}) == layer_norm(reshape(x, Shape{3, 10})).value());
  CHECK(y == layer_norm(x, one, {.axes = 2}).value());
  CHECK(y == layer_norm(x, one, zero, {.axes = 2}).value());
  CHECK(rms_norm(x).value() == rms_norm(x, tape.constant(Tensor({5}, 1))).value());
  CHECK(group_norm(x, 5).value() == instance_norm(x).value());
}

TEST_CASE("normalisation: equal numbers become the bias exactly, however large, and give gain no gradient") {
  for (const real v : {real(0), real(0.1), real(1.1e4), real(-1.1e6), real(3e38)})
    for (const Norm& norm : norms) {
      if (!norm.has_bias) continue;
      CAPTURE(norm.name);
      CAPTURE(v);
      const Result found =
          run(norm, Tensor({2, 7, 3, 6}, v), normal_tensor({6}, 1), Tensor({6}, 7), normal_tensor({2, 7, 3, 6}, 2));
      CHECK(found.y == Tensor({2, 7, 3, 6}, 7));
      CHECK(found.dgain == Tensor({6}));
    }
}

TEST_CASE("normalisation of numbers that lie close together, far from 0, is that of the numbers moved to 0") {
  Tensor near({2, 20, 30, 8}), far(near.shape());
  for (std::int64_t i = 0; i < near.size(); ++i) {
    near[i] = static_cast<real>(i * 37 % 101) / 4;
    far[i] = near[i] + (1 << 20);  // exact: neighbours are an eighth apart
  }
  const Tensor dy = normal_tensor(near.shape(), 2);
  for (const Norm& norm : norms) {
    if (!norm.has_bias) continue;  // rms_norm is not to ignore where 0 lies
    CAPTURE(norm.name);
    const Result at_zero = run(norm, near, normal_tensor({8}, 3), normal_tensor({8}, 4), dy);
    const Result moved = run(norm, far, normal_tensor({8}, 3), normal_tensor({8}, 4), dy);
    CHECK(relative_distance(at_zero.y, moved.y) < 1e-5);
    CHECK(relative_distance(at_zero.dx, moved.dx) < 1e-5);
    CHECK(relative_distance(at_zero.dgain, moved.dgain) < 1e-5);
  }
}

TEST_CASE("layer_norm and rms_norm of numbers whose squares or sums overflow, and a NaN") {
  const real largest = std::numeric_limits<real>::max();
  Tape tape;
  for (const real size : {real(1e18), real(3e19), real(1e30), largest / 2}) {
    CAPTURE(size);
    const Var x = tape.constant(Tensor({1, 4}, {-size, size, -size, size}));
    CHECK(relative_distance(layer_norm(x).value(), Tensor({1, 4}, {-1, 1, -1, 1})) < 1e-6);
    CHECK(relative_distance(rms_norm(x).value(), Tensor({1, 4}, {-1, 1, -1, 1})) < 1e-6);
  }
  Tensor rows = normal_tensor({3, 4}, 1);
  rows[5] = std::numeric_limits<real>::quiet_NaN();
  const Tensor y = layer_norm(tape.constant(rows)).value();
  for (std::int64_t i = 0; i < 12; ++i) CHECK(std::isnan(y[i]) == (i / 4 == 1));
}

TEST_CASE("normalisation: same bits for any number of threads, and no tensor memory from the second step on") {
  const Shape shape{9, 33, 31, 24};
  const Tensor x = normal_tensor(shape, 1), gain = normal_tensor({24}, 2), bias = normal_tensor({24}, 3);
  const Tensor dy = normal_tensor(shape, 4);
  for (const Norm& norm : norms) {
    CAPTURE(norm.name);
    const auto compute = [&](int threads) {
      const ThreadLimit limit(threads);
      return run(norm, x, gain, bias, dy);
    };
    const Result one = compute(1);
    for (const int threads : {2, 3}) {
      const Result more = compute(threads);
      CHECK(more.y == one.y);
      CHECK(more.dx == one.dx);
      CHECK(more.dgain == one.dgain);
      CHECK(more.dbias == one.dbias);
    }
    Tape tape;
    const auto step = [&] {
      tape.clear();
      const Var y = norm.f(tape.variable(x), tape.variable(gain), tape.variable(bias));
      tape.backward(mean(y));
      return tape.allocations();
    };
    step();
    const std::size_t allocations = step();
    CHECK(step() == allocations);
  }
}

TEST_CASE("normalisation of no numbers") {
  for (const Norm& norm : norms)
    for (const Shape& shape : {Shape{0, 3, 4}, Shape{2, 0, 4}, Shape{2, 3, 0}}) {
      CAPTURE(norm.name);
      const std::int64_t c = shape[-1];
      const Result found = run(norm, Tensor(shape), Tensor({c}, 1), Tensor({c}), Tensor(shape));
      CHECK(found.y.shape() == shape);
      CHECK(found.dgain == Tensor({c}));
    }
}

TEST_CASE("normalisation: errors name the shapes and the rule") {
  Tape tape;
  const Var x = tape.constant(Tensor({2, 5, 6})), good = tape.constant(Tensor({6})), bad = tape.constant(Tensor({5}));
  CHECK_THROWS_WITH_AS(layer_norm(x, bad, good), "layer_norm: gain [5] for x [2,5,6]: it must be [6]", ShapeError);
  CHECK_THROWS_WITH_AS(layer_norm(x, good, bad), "layer_norm: bias [5] for x [2,5,6]: it must be [6]", ShapeError);
  CHECK_THROWS_WITH_AS(layer_norm(x, good, {.axes = 2}), "layer_norm: gain [6] for x [2,5,6]: it must be [5,6]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(layer_norm(x, {.axes = 4}), "layer_norm: x [2,5,6] has no last 4 axes", ShapeError);
  CHECK_THROWS_WITH_AS(rms_norm(x, {.axes = 0}), "rms_norm: x [2,5,6] has no last 0 axes", ShapeError);
  CHECK_THROWS_WITH_AS(rms_norm(x, {.epsilon = -1}), "rms_norm: ε = -1 is not positive", ValueError);
  CHECK_THROWS_WITH_AS(group_norm(x, 4), "group_norm: the 6 channels of x [2,5,6] do not divide into 4 groups",
                       ShapeError);
  CHECK_THROWS_WITH_AS(group_norm(x, 0), "group_norm: groups 0 is less than 1", ValueError);
  CHECK_THROWS_WITH_AS(group_norm(x, 2, good, bad), "group_norm: bias [5] for x [2,5,6]: it must be [6]", ShapeError);
  CHECK_THROWS_WITH_AS(group_norm(good, 2),
                       "group_norm: x [6] has no axes besides its channels: it must be [batch, …, channels]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(instance_norm(x, 0), "instance_norm: ε = 0 is not positive", ValueError);
  CHECK_THROWS_WITH_AS(instance_norm(tape.constant(Tensor({2, 6}))),
                       "instance_norm: x [2,6] has fewer than two numbers a group: they have no variance", ShapeError);
}
