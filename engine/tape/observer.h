#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <cotape/engine/base/drawing.h>
#include <cotape/engine/base/tensor.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// A call of a combinatorial solver that a node made, as inspection shows it.
struct SolverCall {
  std::string solver = {};  // its name
  Shape instance = {};      // the last axes of both tensors; those before count instances
  bool minimises = false;   // it was given costs, the negated scores
  bool backward = false;    // made by the VJP, not by the value
  const Tensor& scores;     // what was solved, in score form
  const Tensor& solutions;  // argmax_y ⟨scores, y⟩
  // What the numbers of the first instances of the batch belong to, at most so many; one where all have the same.
  std::function<std::vector<Drawing>(std::int64_t)> drawings = {};
};

// Watches a tape at work, for inspection. It is told and only reads: nothing that it does changes a result. Nodes are
// named by their ids, inputs by their place.
class Observer {
 public:
  virtual ~Observer() = default;
  // An op starts to compute a node's value, and has computed it; no end where the op throws.
  virtual void begin_value(std::uint32_t) {}
  virtual void end_value(std::uint32_t) {}
  // A backward pass starts at node `last`; all values are complete.
  virtual void begin_backward(std::uint32_t last) = 0;
  // A node's complete gradient, after its hooks and before it is passed on. Nodes come from the last to the first.
  virtual void gradient(std::uint32_t node, const Tensor& gradient) = 0;
  // What a node's VJP gave for one of its inputs, in the input's shape, and the input's gradient with it added. Comes
  // after the node's gradient.
  virtual void product(std::uint32_t node, std::size_t input, const Tensor& product, const Tensor& total) = 0;
  virtual void solver_call(std::uint32_t node, const SolverCall& call) = 0;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
