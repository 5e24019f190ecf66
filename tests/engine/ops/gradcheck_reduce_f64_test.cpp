#include <doctest/doctest.h>

#include <cotape/engine/ops.h>

#include <limits>

#include "../../check_gradients.h"

using namespace cotape;

namespace {

struct Reduction1 {
  const char* name;
  Var (*f)(Var, const Axes&, bool);
};

Var sample_variance(Var x, const Axes& axes, bool keepdims) { return variance(x, axes, keepdims, 1); }
Var sample_deviation(Var x, const Axes& axes, bool keepdims) { return standard_deviation(x, axes, keepdims, 1); }
Var whole_variance(Var x, const Axes& axes, bool keepdims) { return variance(x, axes, keepdims); }
Var whole_deviation(Var x, const Axes& axes, bool keepdims) { return standard_deviation(x, axes, keepdims); }

Axes axes_of(std::vector<int> list) {
  Axes axes;
  axes.list = std::move(list);
  return axes;
}

std::string text(const Axes& axes) {
  std::string result = "{";
  for (const int axis : axes.list) result += " " + std::to_string(axis);
  return result + " }";
}

}  // namespace

TEST_CASE("gradients of reductions over every set of axes, with and without keepdims") {
  const Reduction1 rows[] = {{"sum", sum},
                             {"mean", mean},
                             {"max", max},
                             {"min", min},
                             {"prod", prod},
                             {"variance", whole_variance},
                             {"standard_deviation", whole_deviation},
                             {"logsumexp", logsumexp}};
  const Shape shape{2, 3, 2, 2};
  for (const Reduction1& row : rows)
    for (unsigned set = 0; set < 16; ++set)  // the empty set stands for all axes
      for (const bool keepdims : {false, true})
        for (const bool negative : {false, true}) {
          Axes axes;
          for (int axis = 0; axis < 4; ++axis)
            if (set >> axis & 1) axes.list.push_back(negative ? axis - 4 : axis);
          // Distinct numbers: max is smooth there.
          Tensor x = distinct_tensor(shape, set + 1);
          for (real& value : x.values()) value *= 0.1;
          if (row.f == prod) x[5] = x[7] = 0;
          check_gradients(std::string(row.name) + " over " + text(axes) + (keepdims ? " kept" : ""),
                          [&](Tape&, std::span<const Var> v) { return row.f(v[0], axes, keepdims); }, {x});
        }
}

TEST_CASE("gradients of reductions: axes in any order, a scalar, sizes of one") {
  for (const Reduction1& row : {Reduction1{"sum", sum},
                                {"mean", mean},
                                {"max", max},
                                {"min", min},
                                {"prod", prod},
                                {"variance", whole_variance},
                                {"logsumexp", logsumexp}}) {
    check_gradients(std::string(row.name) + " over {2 0}",
                    [&](Tape&, std::span<const Var> v) {
                      return row.f(v[0], axes_of({2, 0}), false);
                    },
                    {distinct_tensor({2, 3, 4})});
    check_gradients(std::string(row.name) + " of a scalar",
                    [&](Tape&, std::span<const Var> v) { return row.f(v[0], {}, false); }, {Tensor::scalar(0.7)});
    check_gradients(std::string(row.name) + " over ones",
                    [&](Tape&, std::span<const Var> v) {
                      return row.f(v[0], axes_of({0, 2}), false);
                    },
                    {normal_tensor({1, 4, 1})});
  }
}

TEST_CASE("gradients of the spread of a sample") {
  for (const auto& [name, f] : {Reduction1{"variance", sample_variance}, {"standard_deviation", sample_deviation}})
    for (const int axis : {0, 1, -1})
      check_gradients(std::string(name) + " along " + std::to_string(axis),
                      [f = f, axis](Tape&, std::span<const Var> v) { return f(v[0], axis, false); },
                      {normal_tensor({4, 3, 5})});
}

TEST_CASE("min shares the gradient of equal elements evenly") {
  Tape tape;
  const Var x = tape.variable(Tensor({2, 4}, {1, 3, 1, 1, 5, 0, 7, 2}));
  const Var y = min(x, 1);
  CHECK(y.value() == Tensor({2}, {1, 0}));
  tape.backward(y, Tensor({2}, {6, 10}));
  CHECK(x.gradient() == Tensor({2, 4}, {2, 0, 2, 2, 0, 10, 0, 0}));
}

TEST_CASE("the gradient of prod is the product of the others: no zero, one, several, infinite numbers") {
  Tape tape;
  const real infinity = std::numeric_limits<real>::infinity();
  const Var x = tape.variable(Tensor({5, 3}, {2, 3, 4, 2, 0, 4, 0, 3, 0, 2, infinity, 4, 0, 0, 0}));
  const Var y = prod(x, 1);
  CHECK(y.value() == Tensor({5}, {24, 0, 0, infinity, 0}));
  tape.backward(y, Tensor({5}, {1, 1, 1, 1, 10}));
  CHECK(x.gradient() == Tensor({5, 3}, {12, 8, 6, 0, 8, 0, 0, 0, 0, infinity, 8, infinity, 0, 0, 0}));
  const Var z = tape.variable(Tensor({3, 2}, {2, 1, 0, 3, 5, 0}));  // along the first axis
  tape.backward(prod(z, 0), Tensor({2}, {1, 10}));
  CHECK(z.gradient() == Tensor({3, 2}, {0, 0, 10, 0, 0, 30}));
}

TEST_CASE("max shares the gradient of equal elements evenly") {
  Tape tape;
  const Var x = tape.variable(Tensor({2, 4}, {3, 1, 3, 3, 5, 5, 0, 2}));
  const Var y = max(x, 1);
  CHECK(y.value() == Tensor({2}, {3, 5}));
  tape.backward(y, Tensor({2}, {6, 10}));
  CHECK(x.gradient() == Tensor({2, 4}, {2, 0, 2, 2, 5, 5, 0, 0}));

  const Var z = tape.variable(Tensor({2, 2}, real(1)));
  tape.backward(max(z));
  CHECK(z.gradient() == Tensor({2, 2}, real(0.25)));
}

TEST_CASE("gradients of softmax and log_softmax along every axis") {
  for (int axis = -3; axis < 3; ++axis)
    for (const Shape& shape : {Shape{2, 3, 4}, Shape{2, 17, 5}}) {
      const std::string what = " of " + to_string(shape) + " along " + std::to_string(axis);
      check_gradients("softmax" + what, [=](Tape&, std::span<const Var> v) { return softmax(v[0], axis); },
                      {normal_tensor(shape)});
      check_gradients("log_softmax" + what, [=](Tape&, std::span<const Var> v) { return log_softmax(v[0], axis); },
                      {normal_tensor(shape)});
    }
  check_gradients("softmax of one class", [](Tape&, std::span<const Var> v) { return softmax(v[0]) + v[0]; },
                  {normal_tensor({3, 1})});
}
