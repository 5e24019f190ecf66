#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/ops.h>

#include "../../check_gradients.h"

using namespace cotape;

namespace {

struct UnaryRow {
  const char* name;
  Var (*f)(Var);
  Tensor x;
};

struct BinaryRow {
  const char* name;
  Var (*f)(Var, Var);
  bool positive;  // both inputs are drawn from (0.5, 2)
};

struct Pattern {
  Shape a, b;
};

// Every way in which two shapes broadcast.
const std::vector<Pattern> patterns = {
    {{3, 4}, {3, 4}},           // same shape
    {{}, {}},                   // two scalars
    {{}, {3, 4}},               // a scalar on either side
    {{3, 4}, {}},               //
    {{1}, {3, 4}},              // one element on either side
    {{3, 4}, {1, 1}},           //
    {{4}, {3, 4}},              // a missing leading axis on either side
    {{3, 4}, {4}},              //
    {{3, 1}, {3, 4}},           // the last axis of size 1 on either side
    {{3, 4}, {3, 1}},           //
    {{1, 4}, {3, 1}},           // size 1 on both sides, crosswise
    {{3, 1}, {1, 4}},           //
    {{3, 1}, {4}},              // the same with a missing axis
    {{2, 1, 3}, {2, 4, 3}},     // an inner axis
    {{2, 4, 3}, {1, 4, 1}},     // outer and last axis, not neighbours
    {{1, 4, 1}, {2, 4, 3}},     //
    {{2, 1, 3, 1}, {4, 1, 5}},  // everything at once
    {{3}, {2, 2, 2, 3}},        // several missing axes
    {{2, 1, 2, 1, 2}, {1, 3, 1, 3, 1}},
    {{1, 3, 1}, {1, 3, 1}},  // equal shapes with ones
    {{3, 4}, {1, 3, 4}},     // equal sizes, another rank
};

Tensor smooth() { return normal_tensor({3, 5}); }
Tensor positive() { return uniform_tensor({3, 5}, 0.3, 3); }

}  // namespace

TEST_CASE("gradients of elementwise ops with one input") {
  const UnaryRow rows[] = {
      {"neg", [](Var x) { return -x; }, smooth()},
      {"number / x", [](Var x) { return 2 / x; }, positive()},
      {"x / number", [](Var x) { return x / 3; }, smooth()},
      {"scale", [](Var x) { return scale(x, 2.5); }, smooth()},
      {"scale by 0", [](Var x) { return scale(x, 0); }, smooth()},
      {"shift", [](Var x) { return shift(x, -1.5); }, smooth()},
      {"pow 3", [](Var x) { return pow(x, 3); }, smooth()},
      {"pow -1", [](Var x) { return pow(x, -1); }, positive()},
      {"pow 2.5", [](Var x) { return pow(x, 2.5); }, positive()},
      {"pow 2", [](Var x) { return pow(x, 2); }, smooth()},
      {"pow 0.5", [](Var x) { return pow(x, 0.5); }, positive()},
      {"pow -0.5", [](Var x) { return pow(x, -0.5); }, positive()},
      {"reciprocal", [](Var x) { return reciprocal(x); }, away_from({0}, smooth(), 0.3)},
      {"exp", [](Var x) { return exp(x); }, smooth()},
      {"expm1", [](Var x) { return expm1(x); }, smooth()},
      {"log", [](Var x) { return log(x); }, positive()},
      {"log2", [](Var x) { return log2(x); }, positive()},
      {"log10", [](Var x) { return log10(x); }, positive()},
      {"log1p", [](Var x) { return log1p(x); }, uniform_tensor({3, 5}, -0.7, 3)},
      {"sqrt", [](Var x) { return sqrt(x); }, positive()},
      {"rsqrt", [](Var x) { return rsqrt(x); }, positive()},
      {"square", [](Var x) { return square(x); }, smooth()},
      {"sin", [](Var x) { return sin(x); }, uniform_tensor({8}, -9, 9)},
      {"cos", [](Var x) { return cos(x); }, uniform_tensor({8}, -9, 9)},
      {"erf", [](Var x) { return erf(x); }, smooth()},
      {"sign", [](Var x) { return sign(x) + x; }, away_from({0}, smooth())},
      {"floor", [](Var x) { return floor(x) + x; }, away_from({-2, -1, 0, 1, 2}, smooth())},
      {"abs", [](Var x) { return abs(x); }, away_from({0}, smooth())},
      {"tanh", [](Var x) { return tanh(x); }, smooth()},
      {"sigmoid", [](Var x) { return sigmoid(x); }, smooth()},
      {"sigmoid far out", [](Var x) { return sigmoid(x); }, uniform_tensor({8}, -9, 9)},
      {"relu", [](Var x) { return relu(x); }, away_from({0}, smooth())},
      {"leaky_relu", [](Var x) { return leaky_relu(x); }, away_from({0}, smooth())},
      {"leaky_relu -0.5", [](Var x) { return leaky_relu(x, -0.5); }, away_from({0}, smooth())},
      {"silu", [](Var x) { return silu(x); }, smooth()},
      {"silu far out", [](Var x) { return silu(x); }, uniform_tensor({8}, -9, 9)},
      {"gelu", [](Var x) { return gelu(x); }, smooth()},
      {"gelu far out", [](Var x) { return gelu(x); }, uniform_tensor({8}, -6, 6)},
      {"gelu_tanh", [](Var x) { return gelu_tanh(x); }, smooth()},
      {"gelu_tanh far out", [](Var x) { return gelu_tanh(x); }, uniform_tensor({8}, -6, 6)},
      {"elu", [](Var x) { return elu(x); }, away_from({0}, smooth())},
      {"elu 0.3", [](Var x) { return elu(x, 0.3); }, away_from({0}, smooth())},
      {"softplus", [](Var x) { return softplus(x); }, smooth()},
      {"softplus far out", [](Var x) { return softplus(x); }, uniform_tensor({8}, -9, 9)},
      {"clamp", [](Var x) { return clamp(x, -0.5, 0.7); }, away_from({-0.5, 0.7}, smooth())},
      {"hardtanh", [](Var x) { return hardtanh(x); }, away_from({-1, 1}, smooth())},
      {"a scalar", [](Var x) { return exp(x); }, Tensor::scalar(0.3)},
  };
  for (const UnaryRow& row : rows)
    check_gradients(row.name, [&](Tape&, std::span<const Var> x) { return row.f(x[0]); }, {row.x});
}

TEST_CASE("gradients of elementwise ops with two inputs, over every broadcast pattern") {
  const BinaryRow rows[] = {
      {"add", [](Var a, Var b) { return a + b; }, false},
      {"sub", [](Var a, Var b) { return a - b; }, false},
      {"mul", [](Var a, Var b) { return a * b; }, false},
      {"div", [](Var a, Var b) { return a / b; }, true},
      {"power", [](Var a, Var b) { return power(a, b); }, true},
      {"maximum", [](Var a, Var b) { return maximum(a, b); }, false},
      {"minimum", [](Var a, Var b) { return minimum(a, b); }, false},
  };
  for (const BinaryRow& row : rows)
    for (const Pattern& p : patterns) {
      Tensor a = row.positive ? uniform_tensor(p.a, 0.5, 2, 1) : normal_tensor(p.a, 1);
      Tensor b = row.positive ? uniform_tensor(p.b, 0.5, 2, 2) : normal_tensor(p.b, 2);
      const std::string what = std::string(row.name) + " " + to_string(p.a) + " " + to_string(p.b);
      check_gradients(what, [&](Tape&, std::span<const Var> x) { return row.f(x[0], x[1]); }, {a, b});
      const auto with_constant = [&](Tape& tape, std::span<const Var> x) { return row.f(x[0], tape.constant(b)); };
      check_gradients(what + ", b constant", with_constant, {a});
    }
}

TEST_CASE("gradients of where, over every broadcast pattern of its three inputs") {
  for (const Pattern& p : patterns) {
    const Tensor a = normal_tensor(p.a, 1), b = normal_tensor(p.b, 2);
    const std::string what = "where " + to_string(p.a) + " " + to_string(p.b);
    for (const Shape& shape : {p.a, p.b, Shape{}, Shape{2, 1, 1, 1, 1, 1}}) {
      const Tensor condition = normal_tensor(shape, 3);
      check_gradients(
          what + " " + to_string(shape),
          [&](Tape& tape, std::span<const Var> x) { return where(greater(tape.constant(condition), 0), x[0], x[1]); },
          {a, b});
    }
  }
}

TEST_CASE("comparisons have no gradient") {
  const BinaryRow rows[] = {{"equal", equal, false},     {"not_equal", not_equal, false},
                            {"less", less, false},       {"less_equal", less_equal, false},
                            {"greater", greater, false}, {"greater_equal", greater_equal, false}};
  for (const BinaryRow& row : rows) {
    Tape tape;
    const Var a = tape.variable(normal_tensor({3}, 1)), b = tape.variable(normal_tensor({3}, 2));
    const Var y = row.f(a, b);
    CHECK_FALSE(y.needs_gradient());
    tape.backward(sum(a * y));
    CHECK(a.gradient() == y.value());
    if (!y.needs_gradient() && a.gradient() == y.value()) note_twice_checked_ops({row.name});
  }
}

TEST_CASE("gradients of ops with a number on one side") {
  check_gradients("all operators",
                  [](Tape&, std::span<const Var> x) {
                    return (1 - x[0]) * 2 + (3 + x[0]) / 4 - (2 * x[0] - 5) + 1 / x[0] + (x[0] + 1);
                  },
                  {positive()});
}

TEST_CASE("gradients of an input that is used more than once") {
  check_gradients("x·x", [](Tape&, std::span<const Var> x) { return x[0] * x[0]; }, {smooth()});
  check_gradients("x + x", [](Tape&, std::span<const Var> x) { return x[0] + x[0]; }, {smooth()});
  check_gradients("x/x·x", [](Tape&, std::span<const Var> x) { return x[0] / x[0] * x[0]; }, {positive()});
  check_gradients("x with its own sum", [](Tape&, std::span<const Var> x) { return x[0] * sum(x[0]); }, {smooth()});
  check_gradients("a diamond of broadcasts",
                  [](Tape&, std::span<const Var> x) {
                    const Var y = tanh(x[0]);
                    return y * reshape(y, {4, 1}) + exp(y) * x[0];
                  },
                  {normal_tensor({4})});
  check_gradients("one row against a table, twice",
                  [](Tape&, std::span<const Var> x) { return x[0] * x[1] + x[1] * x[1] - x[0]; },
                  {normal_tensor({1, 4}, 1), normal_tensor({3, 4}, 2)});
}

TEST_CASE("maximum and minimum give the gradient of equal elements to the first input") {
  Tape tape;
  const Var a = tape.variable(Tensor({2}, {1, 5})), b = tape.variable(Tensor({2}, {1, 2}));
  tape.backward(sum(maximum(a, b)) + 10 * sum(minimum(a, b)));
  CHECK(a.gradient() == Tensor({2}, {11, 1}));
  CHECK(b.gradient() == Tensor({2}, {0, 10}));
}

TEST_CASE("kinks: the gradient at them is what the headers say") {
  Tape tape;
  const Var x = tape.variable(Tensor({3}, {-1, 0, 1}));
  tape.backward(sum(abs(x)));
  CHECK(x.gradient() == Tensor({3}, {-1, 0, 1}));
  const Var z = tape.variable(Tensor({3}, {-1, 0, 1}));
  tape.backward(sum(relu(z)));
  CHECK(z.gradient() == Tensor({3}, {0, 0, 1}));
  const Var w = tape.variable(Tensor({3}, {-2, 0, 2}));
  tape.backward(sum(clamp(w, -1, 1)));
  CHECK(w.gradient() == Tensor({3}, {0, 1, 0}));
  const Var u = tape.variable(Tensor({3}, {-1, 0, 1}));
  tape.backward(sum(leaky_relu(u, 0.25)) + sum(hardtanh(u)) + sum(sign(u)) + sum(floor(u)));
  CHECK(u.gradient() == Tensor({3}, {1.25, 1.25, 2}));
}

TEST_CASE("stop_gradient: the value passes, the gradient is exactly none") {
  Tape tape;
  const Var x = tape.variable(Tensor({3}, {1, 2, 3}));
  const Var stopped = stop_gradient(x);
  CHECK(stopped.value() == x.value());
  CHECK_FALSE(stopped.needs_gradient());
  CHECK_THROWS_WITH_AS(tape.backward(sum(stopped)), "backward: the value does not depend on a variable or parameter",
                       TapeError);
  CHECK_THROWS_AS(x.gradient(), TapeError);
  tape.backward(sum(x * stopped));  // as if the second factor were a constant
  CHECK(x.gradient() == Tensor({3}, {1, 2, 3}));
  if (x.gradient() == stopped.value()) note_twice_checked_ops({"stop_gradient"});
}
