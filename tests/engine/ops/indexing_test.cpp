#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/engine/base/random.h>
#include <cotape/engine/ops.h>

#include <cmath>
#include <limits>
#include <vector>

#include "../../counting_tensor.h"
#include "../../normal_tensor.h"

using namespace cotape;

namespace {

using Indices = std::vector<std::int64_t>;

Indices random_indices(std::int64_t count, std::int64_t below, std::uint64_t seed) {
  Tensor x(Shape{count});
  Rng(seed).uniform(x);
  Indices indices;
  for (const real u : x.values()) indices.push_back(static_cast<std::int64_t>(u * static_cast<real>(below)) % below);
  return indices;
}

}  // namespace

TEST_CASE("index_select along every axis, against indices by hand") {
  Tape tape;
  const Tensor x = counting_tensor({2, 3, 4});
  const Var v = tape.constant(x);
  for (int axis = -3; axis < 3; ++axis) {
    const Indices indices = {1, 0, 1, 1};
    const Tensor y = index_select(v, axis, indices).value();
    REQUIRE(y.shape() == x.shape().with(axis, 4));
    for (std::int64_t r = 0; r < 4; ++r)
      CHECK(select(tape.constant(y), axis, r).value() == select(v, axis, indices[static_cast<std::size_t>(r)]).value());
  }
  CHECK(index_select(v, 1, {}).shape() == Shape{2, 0, 4});
  CHECK(index_select(tape.constant(Tensor({2, 3, 0})), 1, Indices{2, 2}).shape() == Shape{2, 2, 0});
}

TEST_CASE("gather: one index for each element, smaller shapes too") {
  Tape tape;
  const Var x = tape.constant(counting_tensor({2, 3}));  // 0 1 2 / 3 4 5
  CHECK(gather(x, 1, Indices{2, 0, 1, 1}, {2, 2}).value() == Tensor({2, 2}, {2, 0, 4, 4}));
  CHECK(gather(x, 0, Indices{1, 0, 1}, {1, 3}).value() == Tensor({1, 3}, {3, 1, 5}));
  CHECK(gather(x, -2, Indices{1, 0, 0, 1, 1, 1}, {3, 2}).value() == Tensor({3, 2}, {3, 1, 0, 4, 3, 4}));
  CHECK(gather(x, 1, Indices{2}, {1, 1}).value() == Tensor({1, 1}, {2}));
  CHECK(gather(x, 1, {}, {2, 0}).shape() == Shape{2, 0});
  CHECK(gather(x, 1, {}, {0, 2}).shape() == Shape{0, 2});
  const Tensor deep = counting_tensor({2, 3, 2});
  const Indices indices = {0, 2, 1, 1};
  const Tensor y = gather(tape.constant(deep), 1, indices, {2, 1, 2}).value();
  CHECK(y == Tensor({2, 1, 2}, {deep.at({0, 0, 0}), deep.at({0, 2, 1}), deep.at({1, 1, 0}), deep.at({1, 1, 1})}));
}

TEST_CASE("scatter_add adds what falls on one place") {
  Tape tape;
  const Var x = tape.constant(Tensor({2, 3}, real(100)));
  const Var source = tape.constant(Tensor({2, 2}, {1, 2, 3, 4}));
  CHECK(scatter_add(x, 1, Indices{0, 0, 2, 1}, source).value() == Tensor({2, 3}, {103, 100, 100, 100, 104, 103}));
  const Var rows = tape.constant(Tensor({3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9}));
  CHECK(scatter_add(x, 0, Indices{0, 0, 1, 0, 1, 1, 0, 1, 1}, rows).value() ==
        Tensor({2, 3}, {112, 102, 100, 100, 113, 118}));
  CHECK(scatter_add(x, 1, {}, tape.constant(Tensor({2, 0}))).value() == x.value());
}

TEST_CASE("segments: sum, mean and maximum, in any order, and of no rows") {
  Tape tape;
  const Var x = tape.constant(Tensor({4, 2}, {1, -2, 3, -4, 5, -6, 7, -8}));
  const Indices segments = {2, 0, 2, 2};
  CHECK(segment_sum(x, segments, 4).value() == Tensor({4, 2}, {3, -4, 0, 0, 13, -16, 0, 0}));
  CHECK(segment_mean(x, Indices{3, 0, 3, 0}, 4).value() == Tensor({4, 2}, {5, -6, 0, 0, 0, 0, 3, -4}));
  CHECK(segment_max(x, segments, 4).value() == Tensor({4, 2}, {3, -4, 0, 0, 7, -2, 0, 0}));
  const Var numbers = tape.constant(Tensor({3}, {1, 2, 4}));
  CHECK(segment_sum(numbers, Indices{1, 1, 0}, 2).value() == Tensor({2}, {4, 3}));
  const Var none = tape.constant(Tensor({0, 2}));
  for (const auto op : {segment_sum, segment_mean, segment_max}) {
    CHECK(op(none, {}, 3).value() == Tensor({3, 2}));
    CHECK(op(none, {}, 0).shape() == Shape{0, 2});
  }
}

TEST_CASE("segment_max: −∞ and NaN stay, equal rows share the gradient") {
  constexpr real infinity = std::numeric_limits<real>::infinity(), nan = std::numeric_limits<real>::quiet_NaN();
  Tape tape;
  const Tensor y = segment_max(tape.constant(Tensor({4}, {-infinity, nan, 1, 2})), Indices{0, 1, 1, 2}, 3).value();
  CHECK(y[0] == -infinity);
  CHECK(std::isnan(y[1]));
  CHECK(y[2] == 2);
  const Var x = tape.variable(Tensor({4}, {3, 3, 1, 5}));
  tape.backward(segment_max(x, Indices{1, 1, 1, 0}, 3), Tensor({3}, {7, 4, 9}));
  CHECK(x.gradient() == Tensor({4}, {2, 2, 0, 7}));
}

TEST_CASE("a gradient is added at every place that was read") {
  Tape tape;
  const Var x = tape.variable(Tensor({2, 3}));
  tape.backward(sum(index_select(x, 1, Indices{2, 2, 0})) + sum(gather(x, 1, Indices{1, 1, 0, 0}, {2, 2})));
  CHECK(x.gradient() == Tensor({2, 3}, {1, 2, 2, 3, 0, 2}));
}

TEST_CASE("indices: errors name op, place and value") {
  Tape tape;
  const Var x = tape.constant(Tensor({2, 3}));
  CHECK_THROWS_WITH_AS(index_select(x, 1, Indices{0, 3}),
                       "index_select: index 3 at place 1 is not on axis 1 of shape [2,3]", ValueError);
  CHECK_THROWS_WITH_AS(index_select(x, 0, Indices{-1}),
                       "index_select: index -1 at place 0 is not on axis 0 of shape [2,3]", ValueError);
  CHECK_THROWS_WITH_AS(index_select(x, 2, Indices{0}), "index_select: shape [2,3] has no axis 2", ShapeError);
  CHECK_THROWS_WITH_AS(gather(x, 1, Indices{0, 1, 2, 3}, {2, 2}),
                       "gather: index 3 at place 3 is not on axis 1 of shape [2,3]", ValueError);
  CHECK_THROWS_WITH_AS(gather(x, 1, Indices{0}, {2, 1}), "gather: 1 indices for shape [2,1]: there must be 2",
                       ShapeError);
  CHECK_THROWS_WITH_AS(gather(x, 1, Indices{0, 0, 0}, {3, 1}),
                       "gather: x [2,3] and the shape of the indices [3,1] differ beside axis 1", ShapeError);
  CHECK_THROWS_WITH_AS(gather(x, 1, Indices{0}, Shape{1}),
                       "gather: x [2,3] and the shape of the indices [1] differ beside axis 1", ShapeError);
  CHECK_THROWS_WITH_AS(gather(x, 2, Indices{0}, {1, 1}), "gather: shape [2,3] has no axis 2", ShapeError);
  CHECK_THROWS_WITH_AS(scatter_add(x, 2, {}, tape.constant(Tensor({3, 0}))), "scatter_add: shape [2,3] has no axis 2",
                       ShapeError);
  CHECK_THROWS_WITH_AS(scatter_add(x, 0, Indices{0, 0, 2}, tape.constant(Tensor({1, 3}))),
                       "scatter_add: index 2 at place 2 is not on axis 0 of shape [2,3]", ValueError);
  CHECK_THROWS_WITH_AS(scatter_add(x, 0, Indices{0, 0}, tape.constant(Tensor({1, 2}))),
                       "scatter_add: x [2,3] and the shape of the indices [1,2] differ beside axis 0", ShapeError);
  CHECK_THROWS_WITH_AS(segment_sum(x, Indices{0, 5}, 5), "segment_sum: segment 5 of row 1 is not in [0, 5)",
                       ValueError);
  CHECK_THROWS_WITH_AS(segment_mean(x, Indices{-1, 0}, 5), "segment_mean: segment -1 of row 0 is not in [0, 5)",
                       ValueError);
  CHECK_THROWS_WITH_AS(segment_max(x, Indices{0}, 1),
                       "segment_max: 1 segments for x [2,3]: there must be one for each of its 2 rows", ShapeError);
  CHECK_THROWS_WITH_AS(segment_max(x, Indices{0, 0}, -1), "segment_max: count -1 is negative", ValueError);
  CHECK_THROWS_WITH_AS(segment_sum(tape.constant(Tensor::scalar(1)), Indices{0}, 1),
                       "segment_sum: a scalar has no rows", ShapeError);
}

TEST_CASE("sums over indices are the same bits for any number of threads: added in the order of the rows") {
  const std::int64_t rows = 3000, count = 50;
  for (const Shape& shape : {Shape{rows}, Shape{rows, 3}, Shape{rows, 200}}) {
    const Tensor x = normal_tensor(shape);
    const Indices segments = random_indices(rows, count, 5);
    const std::int64_t width = x.size() / rows;
    Tensor expected(shape.with(0, count));
    for (std::int64_t r = 0; r < rows; ++r)
      for (std::int64_t i = 0; i < width; ++i)
        expected[segments[static_cast<std::size_t>(r)] * width + i] += x[r * width + i];
    const Indices elements = random_indices(x.size(), count, 6);
    Tensor scattered(shape.with(0, count));
    for (std::int64_t e = 0; e < x.size(); ++e)
      scattered[elements[static_cast<std::size_t>(e)] * width + e % width] += x[e];
    for (const int threads : {1, 2, 3}) {
      const ThreadLimit limit(threads);
      Tape tape;
      const Var v = tape.variable(x), wide = tape.variable(Tensor(expected.shape()));
      CHECK(segment_sum(v, segments, count).value() == expected);
      CHECK(scatter_add(wide, 0, elements, v).value() == scattered);
      tape.backward(index_select(wide, 0, segments), x);
      CHECK(wide.gradient() == expected);
    }
  }
}
