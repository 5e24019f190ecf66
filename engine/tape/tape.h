#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <type_traits>

#include <cotape/engine/base/tensor.h>
#include <cotape/engine/tape/parameter.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

class Tape;
struct Graph;  // the nodes; engine/tape/graph.h, for record and inspection only

// A handle to one value on a tape: trivially copyable, passed by value. It goes stale when its tape is cleared; using
// a stale or empty handle throws TapeError. It must not be used after its tape is gone.
class Var {
 public:
  Var() = default;

  const Tensor& value() const;
  const Shape& shape() const { return value().shape(); }
  // ∂loss/∂this after backward(): of leaves, and of any node when Tape::keep_gradients is on.
  // Throws TapeError when there is none.
  const Tensor& gradient() const;
  bool needs_gradient() const;
  Tape& tape() const;
  // Gives the node a name that errors, reports and pictures show. Returns the handle.
  Var named(std::string_view name) const;

  std::uint32_t id() const { return id_; }

 private:
  friend struct Graph;
  Graph* graph_ = nullptr;
  std::uint32_t id_ = 0;
  std::uint32_t epoch_ = 0;
};
static_assert(std::is_trivially_copyable_v<Var>);

// While it lives, nodes are recorded under a module path: scopes nest, "encoder" and "fc2" give "encoder.fc2".
class Scope {
 public:
  Scope(Graph& graph, std::string_view name);
  ~Scope();
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

 private:
  Graph& graph_;
  std::uint32_t outer_;
};

enum class Gradients { on, off };

// One node as inspection shows it.
struct NodeInfo {
  std::uint32_t id;
  std::string op;
  std::string path;  // module path, "" at the top
  std::string name;  // given by Var::named, or the parameter's
  Shape shape;
  bool in_gradient;  // the non-finite number is in the gradient, not in the value
};

// The record of a computation: nodes in the order in which they were executed. Values exist when the recording line
// returns; backward() is one loop from the last node to the first. Movable; owns all memory of its nodes; used by one
// thread at a time.
class Tape {
 public:
  // Gradients::off: nothing is kept for a backward pass (evaluation).
  explicit Tape(Gradients gradients = Gradients::on);
  Tape(Tape&& other) noexcept;
  Tape& operator=(Tape&& other) noexcept;
  ~Tape();

  // A copy of a tensor, without gradient.
  Var constant(const Tensor& value);
  // A tensor without a copy: it must outlive the next clear() and not change before it.
  Var view(const Tensor& value);
  Var view(Tensor&&) = delete;
  // A copy of a tensor whose gradient is wanted: read it with Var::gradient().
  Var variable(const Tensor& value);
  // A parameter, not copied; backward() adds to its gradient. It must outlive the next clear() and not change before
  // backward().
  Var parameter(Parameter& parameter);
  // A new constant whose elements `fill` sets: spares the copy.
  Var constant(const Shape& shape, const std::function<void(Tensor&)>& fill);

  // Gradients of a scalar with respect to all variables and parameters it came from; adds to those that exist.
  // Throws ShapeError when the loss has more than one element, TapeError for a stale handle, a tape without gradients,
  // or a parameter that changed since it was recorded.
  void backward(Var loss);
  // The same for any value and an incoming cotangent of its shape.
  void backward(Var y, const Tensor& cotangent);

  // Forgets all nodes and makes their handles stale; memory is kept for the next ones.
  void clear();
  // Number of nodes.
  std::size_t size() const;
  // Bytes of tensor memory held, in use or free.
  std::size_t bytes() const;
  // Most bytes of tensor memory that were in use at one time.
  std::size_t peak_bytes() const;
  // How often tensor memory was taken from the system: does not grow in steady state.
  std::size_t allocations() const;

  // Nodes recorded while the returned object lives belong to the module `name`.
  [[nodiscard]] Scope scope(std::string_view name);
  // Calls `hook` with a node's complete gradient in each backward pass that reaches it, before earlier passes' gradient
  // is added; the hook may change its elements, not its shape.
  void on_gradient(Var x, std::function<void(Tensor&)> hook);
  // Keep the gradient of every node, not of leaves only, for inspection.
  void keep_gradients(bool keep);
  // Check every value that an op computes, and throw ValueError with op and module path at the first that is not
  // finite.
  void check_finite(bool check);

  // The first node, in order of execution, whose value is not finite; if all values are finite, the node closest to
  // the loss whose kept gradient is not.
  std::optional<NodeInfo> first_non_finite() const;
  // A table of all nodes: op, path, shape, range of the value, norm of the gradient.
  void report(std::ostream& out) const;
  // The graph in Graphviz's DOT language, modules as clusters.
  void write_dot(std::ostream& out) const;

  Graph& graph() { return *graph_; }

 private:
  std::unique_ptr<Graph> graph_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
