#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/ops.h>

#include <cmath>

#include "../../near.h"
#include "../../normal_tensor.h"

using namespace cotape;

TEST_CASE("cosine_similarity is the product of unit vectors") {
  Tape tape;
  const Var a = tape.constant(Tensor({2, 2}, {3, 4, 1, 0})), b = tape.constant(Tensor({2, 2}, {4, 3, -2, 0}));
  CHECK(relative_distance(cosine_similarity(a, b).value(), Tensor({2}, {real(0.96), -1})) < 1e-6);
  const Tensor x = normal_tensor({3, 4, 5}, 1), z = normal_tensor({3, 4, 5}, 2);
  const Var v = tape.constant(x), w = tape.constant(z);
  for (int axis = -3; axis < 3; ++axis) {
    const Var expected = sum(v * w, axis) / (sqrt(sum(square(v), axis)) * sqrt(sum(square(w), axis)));
    CHECK(relative_distance(cosine_similarity(v, w, axis).value(), expected.value()) < 1e-5);
  }
}

TEST_CASE("cosine_similarity of vectors of any size, of zeros, and without elements") {
  Tape tape;
  for (const real large : {real(1), real(1e25), real(1e-7)}) {
    const Var a = tape.variable(Tensor({1, 2}, {3 * large, 4 * large})), b = tape.variable(Tensor({1, 2}, {4, 3}));
    const Var y = cosine_similarity(a, b);
    CHECK(y.value().item() == doctest::Approx(0.96));
    tape.backward(sum(y));
    // da = (b̂ − y â) / ‖a‖ with b̂ = (0.8, 0.6) and â = (0.6, 0.8)
    CHECK(a.gradient()[0] * large == doctest::Approx(0.224 / 5).epsilon(1e-5));
    CHECK(a.gradient()[1] * large == doctest::Approx(-0.168 / 5).epsilon(1e-5));
  }
  const Var zero = tape.variable(Tensor({1, 2})), b = tape.variable(Tensor({1, 2}, {4, 3}));
  const Var y = cosine_similarity(zero, b, -1, real(0.5));
  CHECK(y.value().item() == 0);
  tape.backward(sum(y));
  CHECK(relative_distance(zero.gradient(), Tensor({1, 2}, {real(1.6), real(1.2)})) < 1e-6);  // b̂ / ε
  CHECK(b.gradient() == Tensor({1, 2}));
  const Var none = tape.constant(Tensor({3, 0}));
  CHECK(cosine_similarity(none, none).value() == Tensor({3}));
  CHECK(cosine_similarity(none, none, 0).shape() == Shape{0});
}

TEST_CASE("cosine_similarity: errors") {
  Tape tape;
  const Var a = tape.constant(Tensor({2, 3})), b = tape.constant(Tensor({3}));
  CHECK_THROWS_WITH_AS(cosine_similarity(a, b), "cosine_similarity: shapes differ: a [2,3] b [3]", ShapeError);
  CHECK_THROWS_WITH_AS(cosine_similarity(a, a, 2), "cosine_similarity: shape [2,3] has no axis 2", ShapeError);
  CHECK_THROWS_WITH_AS(cosine_similarity(a, a, 0, 0), "cosine_similarity: ε = 0 is not positive", ValueError);
}
