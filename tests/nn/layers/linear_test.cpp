#include <cotape/engine/base/error.h>
#include <cotape/engine/ops.h>
#include <cotape/nn/layers/init.h>
#include <cotape/nn/layers/linear.h>
#include <doctest/doctest.h>

using namespace cotape;

TEST_CASE("linear: values with bias, without, and with ReLU") {
  Rng rng(1);
  Linear layer(3, 2, {}, rng), relu(3, 2, {.activation = Activation::relu}, rng), bare(3, 2, {.bias = false}, rng);
  for (Linear* each : {&layer, &relu, &bare}) each->weight().mutable_value() = Tensor({2, 3}, {1, 2, 3, -4, -5, -6});
  for (Linear* each : {&layer, &relu}) each->bias()->mutable_value() = Tensor({2}, {10, 20});
  CHECK(bare.bias() == nullptr);
  CHECK(bare.parameters().size() == 1);
  Tape tape;
  const Var x = tape.constant(Tensor({2, 3}, {1, 1, 1, 0, 2, 1}));
  CHECK(layer(x).value() == Tensor({2, 2}, {16, 5, 17, 4}));
  CHECK(bare(x).value() == Tensor({2, 2}, {6, -15, 7, -16}));
  CHECK(relu(tape.constant(Tensor({3}, {0, 0, 5}))).value() == Tensor({2}, {25, 0}));

  tape.backward(sum(layer(x)));
  CHECK(layer.weight().gradient() == Tensor({2, 3}, {1, 3, 2, 1, 3, 2}));
  CHECK(layer.bias()->gradient() == Tensor({2}, {2, 2}));
}

TEST_CASE("linear: initial values are Glorot-uniform weights and no bias") {
  Rng rng(4), same(4);
  Linear layer(30, 20, {}, rng);
  Tensor expected({20, 30});
  init::glorot_uniform(expected, same);
  CHECK(layer.weight().value() == expected);
  CHECK(rng == same);
  CHECK(layer.bias()->value() == Tensor({20}));
  CHECK(layer.weight().name() == "weight");
  CHECK(layer.bias()->name() == "bias");
}

TEST_CASE("linear: wrong sizes are refused") {
  Rng rng(1);
  CHECK_THROWS_WITH_AS(Linear(0, 2, {}, rng), "linear: 0 inputs and 2 outputs are not both positive", ValueError);
  Linear layer(3, 2, {}, rng);
  Tape tape;
  CHECK_THROWS_WITH_AS(layer(tape.constant(Tensor({5, 4}))), doctest::Contains("[5,4]"), ShapeError);
}
