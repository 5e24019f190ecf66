#include <cotape/engine/base/error.h>
#include <cotape/engine/ops.h>
#include <cotape/engine/tape/record.h>
#include <doctest/doctest.h>

using namespace cotape;

namespace {

// a · b, with a count of the products that were computed for each.
Var counted_mul(Var a, Var b, int& of_a, int& of_b) {
  return record(
      {"counted", "", false, true}, {a, b}, [](Forward& f) { f.out(f.in(0).shape())[0] = f.in(0)[0] * f.in(1)[0]; },
      [&of_a](Vjp& v) {
        ++of_a;
        v.dx[0] = v.dy[0] * v.input(1)[0];
      },
      [&of_b](Vjp& v) {
        ++of_b;
        v.dx[0] = v.dy[0] * v.input(0)[0];
      });
}

}  // namespace

TEST_CASE("a frozen parameter is a constant: no product is computed for it or for what depends on it alone") {
  Parameter w("w", Tensor::scalar(3)), v("v", Tensor::scalar(5));
  CHECK_FALSE(w.frozen());
  w.freeze();
  CHECK(w.frozen());
  int of_a = 0, of_b = 0;
  Tape tape;
  const Var p = tape.parameter(w), q = tape.parameter(v);
  const Var alone = counted_mul(p, p, of_a, of_b);
  CHECK_FALSE(p.needs_gradient());
  CHECK_FALSE(alone.needs_gradient());
  tape.backward(counted_mul(p, q, of_a, of_b) + alone);
  CHECK(of_a == 0);
  CHECK(of_b == 1);
  CHECK_FALSE(w.has_gradient());
  CHECK(v.gradient().item() == 3);
  CHECK_THROWS_WITH_AS(p.gradient(), "gradient: node 0 (parameter) has none: the parameter is frozen", TapeError);

  w.mutable_value()[0] = 4;  // q's product would read the new value
  CHECK_THROWS_WITH_AS(tape.backward(counted_mul(p, q, of_a, of_b)), doctest::Contains("parameter w changed"),
                       TapeError);

  w.thaw();
  CHECK_FALSE(w.frozen());
  tape.clear();
  v.clear_gradient();
  tape.backward(counted_mul(tape.parameter(w), tape.parameter(v), of_a, of_b));
  CHECK(of_a == 1);
  CHECK(w.gradient().item() == 5);
}
