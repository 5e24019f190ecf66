#include <doctest/doctest.h>

#include <cotape/engine/base/parallel.h>
#include <cotape/engine/base/random.h>
#include <cotape/engine/kernels/gemm.h>
#include <cotape/engine/ops.h>

#include <functional>

#include "../../normal_tensor.h"

// The same bits for one thread and for more: equality of tensors is exact.

using namespace cotape;

namespace {

void check_threads(const std::function<std::vector<Tensor>()>& compute) {
  std::vector<Tensor> expected;
  {
    const ThreadLimit one(1);
    expected = compute();
  }
  for (int repeat = 0; repeat < 3; ++repeat) {
    const ThreadLimit two(2);
    CHECK(compute() == expected);
  }
  CHECK(compute() == expected);
}

}  // namespace

TEST_CASE("a step of a large MLP gives the same bits for any number of threads") {
  check_threads([] {
    Parameter w1("w1", normal_tensor({301, 257}, 1)), b1("b1", normal_tensor({301}, 2)),
        w2("w2", normal_tensor({67, 301}, 3));
    Tape tape;
    Rng rng(8);
    const Var x = tape.variable(normal_tensor({203, 257}, 4));
    const Var h = dropout(linear(x, tape.parameter(w1), tape.parameter(b1), Activation::relu), real(0.2), rng);
    const Var logits = linear(h, tape.parameter(w2)) * real(0.01);
    const Var target = sigmoid(tape.constant(normal_tensor({203, 67}, 5)));
    const Var loss = bce_with_logits(logits, target) + kl_to_uniform(logits) + mean(softmax(logits) * tanh(logits));
    tape.backward(loss);
    return std::vector<Tensor>{loss.value(), x.gradient(), w1.gradient(), b1.gradient(), w2.gradient()};
  });
}

TEST_CASE("reductions of odd sizes give the same bits for any number of threads") {
  check_threads([] {
    Tape tape;
    std::vector<Tensor> results;
    for (const Shape& shape :
         {Shape{100'003}, Shape{313, 1021}, Shape{3, 50'021}, Shape{50'021, 3}, Shape{41, 37, 53}}) {
      const Var x = tape.variable(normal_tensor(shape, 1));
      for (int axis = 0; axis < shape.rank(); ++axis)
        for (Var (*reduce)(Var, const Axes&, bool) : {sum, mean, max, min, prod, logsumexp}) {
          const Var y = reduce(x, axis, false);
          results.push_back(y.value());
          tape.backward(sum(square(y)));
        }
      results.push_back(sum(x).value());
      results.push_back(l1_loss(x, tape.constant(normal_tensor(shape, 2))).value());
      results.push_back(x.gradient());
    }
    return results;
  });
}

TEST_CASE("spreads, running sums, sorts and losses of classes give the same bits for any number of threads") {
  check_threads([] {
    Tape tape;
    std::vector<Tensor> results;
    for (const Shape& shape : {Shape{3, 20'021}, Shape{20'021, 3}}) {
      const Var x = tape.variable(normal_tensor(shape, 1));
      for (int axis = 0; axis < 2; ++axis)
        for (const Var& y : {variance(x, axis), standard_deviation(x, axis, true, 1), cumsum(x, axis),
                             logcumsumexp(x, axis), sort(x, axis).values, topk(x, 2, axis).values}) {
          results.push_back(y.value());
          tape.backward(sum(square(y)));
        }
      const std::vector<std::int64_t> labels(static_cast<std::size_t>(shape[0]), 1);
      const Var loss = cross_entropy(x, labels, {.label_smoothing = real(0.1)}) + gelu(kl_divergence(x, sigmoid(x)));
      results.push_back(loss.value());
      tape.backward(loss);
      results.push_back(x.gradient());
    }
    return results;
  });
}

TEST_CASE("broadcast gradients give the same bits for any number of threads") {
  check_threads([] {
    Tape tape;
    const Var x = tape.variable(normal_tensor({67, 1, 513}, 1)), y = tape.variable(normal_tensor({11, 1}, 2));
    tape.backward(sum(exp(x * y) / (1 + x * x)));
    return std::vector<Tensor>{x.gradient(), y.gradient()};
  });
}

TEST_CASE("gemm of odd sizes gives the same bits for any number of threads") {
  check_threads([] {
    std::vector<Tensor> results;
    for (const bool transposed : {false, true}) {
      const std::int64_t m = 517, n = 389, k = 211;
      const Tensor a = normal_tensor({m, k}, 1), b = normal_tensor({k, n}, 2);
      Tensor c({m, n});
      gemm(m, n, k, {a.data(), transposed ? m : k, transposed}, {b.data(), transposed ? k : n, transposed}, c.data(),
           n);
      results.push_back(c);
    }
    return results;
  });
}
