#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/ops.h>

using namespace cotape;

namespace {

// A hook that notes what it saw and multiplies it.
auto noting(std::vector<Tensor>& seen, real factor = 1) {
  return [&seen, factor](Tensor& gradient) {
    seen.push_back(gradient);
    for (real& value : gradient.values()) value *= factor;
  };
}

Tensor scalar(real value) { return Tensor::scalar(value); }

}  // namespace

TEST_CASE("a hook sees the complete gradient once, after all contributions") {
  Tape tape;
  const Var x = tape.variable(scalar(2));
  const Var y = square(x);
  std::vector<Tensor> at_x, at_y;
  tape.on_gradient(x, noting(at_x));
  tape.on_gradient(y, noting(at_y));
  tape.backward(3 * y + y * y + x);  // ∂/∂y = 3 + 2y = 11, ∂/∂x = 11 · 4 + 1
  CHECK(at_y == std::vector<Tensor>{scalar(11)});
  CHECK(at_x == std::vector<Tensor>{scalar(45)});
}

TEST_CASE("a hook may change the gradient: of an intermediate, for all before it; of a variable, as it is read") {
  Tape tape;
  const Var x = tape.variable(scalar(2));
  const Var y = square(x);
  std::vector<Tensor> seen;
  tape.on_gradient(y, noting(seen, 10));
  tape.backward(3 * y);
  CHECK(x.gradient().item() == 3 * 10 * 4);

  const Var z = tape.variable(scalar(2));
  tape.on_gradient(z, noting(seen, 10));
  tape.on_gradient(z, noting(seen, 10));  // hooks run in the order in which they were added
  tape.backward(square(z));
  CHECK(z.gradient().item() == 400);
  CHECK(seen == std::vector<Tensor>{scalar(3), scalar(4), scalar(40)});
}

TEST_CASE("a hook on a parameter runs before its gradient is added") {
  Parameter w("w", Tensor({2}, {1, 2}));
  Tape tape;
  std::vector<Tensor> seen;
  const Var p = tape.parameter(w);
  tape.on_gradient(p, noting(seen, 10));
  const Var loss = sum(p * p + p);
  tape.backward(loss);
  CHECK(seen == std::vector<Tensor>{Tensor({2}, {3, 5})});
  CHECK(w.gradient() == Tensor({2}, {30, 50}));
  tape.backward(loss);
  CHECK(seen.size() == 2);
  CHECK(seen.back() == Tensor({2}, {3, 5}));
  CHECK(w.gradient() == Tensor({2}, {60, 100}));
}

TEST_CASE("in a second pass a hook sees that pass alone, and only if it is reached") {
  Tape tape;
  const Var x = tape.variable(scalar(2)), other = tape.variable(scalar(5));
  std::vector<Tensor> seen;
  tape.on_gradient(x, noting(seen, 10));
  const Var loss = square(x);
  tape.backward(loss);
  CHECK(x.gradient().item() == 40);
  tape.backward(loss);
  CHECK(seen == std::vector<Tensor>{scalar(4), scalar(4)});
  CHECK(x.gradient().item() == 80);
  tape.backward(square(other));
  CHECK(seen.size() == 2);
  CHECK(x.gradient().item() == 80);
}

TEST_CASE("a hook sees the gradient of a fused op before its activation") {
  Tape tape;
  const Var x = tape.variable(Tensor({1, 1}, {1})), w = tape.variable(Tensor({2, 1}, {1, -1}));
  const Var y = linear(x, w, Activation::relu);
  std::vector<Tensor> seen;
  tape.on_gradient(y, noting(seen, 2));
  tape.backward(y, Tensor({1, 2}, {5, 7}));
  CHECK(seen == std::vector<Tensor>{Tensor({1, 2}, {5, 7})});
  CHECK(w.gradient() == Tensor({2, 1}, {10, 0}));
}

TEST_CASE("a hook that changes the shape is refused; one that throws lets its error through") {
  Tape tape;
  const Var x = tape.variable(Tensor({2}, {1, 2}));
  const Var y = square(x);
  tape.on_gradient(y, [](Tensor& gradient) { gradient = Tensor({3}); });
  CHECK_THROWS_WITH_AS(tape.backward(sum(y)), "backward: a hook on square turned a gradient of shape [2] into [3]",
                       ShapeError);

  Parameter w("w", Tensor::scalar(1));
  tape.clear();
  const Var p = tape.parameter(w), z = square(p);
  bool first = true;
  tape.on_gradient(p, [&](Tensor&) {
    if (std::exchange(first, false)) fail<ValueError>("once");
  });
  CHECK_THROWS_WITH_AS(tape.backward(z), "once", ValueError);
  CHECK_FALSE(w.has_gradient());
  tape.backward(z);  // nothing of the broken pass is left
  CHECK(w.gradient().item() == 2);
}

TEST_CASE("hooks are forgotten by clear") {
  Tape tape;
  std::vector<Tensor> seen;
  tape.on_gradient(tape.variable(scalar(1)), noting(seen));
  tape.clear();
  tape.backward(tape.variable(scalar(1)));
  CHECK(seen.empty());
}
