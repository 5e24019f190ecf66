#include <doctest/doctest.h>

#include <cotape/engine/ops.h>

#include "../../check_gradients.h"

using namespace cotape;

namespace {

// A batch and a matrix, as [..., k, m] where it is meant to be read transposed.
Shape matrix(const Shape& batch, std::int64_t rows, std::int64_t columns, bool transposed) {
  if (transposed) std::swap(rows, columns);
  return batch.inserted(batch.rank(), rows).inserted(batch.rank() + 1, columns);
}

}  // namespace

TEST_CASE("gradients of matmul: all transposes, all patterns of batches") {
  struct Batches {
    Shape a, b;
  };
  const std::vector<Batches> batches = {
      {{}, {}},          // two matrices
      {{3}, {3}},        // batches alike
      {{3}, {1}},        // a batch of one, either side
      {{1}, {3}},        //
      {{3}, {}},         // a missing batch, either side
      {{}, {3}},         //
      {{2, 3}, {2, 3}},  // two batch axes
      {{2, 3}, {3}},     // ranks differ
      {{3}, {2, 3}},     //
      {{2, 1}, {1, 3}},  // crosswise
      {{2, 1}, {2, 3}},  //
      {{2, 3}, {2, 1}},  //
      {{2, 1, 2}, {3, 1}},
  };
  for (const bool ta : {false, true})
    for (const bool tb : {false, true})
      for (const Batches& batch : batches) {
        const Shape a = matrix(batch.a, 2, 4, ta), b = matrix(batch.b, 4, 3, tb);
        const std::string what = "matmul " + to_string(a) + (ta ? "ᵀ " : " ") + to_string(b) + (tb ? "ᵀ" : "");
        check_gradients(what,
                        [=](Tape&, std::span<const Var> x) {
                          return matmul(x[0], x[1], {ta, tb});
                        },
                        {normal_tensor(a, 1), normal_tensor(b, 2)});
      }
}

TEST_CASE("gradients of matmul of a matrix with itself") {
  const std::vector<Tensor> x = {normal_tensor({3, 3})};
  check_gradients(
      "x·x", [](Tape&, std::span<const Var> v) { return matmul(v[0], v[0]); }, x);
  check_gradients(
      "xᵀ·x",
      [](Tape&, std::span<const Var> v) {
        return matmul(v[0], v[0], {true, false});
      },
      x);
  check_gradients(
      "x·xᵀ",
      [](Tape&, std::span<const Var> v) {
        return matmul(v[0], v[0], {false, true});
      },
      x);
}

TEST_CASE("gradients of matmul with sizes of one") {
  check_gradients("row · column", [](Tape&, std::span<const Var> v) { return matmul(v[0], v[1]); },
                  {normal_tensor({1, 5}, 1), normal_tensor({5, 1}, 2)});
  check_gradients("column · row", [](Tape&, std::span<const Var> v) { return matmul(v[0], v[1]); },
                  {normal_tensor({5, 1}, 1), normal_tensor({1, 5}, 2)});
}

TEST_CASE("gradients of linear, with and without bias and activation") {
  for (const Shape& x : {Shape{5, 4}, Shape{4}, Shape{2, 3, 4}, Shape{1, 4}})
    for (const Activation activation : {Activation::none, Activation::relu}) {
      const std::string what = "linear of x " + to_string(x) + (activation == Activation::relu ? ", relu" : "");
      check_gradients(what, [=](Tape&, std::span<const Var> v) { return linear(v[0], v[1], v[2], activation); },
                      {normal_tensor(x, 1), normal_tensor({3, 4}, 2), normal_tensor({3}, 3)});
      check_gradients(what + ", no bias", [=](Tape&, std::span<const Var> v) { return linear(v[0], v[1], activation); },
                      {normal_tensor(x, 1), normal_tensor({3, 4}, 2)});
    }
}

TEST_CASE("gradients of two linear layers with shared weights") {
  check_gradients("an autoencoder with tied weights",
                  [](Tape&, std::span<const Var> v) {
                    const Var code = linear(v[0], v[1], v[2], Activation::relu);
                    return linear(code, transpose(v[1]), Activation::none) - v[0];
                  },
                  {normal_tensor({5, 4}, 1), normal_tensor({3, 4}, 2), normal_tensor({3}, 3)});
}

TEST_CASE("linear's fused relu is relu of linear, values and gradients alike") {
  const Tensor x = normal_tensor({7, 4}, 1), weight = normal_tensor({3, 4}, 2), bias = normal_tensor({3}, 3);
  Tape tape;
  const auto gradients = [&](bool fused) {
    tape.clear();
    const Var v[] = {tape.variable(x), tape.variable(weight), tape.variable(bias)};
    const Var y = fused ? linear(v[0], v[1], v[2], Activation::relu) : relu(linear(v[0], v[1], v[2]));
    const Tensor value = y.value();
    tape.backward(sum(square(y)));
    return std::vector<Tensor>{value, v[0].gradient(), v[1].gradient(), v[2].gradient()};
  };
  CHECK(gradients(true) == gradients(false));
}
