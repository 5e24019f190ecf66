#include <doctest/doctest.h>

#include <concepts>

#include <cotape/engine/base/error.h>
#include <cotape/engine/ops.h>
#include <cotape/solvers/layer/differentiable.h>
#include <cotape/solvers/rules/identity.h>
#include <cotape/solvers/rules/imle.h>
#include <cotape/solvers/select/topk.h>

#include "../../normal_tensor.h"

using namespace cotape;

// The easy mistake, samples minus target, must not compile: [8, 1, 5] − [8, 5] would be [8, 8, 5].
template <class A, class B>
concept CanSubtract = requires(A a, B b) {
  a - b;
};
static_assert(CanSubtract<Var, Var>);
static_assert(!CanSubtract<Samples, Var> && !CanSubtract<Var, Samples> && !CanSubtract<Samples, Samples>);
static_assert(!std::convertible_to<Samples, Var>);

TEST_CASE("samples: one sample without noise against a target is the answer against the target") {
  Tape tape;
  Rng rng(1);
  const Var x = tape.variable(normal_tensor({8, 5}, 1));
  const Var want = differentiable(TopK{.n = 5, .k = 2}, Identity{})(x);
  const Samples got = differentiable(TopK{.n = 5, .k = 2}, Imle{.tau = 0, .samples = 1})(x, rng);
  CHECK(got.count() == 1);
  CHECK(got.all().shape() == Shape{8, 1, 5});
  CHECK((got.mean() - want).shape() == Shape{8, 5});
  CHECK(mean(abs(got.mean() - want)).value().item() == 0);
  CHECK((got.all() - got.beside(want)).shape() == Shape{8, 1, 5});
  CHECK(mean(abs(got.all() - got.beside(want))).value().item() == 0);
}

TEST_CASE("samples: each stands beside its own target, and targets of another shape are refused") {
  Tape tape;
  const Samples batch(tape.constant(normal_tensor({4, 3, 2}, 1)), 1),
      single(tape.constant(normal_tensor({3, 2}, 1)), 0);
  const Tensor target({4, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  const Tensor beside = batch.beside(tape.constant(target)).value();
  CHECK(beside.shape() == Shape{4, 3, 2});
  for (std::int64_t b = 0; b < 4; ++b)
    for (std::int64_t s = 0; s < 3; ++s)
      for (std::int64_t i = 0; i < 2; ++i) CHECK(beside.at({b, s, i}) == target.at({b, i}));
  CHECK(single.beside(tape.constant(Tensor({2}, {1, 2}))).value() == Tensor({3, 2}, {1, 2, 1, 2, 1, 2}));
  CHECK(single.mean().shape() == Shape{2});
  CHECK_THROWS_WITH_AS(batch.beside(tape.constant(Tensor(Shape{3, 2}))),
                       "samples: target [3,2] beside solutions [4,3,2], whose instances are [4,2]", ShapeError);
  CHECK_THROWS_AS(batch.beside(tape.constant(Tensor(Shape{4, 1, 2}))), ShapeError);
}
