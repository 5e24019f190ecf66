#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/ops.h>
#include <cotape/engine/tape/record.h>

using namespace cotape;

TEST_CASE("an op's error says op, rule, shapes and module path") {
  Tape tape;
  const Var a = tape.variable(Tensor({32, 784})), b = tape.variable(Tensor({256, 10}));
  CHECK_THROWS_WITH_AS(matmul(a, b), "matmul: inner sizes differ: a [32,784] b [256,10] (784 != 256)", ShapeError);
  const Scope encoder = tape.scope("encoder");
  {
    const Scope fc2 = tape.scope("fc2");
    CHECK_THROWS_WITH_AS(matmul(a, b), "matmul: inner sizes differ: a [32,784] b [256,10] (784 != 256) in encoder.fc2",
                         ShapeError);
  }
  CHECK_THROWS_WITH_AS(a + b, "add: shapes do not broadcast: a [32,784] b [256,10] (784 != 10 at axis -1) in encoder",
                       ShapeError);
  const std::int64_t label = 10;
  CHECK_THROWS_WITH_AS(cross_entropy(slice(b, 0, 0, 1), {&label, 1}),
                       "cross_entropy: label 10 of row 0 is not in [0, 10) in encoder", ValueError);
}

TEST_CASE("an error in a backward pass names the op too") {
  Tape tape;
  const Scope scope = tape.scope("decoder");
  const Var x = tape.variable(Tensor::scalar(1));
  const Var y = record(
      {"test_op", "", false, true}, {x}, [](Forward& c) { c.out(Shape{})[0] = 1; },
      [](Vjp&) { fail<SolverError>("no solution"); });
  CHECK_THROWS_WITH_AS(tape.backward(y), "test_op: no solution in decoder", SolverError);
}

TEST_CASE("a product that reads more than the forward pass has saved says so") {
  Tape tape;
  const Var x = tape.variable(Tensor::scalar(1));
  const Var y = record(
      {"test_op", "", false, true}, {x},
      [](Forward& c) {
        c.out(Shape{})[0] = 1;
        c.save(Shape{});
      },
      [](Vjp& v) { v.dx.copy_from(v.saved(1)); });
  CHECK_THROWS_WITH_AS(tape.backward(y), "test_op: saved tensor 1 is read, but the forward pass has saved 1",
                       TapeError);
}

TEST_CASE("errors keep their type") {
  Tape tape;
  const Var x = tape.variable(Tensor::scalar(1));
  const auto failing = [&](auto failure) {
    record(
        {"test_op", "", false, true}, {x}, [&](Forward&) { failure(); }, [](Vjp&) {});
  };
  CHECK_THROWS_WITH_AS(failing([] { fail<ShapeError>("m"); }), "test_op: m", ShapeError);
  CHECK_THROWS_WITH_AS(failing([] { fail<ValueError>("m"); }), "test_op: m", ValueError);
  CHECK_THROWS_WITH_AS(failing([] { fail<TapeError>("m"); }), "test_op: m", TapeError);
  CHECK_THROWS_WITH_AS(failing([] { fail<SolverError>("m"); }), "test_op: m", SolverError);
  CHECK_THROWS_WITH_AS(failing([] { fail<MemoryError>("m"); }), "test_op: m", MemoryError);
  CHECK_THROWS_WITH_AS(failing([] { fail<FileError>("m"); }), "test_op: m", FileError);
  CHECK_THROWS_WITH_AS(failing([] { fail<Error>("m"); }), "test_op: m", Error);
  CHECK_THROWS_AS(failing([] { throw std::bad_alloc(); }), std::bad_alloc);
  CHECK(tape.size() == 1);
}

TEST_CASE("what each op refuses, in full") {
  Tape tape;
  const Var s = tape.variable(Tensor::scalar(1)), v = tape.variable(Tensor({3})), m = tape.variable(Tensor({2, 3}));
  const Var empty = tape.variable(Tensor({0, 3}));
  Rng rng(1);
  const std::int64_t outside[] = {0, 2};

  CHECK_THROWS_WITH_AS(clamp(v, 2, 1), "clamp: low 2 is not at most high 1", ValueError);
  CHECK_THROWS_WITH_AS(matmul(m, v), "matmul: both sides need two axes or more: a [2,3] b [3]", ShapeError);
  CHECK_THROWS_WITH_AS(matmul(m, m, {true, true}), "matmul: inner sizes differ: a [2,3]ᵀ b [2,3]ᵀ (2 != 3)",
                       ShapeError);
  CHECK_THROWS_WITH_AS(linear(m, v), "linear: weight [3] is not [out, in]", ShapeError);
  CHECK_THROWS_WITH_AS(linear(s, m), "linear: x [] has no axis of inputs", ShapeError);
  CHECK_THROWS_WITH_AS(linear(reshape(m, {3, 2}), m), "linear: inner sizes differ: x [3,2] weight [2,3] (2 != 3)",
                       ShapeError);
  CHECK_THROWS_WITH_AS(linear(m, m, v), "linear: bias [3] for a weight [2,3]: it must be [2]", ShapeError);

  CHECK_THROWS_WITH_AS(sum(m, 2), "sum: shape [2,3] has no axis 2", ShapeError);
  CHECK_THROWS_WITH_AS(mean(m, {1, -1}), "mean: axis -1 of shape [2,3] is given twice", ShapeError);
  CHECK_THROWS_WITH_AS(max(empty), "max: shape [0,3] has no elements", ShapeError);
  CHECK_THROWS_WITH_AS(mean(empty), "mean: shape [0,3] has no elements", ShapeError);
  CHECK_THROWS_WITH_AS(logsumexp(empty, 0), "logsumexp: shape [0,3] has no elements", ShapeError);

  CHECK_THROWS_WITH_AS(reshape(m, Shape{4}), "reshape: [2,3] to [4] changes the number of elements (6 != 4)",
                       ShapeError);
  CHECK_THROWS_WITH_AS(reshape(m, {-1, 4}), "reshape: [2,3] does not divide into the sizes given besides -1",
                       ShapeError);
  CHECK_THROWS_WITH_AS(reshape(m, {-1, -1}), "reshape: only one size may be -1", ShapeError);
  const std::int64_t huge = (std::int64_t{1} << 62) + 1;  // times 4 it would wrap around to 4
  CHECK_THROWS_AS(reshape(slice(m, 0, 0, 1), {huge, 3}), ShapeError);
  CHECK_THROWS_AS(reshape(m, {std::int64_t{3'037'000'500}, 3'037'000'500, -1}), ShapeError);
  CHECK_THROWS_AS(reshape(m, {-2, -1}), ShapeError);
  CHECK_THROWS_AS(reshape(empty, {huge, 0}), ShapeError);
  CHECK_THROWS_AS(broadcast_to(s, {huge, huge}), ShapeError);
  const std::size_t before = tape.size();
  CHECK_THROWS_WITH_AS(broadcast_to(s, {Shape::max_size}),
                       "broadcast_to: no memory for a tensor of shape [1152921504606846975]: 4611686018427387900 bytes",
                       MemoryError);
  CHECK(tape.size() == before);  // nothing is left of what failed
  CHECK_THROWS_WITH_AS(permute(m, {0, 0}), "permute: the order { 0 0 } is no permutation of the axes of shape [2,3]",
                       ShapeError);
  CHECK_THROWS_AS(permute(m, {0}), ShapeError);
  CHECK_THROWS_AS(permute(m, {0, 2}), ShapeError);
  CHECK_THROWS_WITH_AS(transpose(v), "transpose: shape [3] has fewer than two axes", ShapeError);
  CHECK_THROWS_WITH_AS(broadcast_to(m, Shape{4, 3}), "broadcast_to: [2,3] does not broadcast to [4,3]", ShapeError);
  CHECK_THROWS_WITH_AS(concat({m, v}, 0), "concat: input 1 [3] and input 0 [2,3] differ beside axis 0", ShapeError);
  CHECK_THROWS_AS(concat({m, m}, 2), ShapeError);
  CHECK_THROWS_AS(concat(std::span<const Var>{}, 0), TapeError);
  CHECK_THROWS_WITH_AS(stack({m, v}, 0), "stack: input 1 [3] differs from input 0 [2,3]", ShapeError);
  CHECK_THROWS_WITH_AS(slice(m, 1, 2, 4), "slice: elements [2, 4) of axis 1 are not in shape [2,3]", ShapeError);
  CHECK_THROWS_AS(slice(m, 1, -1, 2), ShapeError);
  CHECK_THROWS_AS(slice(m, 1, 2, 1), ShapeError);
  CHECK_THROWS_WITH_AS(gather_rows(m, outside), "gather_rows: index 2 is outside the table [2,3]", ShapeError);

  CHECK_THROWS_WITH_AS(softmax(m, 2), "softmax: shape [2,3] has no axis 2", ShapeError);
  CHECK_THROWS_WITH_AS(log_softmax(s), "log_softmax: shape [] has no axis -1", ShapeError);
  CHECK_THROWS_WITH_AS(norm(s), "norm: a scalar has no axis to take the norm along", ShapeError);
  CHECK_THROWS_WITH_AS(pairwise_distances(v), "pairwise_distances: shape [3] is not [..., points, coordinates]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(dropout(m, 1, rng), "dropout: probability 1 is not in [0, 1)", ValueError);
  CHECK_THROWS_AS(dropout(m, real(-0.1), rng), ValueError);
  CHECK_THROWS_WITH_AS(l2_loss(m, v), "l2_loss: shapes differ: a [2,3] b [3]", ShapeError);
  CHECK_THROWS_WITH_AS(cross_entropy(m, {outside, 1}),
                       "cross_entropy: logits [2,3] for 1 labels: they must be [1,classes]", ShapeError);
  CHECK_THROWS_WITH_AS(kl_to_uniform(s), "kl_to_uniform: a scalar has no axis of classes", ShapeError);
  CHECK_THROWS_AS(kl_to_uniform(empty), ShapeError);
}
