#include <cotape/engine/base/error.h>
#include <cotape/engine/ops.h>
#include <cotape/engine/tape/graph.h>

#include <doctest/doctest.h>

#include <string>

using namespace cotape;

namespace {

// Writes down what it hears: "<" and ">" around a node's value, its id with g for a gradient and p for a product.
class Listener final : public Observer {
 public:
  explicit Listener(Tape& tape) : graph_(tape.graph()) { graph_.observer = this; }
  ~Listener() override { graph_.observer = nullptr; }
  void begin_value(std::uint32_t node) override { heard += "<" + std::to_string(node); }
  void end_value(std::uint32_t node) override {
    CHECK(graph_.nodes[node].value->size() > 0);
    heard += ">" + std::to_string(node);
  }
  void begin_backward(std::uint32_t last) override { heard += " from " + std::to_string(last) + ":"; }
  void gradient(std::uint32_t node, const Tensor&) override { heard += " g" + std::to_string(node); }
  void product(std::uint32_t node, std::size_t, const Tensor&, const Tensor&) override {
    heard += " p" + std::to_string(node);
  }
  void solver_call(std::uint32_t, const SolverCall&) override {}

  std::string heard;

 private:
  Graph& graph_;
};

}  // namespace

TEST_CASE("an observer hears of values as they are computed and of products in the backward pass") {
  Tape tape;
  const Var x = tape.variable(Tensor(Shape{2}, {1, 2}));
  std::string heard;
  {
    Listener listener(tape);
    tape.backward(sum(x * x));
    heard = listener.heard;
  }
  CHECK(heard == "<1>1<2>2 from 2: g2 p2 g1 p1 p1 g0");
  CHECK(sum(x).value().item() == 3);  // nobody listens
}

TEST_CASE("an op that throws begins a value and does not end it") {
  Tape tape;
  const Var x = tape.variable(Tensor(Shape{2}, {1, 2}));
  Listener listener(tape);
  CHECK_THROWS_AS(reshape(x, {3}), ShapeError);
  CHECK(listener.heard == "<1");
}
