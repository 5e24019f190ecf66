#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/ops.h>
#include <cotape/engine/tape/graph.h>

#include <iostream>
#include <utility>

using namespace cotape;

TEST_CASE("an empty handle") {
  const Var empty;
  CHECK_THROWS_WITH_AS(empty.value(), "empty handle: the Var was never assigned a value, or was moved from", TapeError);
  CHECK_THROWS_AS(empty.gradient(), TapeError);
  CHECK_THROWS_AS(empty.needs_gradient(), TapeError);
  CHECK_THROWS_AS(empty.tape(), TapeError);
  CHECK_THROWS_AS(empty.named("x"), TapeError);
  CHECK_THROWS_AS(exp(empty), TapeError);
  Tape tape;
  const Var x = tape.variable(Tensor::scalar(1));
  CHECK_THROWS_AS(x + empty, TapeError);
  CHECK_THROWS_AS(tape.backward(empty), TapeError);
  CHECK_THROWS_AS(tape.on_gradient(empty, [](Tensor&) {}), TapeError);
  CHECK(tape.size() == 1);
}

TEST_CASE("a stale handle") {
  Tape tape;
  const Var old = tape.variable(Tensor({2}, {1, 2}));
  tape.clear();
  CHECK(tape.size() == 0);
  const auto message = "stale handle: node 0 was forgotten when its tape was cleared";
  CHECK_THROWS_WITH_AS(old.value(), message, TapeError);
  const Var fresh = tape.variable(Tensor({2}, {3, 4}));  // takes the same place
  CHECK(fresh.id() == old.id());
  CHECK_THROWS_WITH_AS(old.value(), message, TapeError);
  CHECK_THROWS_WITH_AS(old.gradient(), message, TapeError);
  CHECK_THROWS_WITH_AS(fresh + old, message, TapeError);
  CHECK_THROWS_WITH_AS(old + fresh, message, TapeError);
  CHECK_THROWS_WITH_AS(tape.backward(old), message, TapeError);
  CHECK(tape.size() == 1);
  CHECK(fresh.value() == Tensor({2}, {3, 4}));
}

TEST_CASE("two tapes are not mixed") {
  Tape one, two;
  const Var a = one.variable(Tensor::scalar(1)), b = two.variable(Tensor::scalar(2));
  CHECK_THROWS_WITH_AS(a * b, "mul: inputs belong to two different tapes", TapeError);
  CHECK_THROWS_WITH_AS(concat({b, a}, 0), "concat: inputs belong to two different tapes", TapeError);
  CHECK_THROWS_WITH_AS(one.backward(b), "backward: the node belongs to another tape", TapeError);
  CHECK_THROWS_WITH_AS(one.on_gradient(b, [](Tensor&) {}), "on_gradient: the node belongs to another tape", TapeError);
  CHECK(one.size() == 1);
  CHECK(two.size() == 1);
}

TEST_CASE("values exist when the line returns, constants and variables are copies, parameters are not") {
  Tape tape;
  Tensor source({2}, {1, 2});
  Parameter parameter("w", Tensor({2}, {5, 6}));
  const Var c = tape.constant(source), v = tape.variable(source), p = tape.parameter(parameter);
  const Var filled = tape.constant(Shape{2}, [](Tensor& out) { out.fill(3); });
  source.fill(9);
  CHECK(c.value() == Tensor({2}, {1, 2}));
  CHECK(v.value() == Tensor({2}, {1, 2}));
  CHECK(&p.value() == &parameter.value());
  CHECK(filled.value() == Tensor({2}, real(3)));
  CHECK((v + p).value() == Tensor({2}, {6, 8}));
  CHECK_FALSE(c.needs_gradient());
  CHECK_FALSE(filled.needs_gradient());
  CHECK(v.needs_gradient());
  CHECK(p.needs_gradient());
  CHECK_FALSE((c + filled).needs_gradient());
  CHECK((c + p).needs_gradient());
  CHECK(&v.tape() == &tape);
}

TEST_CASE("a view is the tensor itself") {
  Tape tape;
  Parameter p("p", Tensor({2}, {3, 4}));
  const Tensor x({2}, {5, 6});
  const Var view = tape.view(x);
  CHECK(&view.value() == &x);
  CHECK_FALSE(view.needs_gradient());
  const std::size_t bytes = tape.bytes();
  tape.view(x);
  CHECK(tape.bytes() == bytes);
  tape.backward(sum(view * tape.parameter(p)));
  CHECK(p.gradient() == x);
  tape.clear();
  CHECK(x == Tensor({2}, {5, 6}));
}

TEST_CASE("backward twice adds to the gradients of variables and of parameters") {
  Tape tape;
  Parameter w("w", Tensor({2}, {5, 6}));
  const Var x = tape.variable(Tensor({2}, {1, 2})), p = tape.parameter(w);
  const Var loss = sum(x * p);
  tape.backward(loss);
  CHECK(x.gradient() == Tensor({2}, {5, 6}));
  CHECK(w.gradient() == Tensor({2}, {1, 2}));
  CHECK(&p.gradient() == &w.gradient());
  tape.backward(loss);
  CHECK(x.gradient() == Tensor({2}, {10, 12}));
  CHECK(w.gradient() == Tensor({2}, {2, 4}));
  tape.backward(sum(square(x)));  // another loss, on the same leaves
  CHECK(x.gradient() == Tensor({2}, {12, 16}));
  CHECK(w.gradient() == Tensor({2}, {2, 4}));

  w.clear_gradient();
  CHECK_FALSE(w.has_gradient());
  CHECK_THROWS_WITH_AS(w.gradient(), "parameter w has no gradient: no backward pass reached it", TapeError);
  tape.backward(loss);
  CHECK(w.gradient() == Tensor({2}, {1, 2}));  // not on top of what was forgotten
}

TEST_CASE("a parameter that is recorded twice, on one tape or on two, gets one gradient") {
  Parameter w("w", Tensor::scalar(3));
  Tape tape;
  tape.backward(tape.parameter(w) * tape.parameter(w));
  CHECK(w.gradient().item() == 6);
  Tape other;
  other.backward(other.parameter(w));
  CHECK(w.gradient().item() == 7);
}

TEST_CASE("a parameter that changed after it was recorded") {
  Tape tape;
  Parameter w("encoder.weight", Tensor::scalar(3));
  const Var x = tape.variable(Tensor::scalar(2));
  const Var loss = x * tape.parameter(w);
  w.mutable_value()[0] = 4;
  CHECK_THROWS_WITH_AS(
      tape.backward(loss),
      "backward: parameter encoder.weight changed after it was recorded; after an update call clear() and "
      "record anew",
      TapeError);
  CHECK_FALSE(w.has_gradient());
  CHECK_THROWS_AS(x.gradient(), TapeError);
  tape.clear();
  tape.backward(tape.parameter(w));
  CHECK(w.gradient().item() == 1);
}

TEST_CASE("only parameters that the loss depends on must not have changed") {
  Tape tape;
  Parameter p("p", Tensor::scalar(3)), q("q", Tensor::scalar(5));
  const Var a = square(tape.parameter(p)), b = square(tape.parameter(q));
  tape.backward(a);
  p.mutable_value()[0] = 4;
  tape.backward(b);  // p was recorded before it, but is no part of it
  CHECK(q.gradient().item() == 10);
  q.clear_gradient();
  CHECK_THROWS_WITH_AS(tape.backward(a + b), doctest::Contains("parameter p changed after it was recorded"), TapeError);
  CHECK_FALSE(q.has_gradient());
  // Also refused where only another input's product reads the value.
  const Var x = tape.variable(Tensor::scalar(7)), fixed = tape.parameter(q);
  const Var y = record(
      {"test_op", "da = b dy", false, true}, {x, fixed},
      [](Forward& c) { c.out(Shape{})[0] = c.in(0)[0] * c.in(1)[0]; },
      [](Vjp& v) { v.dx[0] = v.input(1)[0] * v.dy[0]; }, no_gradient);
  q.mutable_value()[0] = 6;
  CHECK_THROWS_WITH_AS(tape.backward(y), doctest::Contains("parameter q changed after it was recorded"), TapeError);
}

TEST_CASE("a training loop that forgets clear() is told so") {
  Parameter w("fc.weight", Tensor::scalar(3)), frozen("frozen", Tensor::scalar(1));
  const auto step = [&](Tape& tape) {
    w.clear_gradient();
    tape.backward(square(tape.parameter(w)) + tape.parameter(w) * tape.parameter(frozen));
    w.mutable_value()[0] -= real(0.1) * w.gradient()[0];
  };
  Tape tape;
  for (int i = 0; i < Tape::max_versions_per_parameter; ++i) step(tape);
  const std::size_t nodes = tape.size();
  CHECK_THROWS_WITH_AS(tape.parameter(w),
                       "parameter: fc.weight changed 16 times while the tape kept all that was recorded: clear() is "
                       "missing; call it on the tape once in each step, before the step records",
                       TapeError);
  CHECK(tape.size() == nodes);
  for (int i = 0; i < 40; ++i) tape.parameter(frozen);  // the same value, as often as one likes
  for (int i = 0; i < 40; ++i) {
    tape.clear();
    step(tape);
  }
}

TEST_CASE("backward needs one element or a cotangent of the value's shape") {
  Tape tape;
  const Var x = tape.variable(Tensor({3}, {1, 2, 3}));
  const Var y = square(x);
  CHECK_THROWS_WITH_AS(tape.backward(y),
                       "backward: the loss has shape [3]; give a cotangent, or reduce it to one element", ShapeError);
  CHECK_THROWS_WITH_AS(tape.backward(y, Tensor({1, 3})), "backward: cotangent [1,3] for a value of shape [3]",
                       ShapeError);
  CHECK_THROWS_AS(x.gradient(), TapeError);
  tape.backward(y, Tensor({3}, {1, 0, -1}));
  CHECK(x.gradient() == Tensor({3}, {2, 0, -6}));
  const Var one = tape.variable(Tensor({1, 1}, {4}));  // one element, whatever the rank
  tape.backward(square(one));
  CHECK(one.gradient() == Tensor({1, 1}, {8}));
  const Var leaf = tape.variable(Tensor::scalar(7));
  tape.backward(leaf);
  CHECK(leaf.gradient().item() == 1);
}

TEST_CASE("backward from a value without variables") {
  Tape tape;
  const Var c = tape.constant(Tensor::scalar(1));
  const auto message = "backward: the value does not depend on a variable or parameter";
  CHECK_THROWS_WITH_AS(tape.backward(c), message, TapeError);
  CHECK_THROWS_WITH_AS(tape.backward(exp(c)), message, TapeError);
}

TEST_CASE("reading a gradient that does not exist says why") {
  Tape tape;
  const Var c = tape.constant(Tensor::scalar(1)), x = tape.variable(Tensor::scalar(2)),
            unused = tape.variable(Tensor::scalar(3));
  const Var y = x * c, loss = square(y);
  tape.backward(loss);
  CHECK_THROWS_WITH_AS(
      c.gradient(), "gradient: node 0 (constant) has none: it does not depend on a variable or parameter", TapeError);
  const std::string no_pass =
      ") has none: no backward pass reached it, or it is no leaf and Tape::keep_gradients is off";
  CHECK_THROWS_WITH_AS(unused.gradient(), ("gradient: node 2 (variable" + no_pass).c_str(), TapeError);
  CHECK_THROWS_WITH_AS(y.gradient(), ("gradient: node 3 (mul" + no_pass).c_str(), TapeError);
}

TEST_CASE("keep_gradients keeps those of every node, of the last pass") {
  Tape tape;
  tape.keep_gradients(true);
  const Var x = tape.variable(Tensor::scalar(3));
  const Var y = square(x), loss = scale(y, 5);
  tape.backward(loss);
  CHECK(loss.gradient().item() == 1);
  CHECK(y.gradient().item() == 5);
  CHECK(x.gradient().item() == 30);
  tape.backward(loss);
  CHECK(y.gradient().item() == 5);
  CHECK(x.gradient().item() == 60);
}

TEST_CASE("keep_gradients shows what came in, also where the op changes it in place") {
  Tape tape;
  tape.keep_gradients(true);
  const Var x = tape.variable(Tensor({1, 1}, {1})), w = tape.variable(Tensor({2, 1}, {1, -1}));
  const Var y = linear(x, w, Activation::relu);
  tape.backward(y, Tensor({1, 2}, {5, 7}));
  CHECK(y.gradient() == Tensor({1, 2}, {5, 7}));
  CHECK(w.gradient() == Tensor({2, 1}, {5, 0}));
}

TEST_CASE("Gradients::off keeps nothing for a backward pass") {
  Tape tape(Gradients::off);
  Parameter w("w", Tensor({2}, {1, 2}));
  const Var x = tape.variable(Tensor({2}, {3, 4})), p = tape.parameter(w);
  const Var loss = sum(x * p);
  CHECK(loss.value().item() == 11);
  CHECK_FALSE(x.needs_gradient());
  CHECK_FALSE(p.needs_gradient());
  CHECK_FALSE(loss.needs_gradient());
  CHECK_THROWS_WITH_AS(tape.backward(loss), "backward: the tape was made with Gradients::off", TapeError);
  CHECK_FALSE(w.has_gradient());
  const Graph& graph = tape.graph();
  CHECK_FALSE(graph.nodes[loss.id()].vjp);
  const Var q = kl_to_uniform(reshape(x, {1, 2}));
  CHECK(graph.nodes[q.id()].saved.empty());
}

TEST_CASE("a failed op leaves the tape as it was") {
  Tape tape;
  const Var a = tape.variable(Tensor({2, 3}, real(1))), b = tape.variable(Tensor({2, 3}, real(2)));
  CHECK_THROWS_AS(matmul(a, b), ShapeError);
  const std::int64_t labels[] = {0, 3};
  CHECK_THROWS_AS(cross_entropy(a, labels), ValueError);
  CHECK(tape.size() == 2);
  const Var loss = sum(a * b);
  CHECK(loss.id() == 3);
  tape.backward(loss);
  CHECK(a.gradient() == b.value());

  tape.check_finite(true);
  CHECK_THROWS_AS(log(neg(a)), ValueError);  // neg stays, log goes
  CHECK(tape.size() == 5);
}

TEST_CASE("moving a tape keeps its handles valid") {
  Tape first;
  const Var x = first.variable(Tensor::scalar(3));
  Tape second = std::move(first);
  const Var y = square(x);
  CHECK(&y.tape() == &second);
  second.backward(y);
  CHECK(x.gradient().item() == 6);

  Tape third;
  third.variable(Tensor::scalar(1));
  third = std::move(second);
  CHECK(&x.tape() == &third);
  CHECK(third.size() == 2);
  third.backward(y);
  CHECK(x.gradient().item() == 12);
}

TEST_CASE("every use of a moved-from tape is refused, until a tape is assigned to it") {
  Tape from;
  const Var x = from.variable(Tensor::scalar(3));
  Tape to = std::move(from);
  const Tensor one = Tensor::scalar(1);
  Parameter w("w", one);
  const auto refused = [](const auto& use) {
    CHECK_THROWS_WITH_AS(use(), "moved-from tape: its nodes belong to another tape; assign a tape to use it again",
                         TapeError);
  };
  refused([&] { from.constant(one); });
  refused([&] { from.constant(Shape{}, [](Tensor&) {}); });
  refused([&] { from.view(one); });
  refused([&] { from.variable(one); });
  refused([&] { from.parameter(w); });
  refused([&] { from.backward(x); });
  refused([&] { from.backward(x, one); });
  refused([&] { from.clear(); });
  refused([&] { from.size(); });
  refused([&] { from.bytes(); });
  refused([&] { from.peak_bytes(); });
  refused([&] { from.allocations(); });
  refused([&] { const Scope scope = from.scope("a"); });
  refused([&] { from.on_gradient(x, [](Tensor&) {}); });
  refused([&] { from.keep_gradients(true); });
  refused([&] { from.check_finite(true); });
  refused([&] { from.first_non_finite(); });
  refused([&] { from.report(std::cout); });
  refused([&] { from.write_dot(std::cout); });
  refused([&] { from.graph(); });
  CHECK(x.value().item() == 3);
  Tape again = std::move(to);
  std::swap(from, again);
  CHECK(&x.tape() == &from);
  from.backward(square(x));
  CHECK(x.gradient().item() == 6);
  to = Tape();
  CHECK(to.size() == 0);
}

TEST_CASE("clear keeps the memory for the next nodes") {
  Tape tape;
  const auto step = [&] {
    tape.clear();
    const Var x = tape.variable(Tensor({100, 10}, real(2)));
    tape.backward(sum(square(x)));
    return tape.bytes();
  };
  step();
  const std::size_t bytes = step(), allocations = tape.allocations();
  CHECK(bytes >= 3 * 1000 * sizeof(real));
  CHECK(tape.peak_bytes() <= bytes);
  CHECK(tape.peak_bytes() > 0);
  for (int i = 0; i < 10; ++i) CHECK(step() == bytes);
  CHECK(tape.allocations() == allocations);
}

TEST_CASE("an op author's inputs: one without a VJP gets no gradient") {
  Tape tape;
  const Var a = tape.variable(Tensor::scalar(2)), b = tape.variable(Tensor::scalar(5));
  const Var y = record(
      {"test_op", "da = 3 dy", false, true}, {a, b},
      [](Forward& c) { c.out(Shape{})[0] = 3 * c.in(0)[0] + c.in(1)[0]; }, [](Vjp& v) { v.dx[0] = 3 * v.dy[0]; },
      no_gradient);
  tape.backward(y);
  CHECK(a.gradient().item() == 3);
  CHECK_THROWS_AS(b.gradient(), TapeError);
}

TEST_CASE("an op author's saved tensors keep their places while more are saved") {
  Tape tape;
  const Var x = tape.variable(Tensor::scalar(2));
  const Var y = record(
      {"test_op", "dx = Σ saved", false, true}, {x},
      [](Forward& c) {
        std::vector<Tensor*> saved;
        for (int i = 0; i < 20; ++i) saved.push_back(&c.save(Shape{100}));
        for (std::size_t i = 0; i < 20; ++i) saved[i]->fill(static_cast<real>(i));
        c.out(Shape{})[0] = 0;
      },
      [](Vjp& v) {
        v.dx[0] = 0;
        for (std::size_t i = 0; i < 20; ++i) v.dx[0] += v.saved(i)[99];
      });
  tape.backward(y);
  CHECK(x.gradient().item() == 190);
}
