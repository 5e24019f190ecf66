#include <doctest/doctest.h>

#include <cotape/engine/ops.h>

#include <algorithm>
#include <numeric>

#include "../../check_gradients.h"

using namespace cotape;

TEST_CASE("gradients of reshape and transpose") {
  const Tensor x = normal_tensor({2, 6});
  check_gradients("reshape", [](Tape&, std::span<const Var> v) { return reshape(v[0], Shape{3, 4}); }, {x});
  check_gradients("reshape, a size left open",
                  [](Tape&, std::span<const Var> v) {
                    return reshape(v[0], {-1, 3});
                  },
                  {x});
  check_gradients("transpose", [](Tape&, std::span<const Var> v) { return transpose(v[0]); }, {x});
  check_gradients("transpose of a batch", [](Tape&, std::span<const Var> v) { return transpose(v[0]); },
                  {normal_tensor({2, 3, 4})});
}

TEST_CASE("gradients of permute for every order of the axes") {
  for (int rank = 0; rank <= 4; ++rank) {
    Shape shape;
    for (int axis = 0; axis < rank; ++axis) shape = shape.inserted(axis, axis + 2);
    std::vector<int> order(static_cast<std::size_t>(rank));
    std::iota(order.begin(), order.end(), 0);
    do {
      std::string what = "permute";
      for (const int axis : order) what += " " + std::to_string(axis);
      check_gradients(what, [&](Tape&, std::span<const Var> v) { return permute(v[0], order); },
                      {normal_tensor(shape)});
    } while (rank < 4 ? std::next_permutation(order.begin(), order.end())
                      : std::next_permutation(order.begin(), order.end()) &&
                            std::next_permutation(order.begin(), order.end()) &&
                            std::next_permutation(order.begin(), order.end()));
  }
}

TEST_CASE("gradients of broadcast_to") {
  struct Row {
    Shape from, to;
  };
  const std::vector<Row> rows = {
      {{}, {}},         {{}, {2, 3}},     {{3}, {2, 3}},          {{2, 1}, {2, 3}},       {{1, 3}, {2, 3}},
      {{1, 1}, {2, 3}}, {{2, 3}, {2, 3}}, {{2, 1, 3}, {2, 4, 3}}, {{1, 4, 1}, {2, 4, 3}}, {{1, 3}, {2, 2, 4, 3}}};
  for (const Row& row : rows)
    check_gradients("broadcast_to " + to_string(row.from) + " " + to_string(row.to),
                    [&](Tape&, std::span<const Var> v) { return broadcast_to(v[0], row.to); },
                    {normal_tensor(row.from)});
}

TEST_CASE("gradients of concat and stack along every axis") {
  for (int axis = -3; axis < 3; ++axis) {
    std::vector<Tensor> parts;
    for (const std::int64_t size : {2, 1, 3})
      parts.push_back(normal_tensor(Shape{2, 3, 2}.with(axis, size), static_cast<std::uint64_t>(size)));
    check_gradients(
        "concat along " + std::to_string(axis), [&](Tape&, std::span<const Var> v) { return concat(v, axis); }, parts);
  }
  const std::vector<Tensor> parts = {normal_tensor({2, 3}, 1), normal_tensor({2, 3}, 2), normal_tensor({2, 3}, 3)};
  for (int axis = -3; axis < 3; ++axis)
    check_gradients(
        "stack along " + std::to_string(axis), [&](Tape&, std::span<const Var> v) { return stack(v, axis); }, parts);
  check_gradients("one part", [](Tape&, std::span<const Var> v) { return concat({v[0]}, 0) + stack({v[0]}, 0); },
                  {normal_tensor({3})});
  check_gradients("stack of scalars",
                  [](Tape&, std::span<const Var> v) {
                    return stack({v[0], v[1], v[0]}, 0);
                  },
                  {Tensor::scalar(1), Tensor::scalar(2)});
  check_gradients("the same part twice",
                  [](Tape&, std::span<const Var> v) {
                    return concat({v[0], v[0]}, 1);
                  },
                  {normal_tensor({2, 3})});
  check_gradients(
      "a constant among the parts",
      [](Tape& tape, std::span<const Var> v) {
        return concat({tape.constant(normal_tensor({2, 2})), v[0], tape.constant(normal_tensor({2, 1}))}, 1);
      },
      {normal_tensor({2, 3})});
}

TEST_CASE("gradients of slice along every axis") {
  for (int axis = -3; axis < 3; ++axis)
    for (const std::int64_t begin : {0, 1, 2})
      for (std::int64_t end = begin + 1; end <= 3; ++end)
        check_gradients("slice axis " + std::to_string(axis),
                        [=](Tape&, std::span<const Var> v) { return slice(v[0], axis, begin, end); },
                        {normal_tensor({3, 3, 3})});
  check_gradients("overlapping slices",
                  [](Tape&, std::span<const Var> v) { return slice(v[0], 0, 0, 3) * slice(v[0], 0, 1, 4); },
                  {normal_tensor({4, 2})});
}

TEST_CASE("gradients of gather_rows with repeated and unused rows") {
  const std::vector<std::int64_t> rows = {2, 0, 2, 2, 4};
  for (const Shape& table : {Shape{5}, Shape{5, 3}, Shape{5, 2, 2}})
    check_gradients("gather_rows of " + to_string(table),
                    [&](Tape&, std::span<const Var> v) { return gather_rows(v[0], rows); }, {normal_tensor(table)});

  Tape tape;
  const Var table = tape.variable(normal_tensor({5, 2}));
  tape.backward(sum(gather_rows(table, rows)));
  CHECK(table.gradient() == Tensor({5, 2}, {1, 1, 0, 0, 3, 3, 0, 0, 1, 1}));
}
