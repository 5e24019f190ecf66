#include <doctest/doctest.h>

#include <cotape/engine/ops.h>
#include <cotape/engine/tape/graph.h>

#include <functional>
#include <vector>

#include "../../normal_tensor.h"

// Ops whose gradient is a part of their input's add to it in place (Op::adds).

using namespace cotape;

namespace {

// Makes the engine hand every product out by itself, and adds up those of one node.
class ProductSum final : public Observer {
 public:
  ProductSum(Tape& tape, Var x) : graph_(tape.graph()), id_(x.id()), sum_(x.shape(), 0) { graph_.observer = this; }
  ~ProductSum() override { graph_.observer = nullptr; }
  void begin_value(std::uint32_t) override {}
  void end_value(std::uint32_t) override {}
  void begin_backward(std::uint32_t) override {}
  void gradient(std::uint32_t, const Tensor&) override {}
  void product(std::uint32_t node, std::size_t input, const Tensor& product, const Tensor&) override {
    if (graph_.nodes[node].inputs[input].id != id_) return;
    for (std::int64_t i = 0; i < sum_.size(); ++i) sum_[i] += product[i];
  }
  void solver_call(std::uint32_t, const SolverCall&) override {}
  const Tensor& sum() const { return sum_; }

 private:
  Graph& graph_;
  std::uint32_t id_;
  Tensor sum_;
};

// Parts of x [4, 3] that overlap, and x as a whole, in an order that begins with a part or with the whole. Whole
// numbers are added, so that the order makes no difference.
Var overlapping(Var x, bool whole_first) {
  const std::vector<std::int64_t> rows{3, 0, 3}, places{2, 0, 1, 0, 0, 2, 1, 1};
  const std::vector<std::function<Var()>> terms{
      [&] { return sum(x) * 2; },
      [&] { return sum(slice(x, 0, 1, 3)) * 3; },
      [&] { return sum(slice(x, 1, 0, 2)) * 5; },
      [&] { return sum(select(x, 1, -1)) * 7; },
      [&] { return sum(index_select(x, 0, rows)) * 11; },
      [&] {
        return sum(gather(x, 1, places, {4, 2})) * 13;
      },
      [&] { return sum(topk(x, 1, 1).values) * 17; },
  };
  Var total = whole_first ? terms.front()() : terms.back()();
  for (std::size_t i = 1; i < terms.size(); ++i) total = total + terms[whole_first ? i : terms.size() - 1 - i]();
  return total;
}

// 2, and what the terms add; column 2 holds the largest number of each row.
Tensor expected() {
  return Tensor({4, 3}, {
                            2 + 5 + 11 + 13, 2 + 5 + 11, 2 + 7 + 17 + 11 + 13,  // row 0: places 2, 0; chosen once
                            2 + 3 + 5 + 13, 2 + 3 + 5 + 13, 2 + 3 + 7 + 17,     // row 1: places 1, 0
                            2 + 3 + 5 + 13, 2 + 3 + 5, 2 + 3 + 7 + 17 + 13,     // row 2: places 0, 2
                            2 + 5 + 22, 2 + 5 + 22 + 26, 2 + 7 + 17 + 22,       // row 3: places 1, 1; chosen twice
                        });
}

const Tensor numbers({4, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9, -3, -2, -1});

}  // namespace

TEST_CASE("parts that overlap, and the whole, add up to one gradient: of a variable, and of a parameter") {
  for (const bool whole_first : {false, true}) {
    Tape tape;
    const Var x = tape.variable(numbers);
    tape.backward(overlapping(x, whole_first));
    CHECK(x.gradient() == expected());

    Parameter parameter("x", numbers);
    for (const real passes : {real(1), real(2)}) {
      Tape again;
      again.backward(overlapping(again.parameter(parameter), whole_first));
      const Tensor& gradient = parameter.gradient();
      for (std::int64_t i = 0; i < gradient.size(); ++i) CHECK(gradient[i] == passes * expected()[i]);
    }
  }
}

TEST_CASE("an observer sees each part by itself, and the gradient is the same") {
  Tape tape;
  const Var x = tape.variable(numbers);
  const Var loss = overlapping(x, false);
  const ProductSum products(tape, x);
  tape.backward(loss);
  CHECK(x.gradient() == expected());
  CHECK(products.sum() == expected());
}

TEST_CASE("a tensor cut into single rows and columns gets back what came to them") {
  const Tensor weights = normal_tensor({50, 40}, 2);
  for (const int axis : {0, 1}) {
    Tape tape;
    const Var x = tape.variable(normal_tensor({50, 40}, 1));
    tape.backward(sum(stack(unstack(x, axis), axis) * tape.constant(weights)));
    CHECK(x.gradient() == weights);
  }
}
