#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/ops.h>
#include <cotape/solvers/losses/hamming.h>

using namespace cotape;

TEST_CASE("hamming_loss: counts entries that differ; its gradient is 1 − 2t even where nothing differs: the trap") {
  Tape tape;
  const Var s = tape.variable(Tensor({2, 3}, {1, 0, 1, 0, 0, 1})),
            t = tape.constant(Tensor({2, 3}, {1, 1, 0, 0, 0, 1}));
  CHECK(hamming_loss(s, t, Reduction::sum).value().item() == 2);
  CHECK(hamming_loss(s, t, Reduction::mean).value().item() == doctest::Approx(2.0 / 6));
  CHECK(hamming_loss(s, t).value().item() == 1);
  tape.backward(hamming_loss(s, t, Reduction::sum));
  CHECK(s.gradient() == Tensor({2, 3}, {-1, -1, 1, 1, 1, -1}));

  const Var at_rest = tape.variable(t.value());
  tape.backward(l1_loss(at_rest, t, Reduction::sum));
  CHECK(at_rest.gradient() == Tensor(Shape{2, 3}));
  CHECK_THROWS_WITH_AS(hamming_loss(s, tape.constant(Tensor(Shape{3}))), doctest::Contains("s [2,3] t [3]"),
                       ShapeError);
}
