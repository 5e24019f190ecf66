#pragma once
#include <array>
#include <functional>
#include <initializer_list>
#include <span>
#include <vector>

#include <cotape/engine/base/parallel.h>
#include <cotape/engine/tape/tape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

struct Graph;
struct Node;

// What an op is called, and the formula of its vector-Jacobian product as inspection shows it.
struct Op {
  const char* name = "";
  const char* vjp = "";
  // Inputs are broadcast to the value's shape: a product may be given in that shape, and is summed back by the engine.
  bool broadcasts = false;
  // The product replaces a derivative that is zero or does not exist: nothing that differences could confirm.
  bool surrogate = false;
  // The product is 0 but for a part of the input: the VJP adds to that part of dx and leaves the others, which the
  // engine set before. Many of them on one input, as the parts that it was cut into, then cost no more than one.
  bool adds = false;
  // The same for rows of the input, which the VJP reaches through Vjp::row alone: of a parameter's gradient no other
  // row is ever touched where it need not be.
  bool adds_rows = false;
};

// What an op sees while it computes its value.
class Forward {
 public:
  Forward(Graph& graph, Node& node) : graph_(graph), node_(node) {}

  const Tensor& in(std::size_t i) const;
  std::size_t inputs() const;
  // The value, of a shape the op chooses; the op must set every element. Called once.
  Tensor& out(const Shape& shape);
  // A tensor kept for the VJPs, which read it as v.saved(0), v.saved(1), … in the order of these calls.
  Tensor& save(const Shape& shape);
  // How many multiply-adds a matrix product or convolution takes by its definition, and each of its products in the
  // backward pass, whatever algorithm runs. For profiles.
  void multiply_adds(std::int64_t count);
  // A tensor for this call only.
  Tensor scratch(const Shape& shape) const;
  // Where scratch comes from.
  std::pmr::memory_resource* memory() const;
  // Whether any input needs a gradient: otherwise nothing need be saved.
  bool needs_gradient() const;

 private:
  Graph& graph_;
  Node& node_;
};

// What a vector-Jacobian product sees: the cotangent dy of the value y, and where its product goes. Elements of dx are
// not set before; the op sets them all, and the engine alone accumulates, but for ops that add to a part.
class Vjp {
 public:
  // Rows that an op adds to are noted by `rows_of`, if there is one.
  Vjp(Graph& graph, Node& node, Tensor& product, std::size_t input, Parameter* rows_of = nullptr);

  Tensor& dy;         // ∂ℓ/∂y, of y's shape
  const Tensor& y;    // the value
  Tensor& dx;         // ∂ℓ/∂input: the input's shape, or y's where the op broadcasts and they differ
  std::size_t index;  // which input dx belongs to

  // Row i of dx, along its first axis, to add to: for ops that add rows.
  real* row(std::int64_t i);

  const Tensor& input(std::size_t i) const;
  // Throws TapeError when the forward pass has not saved so many.
  const Tensor& saved(std::size_t i) const;
  // The same, to write to: how work done in Before{} reaches the VJPs.
  Tensor& shared(std::size_t i);
  Tensor scratch(const Shape& shape) const;
  std::pmr::memory_resource* memory() const;

 private:
  Graph& graph_;
  Node& node_;
  Parameter* rows_of_;
};

using VjpFunction = std::function<void(Vjp&)>;

// Stands in place of a VJP: this input is never differentiated.
struct NoGradient {};
inline constexpr NoGradient no_gradient;

// Stands before the VJPs of an op: work that they share, done once on dy in place (a fused activation's mask).
template <class F>
struct Before {
  F f;
};
template <class F>
Before(F) -> Before<F>;

// What the second form of an op's products sees: handles, so that what is computed from them is recorded and can be
// differentiated again.
class VarVjp {
 public:
  VarVjp(Graph& graph, Node& node, Var dy);

  Var dy;                   // ∂ℓ/∂y, of y's shape
  Var y;                    // the op's own result
  std::vector<Var> inputs;  // what the op was given
  std::size_t index = 0;    // which input the product belongs to

  const Var& input(std::size_t i) const { return inputs[i]; }
  // What the forward pass saved, as a constant. Throws TapeError when it has not saved so many.
  Var saved(std::size_t i) const;

 private:
  Graph& graph_;
  Node& node_;
};

// A VJP in its second form: the product of input `index`, in the same shape as that of the first form.
using VarVjpFunction = std::function<Var(const VarVjp&)>;

// The one way on to a tape, for ops with any number of inputs and one product for all of them (v.index tells which).
// Computes the value at once; checks that all inputs live on the same tape; keeps the VJP only when an input needs a
// gradient; adds the op's name and module path to every error; checks finiteness when the tape is told to.
// Inputs whose `differentiable` is false get no gradient; when it is empty all may.
Var record_node(const Op& op, std::span<const Var> inputs, FunctionRef<void(Forward&)> forward, VjpFunction vjp,
                VjpFunction before = {}, std::span<const bool> differentiable = {});

// Joins one product per input into one: v.index selects.
template <class... Vjps>
VjpFunction select_vjp(Vjps... vjps) {
  const auto call = [](const auto& vjp, Vjp& v) {
    if constexpr (!std::is_same_v<std::remove_cvref_t<decltype(vjp)>, NoGradient>) vjp(v);
  };
  return [call, vjps...](Vjp& v) {
    std::size_t i = 0;
    ((i++ == v.index ? call(vjps, v) : void()), ...);
  };
}

// Gives the op that recorded y the second form of its products, which gradient() (engine/calculus) uses and nothing
// else: one function for all inputs, v.index tells which. Returns y.
Var with_var_vjp(Var y, VarVjpFunction vjp);
// The second form at once for all inputs: the op's value written in other ops, which are recorded and differentiated in
// its place. Returns y.
Var with_value_in_ops(Var y, VarVjpFunction value);

// One function per input, in their order; no_gradient where the input is never differentiated.
template <class... Vjps>
Var with_var_vjps(Var y, Vjps... vjps) {
  const auto call = [](const auto& vjp, const VarVjp& v) -> Var {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(vjp)>, NoGradient>)
      return {};
    else
      return vjp(v);
  };
  return with_var_vjp(std::move(y), [call, vjps...](const VarVjp& v) {
    Var product;
    std::size_t i = 0;
    ((i++ == v.index ? void(product = call(vjps, v)) : void()), ...);
    return product;
  });
}

// For ops with a fixed number of inputs: one VJP per input, in their order.
//   record({"mul", "da = dy ⊙ b, db = dy ⊙ a"}, {a, b}, forward, vjp_a, vjp_b)
template <class Forwards, class... Vjps>
Var record(const Op& op, const std::array<Var, sizeof...(Vjps)>& inputs, const Forwards& forward, Vjps... vjps) {
  constexpr std::array<bool, sizeof...(Vjps)> differentiable{!std::is_same_v<Vjps, NoGradient>...};
  return record_node(op, inputs, forward, select_vjp(vjps...), {}, differentiable);
}

// The same with work that the VJPs share.
template <class Forwards, class F, class... Vjps>
Var record(const Op& op, const std::array<Var, sizeof...(Vjps)>& inputs, const Forwards& forward, Before<F> before,
           Vjps... vjps) {
  constexpr std::array<bool, sizeof...(Vjps)> differentiable{!std::is_same_v<Vjps, NoGradient>...};
  return record_node(op, inputs, forward, select_vjp(vjps...), before.f, differentiable);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
