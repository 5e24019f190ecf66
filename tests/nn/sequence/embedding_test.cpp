#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/ops.h>
#include <cotape/nn/optim/adam.h>
#include <cotape/nn/optim/clip.h>
#include <cotape/nn/optim/sgd.h>
#include <cotape/nn/sequence/embedding.h>

#include "../../near.h"
#include "../../normal_tensor.h"

using namespace cotape;

namespace {

using Indices = std::vector<std::int64_t>;

Indices rows_of(const Parameter& parameter) {
  const auto rows = parameter.gradient_rows();
  REQUIRE(rows.has_value());
  return {rows->begin(), rows->end()};
}

// Adds the gradient of Σ weights ⊙ table[indices].
void backward(Parameter& table, const Indices& indices, real factor = 1) {
  Tape tape;
  const Var y = embedding(tape.parameter(table), indices);
  tape.backward(y, Tensor(y.shape(), factor));
}

}  // namespace

TEST_CASE("embedding: values, and the sum of gradients of a row that is used twice") {
  Parameter table("table", Tensor({3, 2}, {1, 2, 3, 4, 5, 6}));
  Tape tape;
  const Indices indices = {2, 0, 2, 2};
  const Var y = embedding(tape.parameter(table), indices, {.shape = Shape{2, 2}});
  CHECK(y.value() == Tensor({2, 2, 2}, {5, 6, 1, 2, 5, 6, 5, 6}));
  tape.backward(y, Tensor({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8}));
  CHECK(table.gradient() == Tensor({3, 2}, {3, 4, 0, 0, 13, 16}));
  CHECK(rows_of(table) == Indices{2, 0});
}

TEST_CASE("embedding: the padding row reads as it is and gets no gradient") {
  Rng rng(1);
  Embedding layer(4, 3, {.padding = 1}, rng);
  Tape tape;
  const Var y = layer(tape, Indices{1, 2});
  CHECK(slice(y, 0, 0, 1).value() == Tensor({1, 3}));
  tape.backward(sum(y));
  CHECK(rows_of(layer.weight()) == Indices{2});
  CHECK(layer.weight().gradient() == Tensor({4, 3}, {0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0}));
}

TEST_CASE("embedding: gradients that accumulate are the dense ones, and clearing leaves zeros") {
  Parameter table("table", normal_tensor({6, 2}));
  backward(table, {4, 1});
  backward(table, {1, 3}, 2);
  CHECK(table.gradient() == Tensor({6, 2}, {0, 0, 3, 3, 0, 0, 2, 2, 1, 1, 0, 0}));
  CHECK(rows_of(table) == Indices{4, 1, 3});
  table.clear_gradient();
  CHECK_FALSE(table.gradient_rows().has_value());
  backward(table, {5});
  CHECK(table.gradient() == Tensor({6, 2}, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1}));
  CHECK(rows_of(table) == Indices{5});
}

TEST_CASE("embedding: a table that another op reads too has an ordinary gradient, whichever comes first") {
  for (const bool embedding_first : {true, false}) {
    Parameter table("table", normal_tensor({4, 2}));
    for (int pass = 0; pass < 2; ++pass) {
      Tape tape;
      const Var weight = tape.parameter(table);
      const Indices indices = {2};
      // The op recorded last is the first in the backward pass.
      Var a, b;
      if (embedding_first) {
        b = sum(weight);
        a = sum(embedding(weight, indices));
      } else {
        a = sum(embedding(weight, indices));
        b = sum(weight);
      }
      tape.backward(a + b);
      CHECK(table.gradient() == Tensor({4, 2}, {1, 1, 1, 1, 2, 2, 1, 1}));
      CHECK_FALSE(table.gradient_rows().has_value());
      table.clear_gradient();
    }
    backward(table, {0});
    CHECK(table.gradient() == Tensor({4, 2}, {1, 1, 0, 0, 0, 0, 0, 0}));
    CHECK(rows_of(table) == Indices{0});
  }
}

TEST_CASE("embedding: a backward pass that fails leaves the gradient and its rows as they were") {
  Parameter table("table", normal_tensor({5, 2})), other("other", normal_tensor({3, 2}));
  const auto failing = [&](bool dense) {
    Tape tape;
    const Var in = tape.parameter(other);
    const Var bad = square(in);
    tape.on_gradient(bad, [](Tensor&) { fail<ValueError>("on purpose"); });
    Var loss = sum(bad);
    if (dense) loss = loss + sum(tape.parameter(table));
    const Indices indices = {4, 2, 1};
    loss = loss + sum(embedding(tape.parameter(table), indices));
    CHECK_THROWS_AS(tape.backward(loss), ValueError);
  };
  for (const bool dense : {false, true}) {
    table.clear_gradient();
    failing(dense);
    CHECK_FALSE(table.has_gradient());
    backward(table, {2, 0});
    const Tensor before = table.gradient();
    failing(dense);
    CHECK(table.gradient() == before);
    CHECK(rows_of(table) == Indices{2, 0});
    backward(table, {3});
    CHECK(rows_of(table) == Indices{2, 0, 3});
  }
}

TEST_CASE("embedding: a hook sees the whole gradient, and a frozen table gets none") {
  Parameter table("table", normal_tensor({3, 1}));
  Tape tape;
  const Var weight = tape.parameter(table);
  tape.on_gradient(weight, [](Tensor& gradient) {
    for (real& g : gradient.values()) g += 1;
  });
  tape.backward(sum(embedding(weight, Indices{2, 2})));
  CHECK(table.gradient() == Tensor({3, 1}, {1, 1, 3}));
  CHECK_FALSE(table.gradient_rows().has_value());
  table.clear_gradient();
  table.freeze();
  const Var x = tape.variable(Tensor({2, 1}));
  tape.backward(sum(x * embedding(tape.parameter(table), Indices{0, 1})));
  CHECK_FALSE(table.has_gradient());
}

TEST_CASE("embedding: clipping is that of the dense gradient and keeps the rows") {
  const auto gradient = [](auto clip) {
    Parameter table("table", normal_tensor({40, 3}));
    backward(table, {7, 30, 7}, 2);
    Parameter dense("dense", table.value());
    Tape tape;
    tape.backward(tape.parameter(dense), table.gradient());
    Parameter* const one[] = {&table};
    Parameter* const other[] = {&dense};
    CHECK(clip(one) == doctest::Approx(clip(other)));
    CHECK(relative_distance(table.gradient(), dense.gradient()) < 1e-6);
    CHECK(rows_of(table) == Indices{7, 30});
  };
  gradient([](std::span<Parameter* const> p) { return clip_gradient_norm(p, 0.5); });
  gradient([](std::span<Parameter* const> p) { return clip_gradient_value(p, 3), 0.0; });
}

TEST_CASE("embedding: a lazy Adam changes used rows as Adam does and leaves all others, with their state") {
  const Tensor first = normal_tensor({5, 2});
  Parameter lazy("table", first), full("table", first);
  Adam lazy_adam({&lazy}, {.lr = 0.1, .weight_decay = 0.1, .lazy_rows = true});
  Adam adam({&full}, {.lr = 0.1, .weight_decay = 0.1});
  const auto step = [&](const Indices& indices) {
    backward(lazy, indices);
    backward(full, indices);
    lazy_adam.step(), adam.step();
    lazy_adam.clear_gradients(), adam.clear_gradients();
  };
  step({3, 1, 3});
  for (std::int64_t row = 0; row < 5; ++row)
    for (std::int64_t i = 2 * row; i < 2 * row + 2; ++i)
      CHECK(lazy.value()[i] == (row == 1 || row == 3 ? full.value()[i] : first[i]));
  const Tensor between = lazy.value();
  step({3});
  Checkpoint state;
  lazy_adam.save(state);
  const Tensor m = state.tensor("optimizer.adam.m.table");
  for (std::int64_t i = 0; i < 10; ++i) {
    CHECK((lazy.value()[i] != between[i]) == (i / 2 == 3));
    CHECK((m[i] != 0) == (i / 2 == 1 || i / 2 == 3));
  }
  CHECK(full.value()[2] != between[2]);  // Adam's row 1 moves on under its m
}

TEST_CASE("embedding: a lazy Adam with a gradient of all rows is Adam") {
  const Tensor first = normal_tensor({5, 2});
  Parameter lazy("table", first), full("table", first);
  AdamW lazy_adam({&lazy}, {.lr = 0.1, .lazy_rows = true}), adam({&full}, {.lr = 0.1});
  for (int step = 0; step < 3; ++step) {
    for (Parameter* table : {&lazy, &full}) {
      Tape tape;
      const Var weight = tape.parameter(*table);
      tape.backward(sum(square(weight)) + sum(embedding(weight, Indices{1})));
    }
    lazy_adam.step(), adam.step();
    lazy_adam.clear_gradients(), adam.clear_gradients();
    CHECK(lazy.value() == full.value());
  }
}

TEST_CASE("embedding: SGD sees zeros in rows that were not used") {
  Parameter table("table", Tensor({3, 1}, {1, 2, 3}));
  Sgd sgd({&table}, {.lr = 0.5});
  for (int step = 0; step < 2; ++step) {
    backward(table, {step});
    sgd.step();
    sgd.clear_gradients();
  }
  CHECK(table.value() == Tensor({3, 1}, {0.5, 1.5, 3}));
}

TEST_CASE("embedding: wrong sizes and indices are refused") {
  Rng rng(1);
  CHECK_THROWS_WITH_AS(Embedding(0, 2, {}, rng), "embedding: 0 rows of 2 are not both positive", ValueError);
  CHECK_THROWS_WITH_AS(Embedding(3, 2, {.padding = 3}, rng), "embedding: padding 3 is none of 3 rows", ValueError);
  Embedding layer(3, 2, {}, rng);
  Tape tape;
  CHECK_THROWS_WITH_AS(layer(tape, Indices{0, 3}), "embedding: index 3 at place 1 is outside the table [3,2]",
                       ValueError);
  CHECK_THROWS_WITH_AS(layer(tape, Indices{0, 1}, Shape{3}), "embedding: 2 indices for a shape [3] of 3", ShapeError);
}
