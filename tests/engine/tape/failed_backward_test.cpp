#include <cotape/engine/base/error.h>
#include <cotape/engine/ops.h>
#include <cotape/engine/tape/record.h>
#include <doctest/doctest.h>

#include <stdexcept>

#include "../../nn/allocations.h"

using namespace cotape;

namespace {

// The identity, whose product fails.
Var failing(Var x) {
  return record(
      {"failing", "", false, true}, {x}, [](Forward& f) { f.out(f.in(0).shape()).copy_from(f.in(0)); },
      [](Vjp&) { fail<SolverError>("time limit"); });
}

}  // namespace

TEST_CASE("a backward pass that fails leaves gradients of parameters as they were") {
  for (const bool hook : {false, true}) {
    CAPTURE(hook);
    Parameter old("old", Tensor({2}, {1, 2})), fresh("fresh", Tensor({2}, {3, 4}));
    Tape tape;
    const Var p = tape.parameter(old), q = tape.parameter(fresh), x = tape.variable(Tensor({2}, {1, 1}));
    if (hook) tape.on_gradient(p, [](Tensor&) {});
    tape.backward(sum(square(p)));
    const Tensor before = old.gradient();
    CHECK(before == Tensor({2}, {2, 4}));
    // The sum is passed on before the node that fails is: both parameters have been reached, one of them twice.
    const Var bad = failing(x);
    const Var loss = sum(bad) + sum(p * q) + sum(square(p));
    CHECK_THROWS_WITH_AS(tape.backward(loss), "failing: time limit", SolverError);
    CHECK(old.gradient() == before);
    CHECK_FALSE(fresh.has_gradient());
    CHECK_THROWS_AS(x.gradient(), TapeError);
    tape.backward(sum(p * q));  // the tape goes on
    CHECK(old.gradient() == Tensor({2}, {5, 8}));
    CHECK(fresh.gradient() == Tensor({2}, {1, 2}));
  }
}

TEST_CASE("a backward pass that fails leaves gradients of variables as they were") {
  for (const bool hook : {false, true})
    for (const bool reached : {false, true}) {
      CAPTURE(hook);
      CAPTURE(reached);
      Tape tape;
      const Var x = tape.variable(Tensor({2}, {1, 2})), w = tape.variable(Tensor({2}, {1, 1}));
      if (hook) tape.on_gradient(x, [](Tensor&) {});
      tape.backward(sum(square(x)));
      const Var bad = failing(w);
      CHECK_THROWS_AS(tape.backward(reached ? sum(bad * x) : sum(bad)), SolverError);
      CHECK(x.gradient() == Tensor({2}, {2, 4}));
      CHECK_THROWS_AS(w.gradient(), TapeError);
    }
}

TEST_CASE("a hook that throws leaves gradients as they were") {
  Parameter w("w", Tensor({2}, {1, 2}));
  Tape tape;
  const Var p = tape.parameter(w), y = square(p);
  tape.backward(sum(y));
  bool refuse = true;
  tape.on_gradient(p, [&](Tensor&) {
    if (refuse) throw std::runtime_error("refused");
  });
  CHECK_THROWS_AS(tape.backward(sum(y)), std::runtime_error);
  CHECK(w.gradient() == Tensor({2}, {2, 4}));
  refuse = false;
  tape.backward(sum(y));
  CHECK(w.gradient() == Tensor({2}, {4, 8}));
}

TEST_CASE("adding to gradients of earlier passes allocates nothing in steady state") {
  Parameter w("w", Tensor({64, 64}, real(0.5)));
  Tape tape;
  const auto passes = [&] {
    tape.clear();
    w.clear_gradient();
    const Var p = tape.parameter(w);
    tape.backward(sum(square(p)));
    tape.backward(sum(p * p));
  };
  passes();
  passes();
  const std::int64_t counted = aligned_allocations();
  for (int i = 0; i < 10; ++i) passes();
  CHECK(aligned_allocations() == counted);
}
