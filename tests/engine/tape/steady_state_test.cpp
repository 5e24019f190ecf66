#include <doctest/doctest.h>

#include <cotape/engine/base/random.h>
#include <cotape/engine/ops.h>

#include "../../nn/allocations.h"

using namespace cotape;

namespace {

Tensor normal(const Shape& shape, real deviation, std::uint64_t seed) {
  Tensor x(shape);
  Rng(seed).normal(x);
  for (real& value : x.values()) value *= deviation;
  return x;
}

// Two layers that learn to sort points by which side of a parabola they lie on.
class SmallMlp {
 public:
  // Records, differentiates and steps down the gradient; returns the loss. The batch size may vary.
  real step(std::int64_t batch) {
    tape.clear();
    const Var x = tape.constant(Shape{batch, 2}, [&](Tensor& out) { rng_.normal(out); });
    const Var side = tape.constant(Shape{batch, 1}, [&](Tensor& out) {
      for (std::int64_t i = 0; i < batch; ++i) out[i] = x.value()[2 * i] * x.value()[2 * i] > x.value()[2 * i + 1];
    });
    Var h = linear(x, tape.parameter(parameters_[0]), tape.parameter(parameters_[1]), Activation::relu);
    h = dropout(h, real(0.1), rng_);
    const Var logit = linear(h, tape.parameter(parameters_[2]), tape.parameter(parameters_[3]));
    const Var decay = sum(square(tape.parameter(parameters_[0])));  // a second use of one parameter
    const Var loss = bce_with_logits(logit, side) + real(1e-4) * decay;
    for (Parameter& p : parameters_) p.clear_gradient();
    tape.backward(loss);
    for (Parameter& p : parameters_) {
      const Tensor& gradient = p.gradient();
      Tensor& value = p.mutable_value();
      for (std::int64_t i = 0; i < value.size(); ++i) value[i] -= real(0.2) * gradient[i];
    }
    return loss.value().item();
  }

  Tape tape;

 private:
  Rng rng_{3};
  Parameter parameters_[4] = {{"fc1.weight", normal({32, 2}, 1, 1)},
                              {"fc1.bias", Tensor({32})},
                              {"fc2.weight", normal({1, 32}, real(0.2), 2)},
                              {"fc2.bias", Tensor({1})}};
};

}  // namespace

TEST_CASE("a thousand training steps hold the memory of the second and allocate no tensor from the third on") {
  SmallMlp mlp;
  const real first_loss = mlp.step(64);
  mlp.step(64);
  const std::size_t bytes = mlp.tape.bytes(), allocations = mlp.tape.allocations();
  const std::int64_t counted = aligned_allocations();
  CHECK(counted > 0);
  real loss = 0;
  for (int step = 3; step <= 1000; ++step) loss = mlp.step(64);
  CHECK(mlp.tape.bytes() == bytes);
  CHECK(mlp.tape.allocations() == allocations);
  CHECK(aligned_allocations() == counted);
  CHECK(loss < first_loss / 2);  // it learns
}

TEST_CASE("a smaller last batch in each epoch allocates nothing after the first epoch") {
  SmallMlp mlp;
  const auto epoch = [&] {
    for (int i = 0; i < 5; ++i) mlp.step(64);
    mlp.step(17);
  };
  epoch();
  epoch();
  const std::int64_t counted = aligned_allocations();
  epoch();
  epoch();
  CHECK(aligned_allocations() == counted);
}

TEST_CASE("a chain of 100,000 nodes runs backward without deep recursion") {
  constexpr int length = 100'000;
  Tape tape;
  const Var x = tape.variable(Tensor::scalar(1));
  Var y = x;
  for (int i = 0; i < length; ++i) y = i % 2 ? scale(y, 2) : scale(y, real(0.5));
  CHECK(tape.size() == length + 1);
  tape.backward(y);
  CHECK(x.gradient().item() == 1);
  tape.clear();
  CHECK(tape.size() == 0);
}
