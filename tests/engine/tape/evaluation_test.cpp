#include <cotape/engine/base/error.h>
#include <cotape/engine/inspect/inspection.h>
#include <cotape/engine/ops.h>
#include <cotape/engine/tape/graph.h>
#include <cotape/engine/tape/observer.h>
#include <doctest/doctest.h>

#include <memory>
#include <sstream>
#include <utility>
#include <vector>

using namespace cotape;

namespace {

constexpr std::int64_t length = 1 << 14;
constexpr std::size_t value_bytes = length * sizeof(real);

// A chain of ops, of whose values only the last is wanted.
Var chain(Var x, int ops) {
  for (int i = 0; i < ops; ++i) x = scale(x, real(1.5));
  return x;
}

}  // namespace

TEST_CASE("evaluation holds the memory of what has a handle, not of all that was computed") {
  const Tensor source(Shape{length}, 1);
  Tape on, off(Gradients::off);
  const Var kept = chain(on.view(source), 20), freed = chain(off.view(source), 20);
  CHECK(kept.value() == freed.value());
  CHECK(on.peak_bytes() == 20 * value_bytes);
  CHECK(off.peak_bytes() == 2 * value_bytes);  // an op's input and its value
  CHECK(off.size() == 21);
  // Without clear(), as long as one likes, from the same memory.
  const std::size_t allocations = off.allocations();
  for (int i = 0; i < 5; ++i) chain(off.view(source), 20);
  CHECK(off.peak_bytes() == 3 * value_bytes);
  CHECK(off.allocations() <= allocations + 1);
}

TEST_CASE("evaluation: a value lives as long as any copy of its handle") {
  Tape tape(Gradients::off);
  const auto value_of = [&](std::uint32_t id) { return tape.graph().nodes[id].value; };
  Var x = tape.constant(Tensor({2}, {1, 2}));
  const std::uint32_t id = x.id();
  {
    const Var copy = x;
    std::vector<Var> more(10, copy);
    more.erase(more.begin(), more.begin() + 5);
    x = Var();
    CHECK(value_of(id) != nullptr);
    CHECK(copy.shape() == Shape{2});
    x = std::move(more.back());
    CHECK_THROWS_AS(more.back().value(), TapeError);  // moved from
  }
  REQUIRE(value_of(id) != nullptr);
  Var& itself = x;
  x = itself;
  REQUIRE(value_of(id) != nullptr);
  CHECK(*value_of(id) == Tensor({2}, {1, 2}));
  const Shape& shape = x.shape();
  x = reshape(x, {2, 1});
  CHECK(value_of(id) == nullptr);
  CHECK(shape == Shape{2});  // stays
  CHECK_THROWS_WITH_AS(tape.graph().handle(id).value(),
                       "value: node 0 (constant) was freed: a tape without gradients keeps a value only as long as a "
                       "handle to it",
                       TapeError);
}

TEST_CASE("evaluation: a value that was read stays until clear(), also when its handle ended with the line") {
  Tape tape(Gradients::off);
  Var x = tape.constant(Tensor({2}, {1, 2}));
  const Tensor& twice = scale(x, 2).value();
  const Tensor& first = x.value();
  x = scale(x, 3);
  const Tensor& thrice = x.value();
  x = exp(exp(exp(x)));
  CHECK(first == Tensor({2}, {1, 2}));
  CHECK(twice == Tensor({2}, {2, 4}));
  CHECK(thrice == Tensor({2}, {3, 6}));
  tape.clear();
  x = scale(scale(tape.constant(Tensor({2}, {1, 2})), 2), 2);  // other values in the same places
  CHECK(tape.graph().nodes[1].value == nullptr);
  CHECK(tape.graph().nodes[2].value != nullptr);
}

TEST_CASE("evaluation: handles may outlive clear() and the tape, and go where the tape goes") {
  auto tape = std::make_unique<Tape>(Gradients::off);
  Var stale = tape->constant(Tensor::scalar(1));
  tape->clear();
  Var fresh = tape->constant(Tensor::scalar(2));  // takes the same place
  CHECK(fresh.id() == stale.id());
  { const Var copy = stale; }
  stale = Var();
  CHECK(fresh.value().item() == 2);
  Tape moved = std::move(*tape);
  tape.reset();
  CHECK(fresh.value().item() == 2);
  fresh = exp(scale(fresh, 2));
  CHECK(moved.graph().nodes[0].value != nullptr);  // was read
  CHECK(moved.graph().nodes[1].value == nullptr);
  moved = Tape(Gradients::off);
  CHECK_THROWS_WITH_AS(fresh.value(), "stale handle: the tape of node 2 is gone", TapeError);
  const Var copy = fresh;
  fresh = Var();
  CHECK_THROWS_AS(copy.value(), TapeError);
}

TEST_CASE("evaluation: a failed op leaves the counts as they were") {
  Tape tape(Gradients::off);
  const Var a = tape.constant(Tensor({2, 3}, real(1)));
  CHECK_THROWS_AS(matmul(a, a), ShapeError);
  const Var b = exp(a);
  CHECK(b.id() == 1);
  CHECK(b.value().size() == 6);
  CHECK(a.value() == Tensor({2, 3}, real(1)));
}

TEST_CASE("evaluation: inspection says what was freed, and an observer keeps it") {
  Tape tape(Gradients::off);
  const Var y = scale(log(tape.constant(Tensor({2}, {-1, 2}))), 2);
  std::ostringstream report, dot;
  tape.report(report);
  tape.write_dot(dot);
  CHECK(report.str().find("freed") != std::string::npos);
  CHECK(dot.str().find("constant [2]") != std::string::npos);
  REQUIRE(tape.first_non_finite().has_value());
  CHECK(tape.first_non_finite()->op == std::string("scale"));  // log's own value is gone
  CHECK(inspect(tape).nodes[0].shape == Shape{2});

  tape.clear();
  const Inspector inspector(tape);
  const Var z = scale(log(tape.constant(Tensor({2}, {-1, 2}))), 2);
  REQUIRE(tape.first_non_finite().has_value());
  CHECK(tape.first_non_finite()->op == std::string("log"));
}
