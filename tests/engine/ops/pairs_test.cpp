#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/engine/ops.h>

#include <algorithm>

#include "../../near.h"
#include "../../normal_tensor.h"

using namespace cotape;

namespace {

struct Inputs {
  Tensor parts, weight, bias, coefficients;
};

Inputs inputs(std::int64_t graphs, std::int64_t sets, std::int64_t n, std::int64_t half, std::int64_t out) {
  return {normal_tensor({graphs, n, 2 * half}, 1), normal_tensor({out, half}, 2), normal_tensor({out}, 3),
          normal_tensor({sets, n * (n - 1) / 2}, 4)};
}

struct Result {
  Tensor value;
  std::vector<Tensor> gradients;
};

Result run(const Inputs& x) {
  Tape tape;
  const std::vector<Var> in = {tape.variable(x.parts), tape.variable(x.weight), tape.variable(x.bias),
                               tape.variable(x.coefficients)};
  const Var y = pair_messages(in[0], in[1], in[2], in[3]);
  tape.backward(y, normal_tensor(y.shape(), 5));
  Result result{y.value(), {}};
  for (const Var& v : in) result.gradients.push_back(v.gradient());
  return result;
}

Tensor value_alone(const Inputs& x) {
  Tape tape(Gradients::off);
  return pair_messages(tape.constant(x.parts), tape.constant(x.weight), tape.constant(x.bias),
                       tape.constant(x.coefficients))
      .value();
}

// By the formula, one message after the other.
Tensor by_formula(const Inputs& x) {
  const std::int64_t graphs = x.parts.shape()[0], n = x.parts.shape()[1], half = x.parts.shape()[2] / 2,
                     out = x.weight.shape()[0], sets = x.coefficients.shape()[0];
  Tensor y(Shape{graphs, n, out});
  for (std::int64_t g = 0; g < graphs; ++g) {
    std::int64_t edge = 0;
    for (std::int64_t i = 0; i < n; ++i)
      for (std::int64_t j = i + 1; j < n; ++j, ++edge)
        for (const auto& [to, from] : {std::pair(i, j), std::pair(j, i)})
          for (std::int64_t k = 0; k < out; ++k) {
            double sum = static_cast<double>(x.bias[k]);
            for (std::int64_t h = 0; h < half; ++h)
              sum += static_cast<double>(x.weight[k * half + h]) *
                     std::max(0.0, static_cast<double>(x.parts[(g * n + from) * 2 * half + h]) +
                                       static_cast<double>(x.parts[(g * n + to) * 2 * half + half + h]));
            y[(g * n + to) * out + k] +=
                x.coefficients[g / (graphs / sets) * (n * (n - 1) / 2) + edge] * static_cast<real>(std::max(0.0, sum));
          }
  }
  return y;
}

}  // namespace

TEST_CASE("pair_sum: by receiver, then by sender") {
  Tape tape;
  const Var parts = tape.constant(Tensor(Shape{3, 2}, {1, 10, 2, 20, 3, 30}));
  CHECK(pair_sum(parts).value() == Tensor(Shape{6, 1}, {12, 13, 21, 23, 31, 32}));
}

TEST_CASE("pair_messages: equals its formula, with and without gradients, for many sizes") {
  for (const auto& [graphs, sets, n, half, out] :
       {std::array<std::int64_t, 5>{1, 1, 2, 1, 1}, {6, 3, 5, 7, 19}, {40, 20, 10, 33, 40}, {5, 1, 3, 64, 64}}) {
    Inputs x = inputs(graphs, sets, n, half, out);
    CHECK(relative_distance(run(x).value, by_formula(x)) < 1e-4);
    CHECK(relative_distance(value_alone(x), by_formula(x)) < 1e-4);
    for (std::int64_t i = 0; i < x.coefficients.size(); i += 3) x.coefficients[i] = 0;
    CHECK(relative_distance(value_alone(x), by_formula(x)) < 1e-4);
  }
}

TEST_CASE("pair_messages: a coefficient of 0 gets its gradient, and its message gives none") {
  Inputs x = inputs(4, 2, 6, 8, 9), near_zero = x;
  for (std::int64_t i = 0; i < x.coefficients.size(); i += 2) {
    x.coefficients[i] = 0;
    near_zero.coefficients[i] = real(1e-20);
  }
  const Result zero = run(x), other = run(near_zero);
  for (std::size_t i = 0; i < 4; ++i) CHECK(relative_distance(zero.gradients[i], other.gradients[i]) < 1e-4);
  CHECK(zero.gradients[3][0] != 0);
}

TEST_CASE("pair_messages: the same bits for any number of threads") {
  const Inputs x = inputs(60, 30, 10, 24, 20);
  const Result many = run(x);
  const ThreadLimit one(1);
  const Result alone = run(x);
  CHECK(many.value == alone.value);
  CHECK(many.gradients == alone.gradients);
}

TEST_CASE("pair_messages and pair_sum: no graphs, and what they refuse") {
  const Result none = run(inputs(0, 0, 4, 3, 5));
  CHECK(none.value.shape() == Shape{0, 4, 5});
  CHECK(none.gradients[1] == Tensor(Shape{5, 3}));
  const auto refuse = [](std::size_t which, const Shape& shape, const char* text) {
    const Inputs x = inputs(4, 2, 3, 5, 6);
    std::vector<Tensor> in = {x.parts, x.weight, x.bias, x.coefficients};
    in[which] = Tensor(shape);
    CHECK_THROWS_WITH_AS(run({in[0], in[1], in[2], in[3]}), doctest::Contains(text), ShapeError);
  };
  refuse(0, {4, 3, 9}, "pair_messages: parts [4,3,9] is not [..., nodes, 2 h]");
  refuse(0, {4, 1, 10}, "two nodes or more");
  refuse(0, {2, 2, 3, 10}, "is not [graphs, nodes, 2 h]");
  refuse(0, {5, 3, 10}, "the 5 graphs of parts [5,3,10] are not a multiple of the 2 sets");
  refuse(1, {6, 4}, "it must be [out, 5]");
  refuse(2, {5}, "it must be [6]");
  refuse(3, {2, 4}, "they must be [sets, 3]");
  Tape tape;
  CHECK_THROWS_WITH_AS(pair_sum(tape.constant(Tensor(Shape{4}))), doctest::Contains("pair_sum: parts [4]"), ShapeError);
}
