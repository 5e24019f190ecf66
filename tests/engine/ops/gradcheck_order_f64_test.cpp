#include <doctest/doctest.h>

#include <cotape/engine/ops.h>

#include "../../check_gradients.h"

using namespace cotape;

namespace {

const std::vector<Shape> shapes = {{7}, {2, 3, 4}, {5, 1}, {1, 6}};

void check_along_every_axis(const std::string& what, const std::function<Var(Var, int)>& f, bool smooth) {
  for (const Shape& shape : shapes)
    for (int axis = -shape.rank(); axis < shape.rank(); ++axis)
      check_gradients(what + " of " + to_string(shape) + " along " + std::to_string(axis),
                      [&](Tape&, std::span<const Var> x) { return f(x[0], axis); },
                      {smooth ? normal_tensor(shape) : distinct_tensor(shape)});
}

}  // namespace

TEST_CASE("gradients of running sums along every axis") {
  check_along_every_axis(
      "cumsum", [](Var x, int axis) { return cumsum(x, axis); }, true);
  check_along_every_axis(
      "logcumsumexp", [](Var x, int axis) { return logcumsumexp(x, axis); }, true);
  check_along_every_axis(
      "logcumsumexp far apart", [](Var x, int axis) { return logcumsumexp(9 * x, axis); }, true);
}

TEST_CASE("gradients of sorted numbers along every axis") {
  for (const bool falling : {false, true}) {
    check_along_every_axis(
        "sort", [=](Var x, int axis) { return sort(x, axis, falling).values; }, false);
    for (const std::int64_t k : {0, 1, 2, 100})
      check_along_every_axis(
          "topk", [=](Var x, int axis) { return topk(x, std::min(k, x.shape()[axis]), axis, falling).values; }, false);
  }
}

TEST_CASE("indices have no gradient") {
  Tape tape;
  const Var x = tape.variable(normal_tensor({2, 5}));
  const std::vector<Var> indices = {argmax(x), argmin(x), argsort(x), sort(x).indices, topk(x, 2).indices};
  bool none = true;
  for (const Var& y : indices) none = none && !y.needs_gradient();
  CHECK(none);
  if (none) note_twice_checked_ops({"argmax", "argmin", "argsort", "topk_indices"});
}
