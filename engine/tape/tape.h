#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include <cotape/engine/base/tensor.h>
#include <cotape/engine/tape/parameter.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

class Tape;
struct Graph;         // the nodes; engine/tape/graph.h, for record and inspection only
struct HandleCounts;  // of a tape without gradients; engine/tape/graph.h

// A handle to one value on a tape, passed by value. It goes stale when its tape is cleared; using a stale or empty
// handle throws TapeError. It follows its tape when that is moved, and must not be used after its tape is gone.
//
// A tape without gradients counts the handles of each value and frees a value with its last handle, unless value() has
// given it out. Copies of such a handle are made and destroyed on the tape's thread, also after the tape is gone. Other
// handles are only numbers.
class Var {
 public:
  Var() = default;
  Var(const Var& other) noexcept : graph_(other.graph_), counts_(other.counts_), id_(other.id_), epoch_(other.epoch_) {
    if (counts_) hold();
  }
  // Leaves an empty handle.
  Var(Var&& other) noexcept
      : graph_(std::exchange(other.graph_, nullptr)),
        counts_(std::exchange(other.counts_, nullptr)),
        id_(other.id_),
        epoch_(other.epoch_) {}
  Var& operator=(Var other) noexcept {
    std::swap(graph_, other.graph_);
    std::swap(counts_, other.counts_);
    std::swap(id_, other.id_);
    std::swap(epoch_, other.epoch_);
    return *this;
  }
  ~Var() {
    if (counts_) let_go();
  }

  // Both stay where they are until the tape is cleared, whatever becomes of the handle.
  const Tensor& value() const;
  const Shape& shape() const;
  // ∂loss/∂this after backward(): of leaves, and of any node when Tape::keep_gradients is on.
  // Throws TapeError when there is none.
  const Tensor& gradient() const;
  bool needs_gradient() const;
  Tape& tape() const;
  // Gives the node a name that errors, reports and pictures show. Returns the handle.
  Var named(std::string_view name) const;

  std::uint32_t id() const { return id_; }
  // Whether it stands for nothing: never assigned, or moved from.
  bool is_empty() const { return graph_ == nullptr; }

 private:
  friend struct Graph;
  void hold() noexcept;    // counts this handle
  void let_go() noexcept;  // no longer

  Graph* graph_ = nullptr;
  HandleCounts* counts_ = nullptr;  // null on a tape with gradients
  std::uint32_t id_ = 0;
  std::uint32_t epoch_ = 0;
};

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
  std::uint32_t id = 0;
  std::string op = {};
  std::string path = {};  // module path, "" at the top
  std::string name = {};  // given by Var::named, or the parameter's
  Shape shape = {};
  bool in_gradient = false;  // the non-finite number is in the gradient, not in the value
};

// The record of a computation: nodes in the order in which they were executed. Values exist when the recording line
// returns; backward() is one loop from the last node to the first. Owns all memory of its nodes; used by one thread at
// a time.
class Tape {
 public:
  // Gradients::off, for evaluation: nothing is kept for a backward pass, and a value is freed with its last handle,
  // unless it was read with Var::value() or an Observer watches. The memory serves the next values.
  explicit Tape(Gradients gradients = Gradients::on);
  // The nodes move with their handles and gradients. Every use of the tape they were moved from throws TapeError until
  // a tape is assigned to it.
  Tape(Tape&& other) noexcept;
  // The same; the nodes that this tape had are gone, and their handles must not be used.
  Tape& operator=(Tape&& other) noexcept;
  ~Tape();

  // A copy of a tensor, without gradient.
  Var constant(const Tensor& value);
  // A tensor without a copy: it must outlive the next clear() and not change before it.
  Var view(const Tensor& value);
  Var view(Tensor&&) = delete;
  // A copy of a tensor whose gradient is wanted: read it with Var::gradient().
  Var variable(const Tensor& value);
  // A parameter, not copied; backward() adds to its gradient. A frozen one is a constant. It must outlive the next
  // clear() and not change before backward(). Throws TapeError when the tape has recorded more than
  // max_versions_per_parameter different values of it: then clear() was forgotten between the updates.
  Var parameter(Parameter& parameter);
  static constexpr int max_versions_per_parameter = 16;
  // A new constant whose elements `fill` sets: spares the copy.
  Var constant(const Shape& shape, const std::function<void(Tensor&)>& fill);

  // Gradients of a scalar with respect to all variables and parameters it came from; adds to those that exist.
  // Throws ShapeError when the loss has more than one element, TapeError for a stale handle, a tape without gradients,
  // or a parameter that the loss depends on and that changed since it was recorded. Whatever is thrown, also by an op
  // or a hook on the way: gradients of parameters and variables are then as they were before the call.
  void backward(Var loss);
  // The same for any value and an incoming cotangent of its shape.
  void backward(Var y, const Tensor& cotangent);

  // Forgets all nodes and makes their handles stale; memory is kept for the next ones.
  void clear();
  // Which part of a batch is recorded from now on, at first 0: layers that draw random numbers draw others for each.
  void set_shard(std::int64_t number);
  std::int64_t shard() const;
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

  // Throws TapeError when the tape was moved from, as every use does.
  Graph& graph();
  const Graph& graph() const;

 private:
  std::unique_ptr<Graph> graph_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
