#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/calculus/gradient.h>
#include <cotape/engine/calculus/jacobian.h>
#include <cotape/engine/ops.h>

#include <cmath>

#include "../../normal_tensor.h"

using namespace cotape;

namespace {

// A net with smooth ops alone: two layers and a loss.
Var net(Tape& tape, std::span<Parameter* const> p) {
  const Var hidden =
      tanh(linear(tape.constant(normal_tensor({5, 3}, 1)), tape.parameter(*p[0]), tape.parameter(*p[1])));
  const Var weight = tape.parameter(*p[2]);
  const Var out = matmul(hidden, weight) + matmul(square(hidden), weight);
  return mean(softplus(out)) + sum(square(tape.parameter(*p[0]))) * 0.1;
}

}  // namespace

TEST_CASE("gradient gives Vars that can be differentiated again, any number of times") {
  Tape tape;
  const Var x = tape.variable(Tensor(Shape{3}, {0.3, -1, 2}));
  Var y = sin(x);
  for (int order = 1; order <= 4; ++order) {
    y = gradient(sum(y), x);
    for (std::int64_t i = 0; i < 3; ++i)
      CHECK(y.value()[i] == doctest::Approx(std::sin(x.value()[i] + order * std::acos(-1.0) / 2)));
  }
}

TEST_CASE("gradient agrees with backward and leaves its gradients alone") {
  Tape tape;
  const Var x = tape.variable(normal_tensor({2, 3})), z = tape.variable(normal_tensor({3}, 2));
  const Var y = sum(exp(x * z) + x / (1 + square(z)));
  const std::vector<Var> g = gradient(y, {x, z});
  CHECK_THROWS_AS(x.gradient(), TapeError);
  tape.backward(y);
  for (std::int64_t i = 0; i < 6; ++i) CHECK(g[0].value()[i] == doctest::Approx(x.gradient()[i]));
  for (std::int64_t i = 0; i < 3; ++i) CHECK(g[1].value()[i] == doctest::Approx(z.gradient()[i]));
}

TEST_CASE("an input counts as given, and one that y does not depend on has gradient 0") {
  Tape tape;
  const Var x = tape.variable(Tensor(Shape{}, 3)), z = tape.variable(Tensor(Shape{2}, 1));
  const Var inner = square(x), y = inner * x;
  const std::vector<Var> g = gradient(y, {x, inner, z, y});
  CHECK(g[0].value().item() == 27);
  CHECK(g[1].value().item() == 3);
  CHECK(g[2].value() == Tensor(Shape{2}, 0));
  CHECK(g[3].value().item() == 1);
}

TEST_CASE("Hessian times vector through a net agrees with differences") {
  Parameter a("a", normal_tensor({4, 3}, 2)), b("b", normal_tensor({4}, 3)), c("c", normal_tensor({4, 2}, 4));
  const std::vector<Parameter*> p = {&a, &b, &c};
  std::vector<Tensor> along;
  for (const Parameter* parameter : p) along.push_back(normal_tensor(parameter->value().shape(), along.size() + 9));

  Tape tape;
  const Var loss = net(tape, p);
  std::vector<Var> vectors;
  for (const Tensor& v : along) vectors.push_back(tape.constant(v));
  const std::vector<Var> product = hvp(loss, p, vectors);

  constexpr real step = 1e-5;
  std::vector<Tensor> slopes[2];
  for (const int side : {0, 1}) {
    const auto move = [&](real by) {
      for (std::size_t k = 0; k < p.size(); ++k)
        for (std::int64_t i = 0; i < along[k].size(); ++i) p[k]->mutable_value()[i] += by * along[k][i];
    };
    move(side == 0 ? -step : step);
    Tape moved;
    moved.backward(net(moved, p));
    for (Parameter* parameter : p) {
      slopes[side].push_back(parameter->gradient());
      parameter->clear_gradient();
    }
    move(side == 0 ? step : -step);
  }
  for (std::size_t k = 0; k < p.size(); ++k)
    for (std::int64_t i = 0; i < along[k].size(); ++i)
      CHECK(product[k].value()[i] ==
            doctest::Approx((slopes[1][k][i] - slopes[0][k][i]) / (2 * step)).epsilon(1e-6).scale(1));
}

TEST_CASE("jvp is the derivative along a direction") {
  Tape tape;
  const Var x = tape.variable(normal_tensor({3})), v = tape.constant(normal_tensor({3}, 2));
  const Var y = matmul(tape.constant(normal_tensor({4, 3}, 3)), reshape(exp(x), {3, 1}));
  const Var along = jvp(y, x, v);
  const Var wanted = matmul(tape.constant(normal_tensor({4, 3}, 3)), reshape(exp(x) * v, {3, 1}));
  REQUIRE(along.shape() == y.shape());
  for (std::int64_t i = 0; i < 4; ++i) CHECK(along.value()[i] == doctest::Approx(wanted.value()[i]));
}

TEST_CASE("Jacobian and Hessian of functions with known ones") {
  Tape tape;
  const Var x = tape.variable(Tensor(Shape{2}, {0.5, 2}));
  const Var a = tape.constant(normal_tensor({3, 2}));
  const Var y = reshape(matmul(a, reshape(x, {2, 1})), {3});
  CHECK(jacobian(y, x).value() == a.value());
  const Var h = hessian(sum(square(square(x))) + sum(x) * sum(square(x)), x);  // 12 x² on the diagonal, …
  REQUIRE(h.shape() == Shape{2, 2});
  const auto wanted = [&](std::int64_t i, std::int64_t j) {
    const real p = x.value()[i], q = x.value()[j], total = x.value()[0] + x.value()[1];
    return (i == j ? 12 * p * p + 2 * total : 0) + 2 * p + 2 * q;
  };
  for (std::int64_t i = 0; i < 2; ++i)
    for (std::int64_t j = 0; j < 2; ++j) CHECK(h.value()[i * 2 + j] == doctest::Approx(wanted(i, j)));
  CHECK(jacobian(slice(y, 0, 0, 0), x).shape() == Shape{0, 2});
}

TEST_CASE("gradients of examples through linear and convolution add up to the batch's, and are those of one alone") {
  Parameter filter("filter", normal_tensor({3, 3, 1, 2}, 1)), weight("weight", normal_tensor({1, 8}, 2));
  const std::vector<Parameter*> p = {&filter, &weight};
  const Tensor images = normal_tensor({3, 4, 4, 1}, 3);
  const auto losses = [&](Var x) {
    const Var maps = tanh(conv2d(x, x.tape().parameter(filter)));
    const std::int64_t batch = x.shape()[0];
    return reshape(square(linear(reshape(maps, {batch, 8}), x.tape().parameter(weight))), {batch});
  };
  Tape tape;
  const Var all = losses(tape.constant(images));
  const std::vector<Var> g = per_example_gradients(all, p);
  const Var norms = per_example_gradient_norms(all, p);
  for (std::int64_t b = 0; b < 3; ++b) {
    Tape single;
    const Var x = single.constant(Shape{1, 4, 4, 1}, [&](Tensor& out) {
      for (std::int64_t i = 0; i < 16; ++i) out[i] = images[b * 16 + i];
    });
    single.backward(sum(losses(x)));
    double squares = 0;
    for (std::size_t k = 0; k < p.size(); ++k) {
      const Tensor& wanted = p[k]->gradient();
      for (std::int64_t i = 0; i < wanted.size(); ++i) {
        CHECK(g[k].value()[b * wanted.size() + i] == doctest::Approx(wanted[i]));
        squares += wanted[i] * wanted[i];
      }
      p[k]->clear_gradient();
    }
    CHECK(norms.value()[b] == doctest::Approx(std::sqrt(squares)));
  }
  CHECK_THROWS_WITH_AS(per_example_gradients(sum(all), p), "per_example_gradients: losses [] are not [batch]",
                       ShapeError);
}

TEST_CASE("what gradient refuses, and in which words") {
  Tape tape;
  const Var x = tape.variable(normal_tensor({2, 3}));
  CHECK_THROWS_WITH_AS(
      gradient(x, x), "gradient: the value has shape [2,3]; give a cotangent, or reduce it to one element", ShapeError);
  CHECK_THROWS_WITH_AS(gradient(x, x, tape.constant(Tensor(Shape{2}))),
                       "gradient: cotangent [2] for a value of shape [2,3]", ShapeError);
  CHECK_THROWS_WITH_AS(gradient(sum(x), tape.constant(Tensor(Shape{2}))),
                       "gradient: input 0 (constant) does not depend on a variable or parameter: make it with "
                       "Tape::variable",
                       TapeError);
  CHECK_THROWS_WITH_AS(jvp(x, x, tape.constant(Tensor(Shape{2}))), "jvp: tangent [2] for an input of shape [2,3]",
                       ShapeError);
  Parameter p("p", Tensor(Shape{1}, 2)), unused("unused", Tensor(Shape{1}));
  const std::vector<Parameter*> both = {&p, &unused};
  const Var y = sum(square(tape.parameter(p)));
  CHECK_THROWS_WITH_AS(gradient(y, both), "gradient: parameter unused is frozen or was not recorded on the tape",
                       TapeError);
  p.mutable_value()[0] = 3;
  CHECK_THROWS_WITH_AS(
      gradient(y, std::vector<Parameter*>{&p}),
      "gradient: parameter p changed after it was recorded; after an update call clear() and record anew", TapeError);
  const Scope scope = tape.scope("scores");
  const Var product = prod(x);
  CHECK_THROWS_WITH_AS(gradient(product, x),
                       "prod: its vector-Jacobian product is not made of ops, so that gradient() cannot record it; "
                       "backward() can use it in scores",
                       TapeError);
  Tape off(Gradients::off);
  const Var z = off.variable(Tensor(Shape{}, 1));
  CHECK_THROWS_WITH_AS(gradient(square(z), z), "gradient: the tape was made with Gradients::off", TapeError);
}
