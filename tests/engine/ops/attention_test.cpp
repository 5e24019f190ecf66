#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/ops.h>

#include <limits>

#include "../../near.h"
#include "../../normal_tensor.h"

using namespace cotape;

namespace {

constexpr real minus_infinity = -std::numeric_limits<real>::infinity();

// Attention made of other ops, `mask` added to the scores [batch, heads, queries, keys].
Var composed(Var q, Var k, Var v, std::int64_t heads, const Tensor& mask) {
  const auto split = [heads](Var x) {
    const Shape& shape = x.shape();
    return permute(reshape(x, {shape[0], shape[1], heads, shape[2] / heads}), {0, 2, 1, 3});
  };
  const real scale = 1 / std::sqrt(static_cast<real>(q.shape()[2] / heads));
  const Var scores = matmul(split(q), split(k), {.b = true}) * scale + q.tape().constant(mask);
  const Var y = permute(matmul(softmax(scores), split(v)), {0, 2, 1, 3});
  return reshape(y, {y.shape()[0], y.shape()[1], -1});
}

}  // namespace

TEST_CASE("attention: worked out by hand") {
  Tape tape;
  const Var q = tape.constant(Tensor({1, 2, 1}, {1, 0})), k = tape.constant(Tensor({1, 2, 1}, {0, std::log(real(3))}));
  const Var v = tape.constant(Tensor({1, 2, 1}, {4, 8}));
  CHECK(relative_distance(scaled_dot_product_attention(q, k, v).value(), Tensor({1, 2, 1}, {7, 6})) < 1e-6);
  CHECK(relative_distance(scaled_dot_product_attention(q, k, v, 1, {.causal = true}).value(),
                          Tensor({1, 2, 1}, {4, 6})) < 1e-6);
}

TEST_CASE("attention: values and gradients are those of its parts, under all masks at once") {
  constexpr std::int64_t batch = 2, queries = 70, keys = 81, heads = 2;
  Tensor padding({batch, keys}), added = normal_tensor({batch, queries, keys}, 4), all({batch, heads, queries, keys});
  for (std::int64_t b = 0; b < batch; ++b) {
    for (std::int64_t j = 1; j < keys; j += 3) padding[b * keys + j] = 1;
    for (std::int64_t i = 0; i < queries; ++i)
      for (std::int64_t j = 0; j < keys; ++j)
        for (std::int64_t h = 0; h < heads; ++h)
          all.at({b, h, i, j}) = j > i || padding.at({b, j}) != 0 ? minus_infinity : added.at({b, i, j});
  }
  const auto results = [&](bool fused) {
    Tape tape;
    const Var q = tape.variable(normal_tensor({batch, queries, 8}, 1));
    const Var k = tape.variable(normal_tensor({batch, keys, 8}, 2));
    const Var v = tape.variable(normal_tensor({batch, keys, 6}, 3));
    const Var y =
        fused ? scaled_dot_product_attention(q, k, v, heads, {true, &padding, &added}) : composed(q, k, v, heads, all);
    tape.backward(sum(square(y)));
    return std::vector<Tensor>{y.value(), q.gradient(), k.gradient(), v.gradient()};
  };
  const std::vector<Tensor> fused = results(true), parts = results(false);
  for (std::size_t i = 0; i < fused.size(); ++i) CHECK(relative_distance(fused[i], parts[i]) < 1e-5);
}

TEST_CASE("attention: q, k and v in one tensor give the same as apart, also on a tape without gradients") {
  const Tensor qkv = normal_tensor({3, 66, 3 * 8}, 1);
  Tape tape, evaluation(Gradients::off);
  const Var x = tape.variable(qkv), y = packed_attention(x, 4, {.causal = true});
  tape.backward(sum(square(y)));
  const Var parts = tape.variable(qkv);
  const Var z = scaled_dot_product_attention(slice(parts, 2, 0, 8), slice(parts, 2, 8, 16), slice(parts, 2, 16, 24), 4,
                                             {.causal = true});
  tape.backward(sum(square(z)));
  CHECK(z.value() == y.value());
  CHECK(parts.gradient() == x.gradient());
  CHECK(packed_attention(evaluation.constant(qkv), 4, {.causal = true}).value() == y.value());
}

TEST_CASE("attention: a query that sees no key gives zeros and no gradient") {
  const Tensor padding({2, 3}, {0, 0, 0, 1, 1, 1});
  Tape tape;
  const Var x = tape.variable(normal_tensor({2, 3, 12}));
  const Var y = packed_attention(x, 2, {.padding = &padding});
  tape.backward(sum(square(y) + y));
  for (std::int64_t i = 0; i < 12; ++i) CHECK(y.value()[12 + i] == 0);
  for (std::int64_t i = 0; i < 36; ++i) CHECK(x.gradient()[36 + i] == 0);
  CHECK(x.gradient().finite());
}

TEST_CASE("attention: wrong shapes are refused") {
  Tape tape;
  const auto zeros = [&](const Shape& shape) { return tape.constant(Tensor(shape)); };
  const Var q = zeros({2, 4, 6}), k = zeros({2, 5, 6}), v = zeros({2, 5, 6});
  CHECK_THROWS_WITH_AS(scaled_dot_product_attention(q, k, v, 4),
                       "attention: q [2,4,6] is not [batch, time, features] with features in 4 equal parts",
                       ShapeError);
  CHECK_THROWS_WITH_AS(scaled_dot_product_attention(q, k, v, 0), "attention: 0 heads", ValueError);
  CHECK_THROWS_WITH_AS(scaled_dot_product_attention(q, k, zeros({2, 4, 6})), doctest::Contains("v [2,4,6] do not fit"),
                       ShapeError);
  CHECK_THROWS_AS(scaled_dot_product_attention(q, zeros({2, 5, 4}), v), ShapeError);
  CHECK_THROWS_AS(scaled_dot_product_attention(q, zeros({5, 6}), v), ShapeError);
  CHECK_THROWS_WITH_AS(packed_attention(zeros({2, 4, 10})), doctest::Contains("3 equal parts"), ShapeError);
  const Tensor wrong({2, 4});
  CHECK_THROWS_WITH_AS(scaled_dot_product_attention(q, k, v, 1, {.padding = &wrong}),
                       "attention: padding [2,4] is not [batch, keys] = [2,5]", ShapeError);
  CHECK_THROWS_AS(scaled_dot_product_attention(q, k, v, 1, {.added = &wrong}), ShapeError);
}
