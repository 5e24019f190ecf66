#pragma once
#include <deque>
#include <list>
#include <optional>
#include <unordered_map>
#include <vector>

#include <cotape/engine/base/memory.h>
#include <cotape/engine/tape/observer.h>
#include <cotape/engine/tape/record.h>
#include <cotape/engine/tape/tape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// One executed op.
struct Node {
  struct Input {
    std::uint32_t id = 0;
    bool differentiable = true;
  };

  Op op{};
  Tensor own;                     // the value, unless a parameter holds it
  const Tensor* value = nullptr;  // `own`, what the tape only views, or null once it was freed
  Shape shape;                    // of the value, also once that was freed
  std::vector<Input> inputs;
  std::list<Tensor> saved;         // what the op keeps for its VJPs; a list, so that references to them stay valid
  VjpFunction before;              // runs once before the VJPs
  VjpFunction vjp;                 // one product per input
  VarVjpFunction var_vjp;          // the same as recorded ops; or
  VarVjpFunction value_in_ops;     // the value as recorded ops; or neither
  std::int64_t multiply_adds = 0;  // of the value, and as many of each product
  Tensor gradient;
  bool has_gradient = false;
  bool needs_gradient = false;
  bool reached = false;            // by the running backward pass
  bool was_read = false;           // Var::value() gave out a reference: not freed before clear()
  Parameter* parameter = nullptr;  // also of a frozen one, which needs no gradient
  std::uint64_t version = 0;       // the parameter's, when recorded
  std::uint32_t scope = 0;
  std::uint32_t id = 0;  // its place among the nodes
  std::string name;
  std::vector<std::function<void(Tensor&)>> hooks;

  bool is_leaf() const { return inputs.empty(); }
  void reset();
};

// How many handles hold each node of a tape without gradients. Handles may outlive the tape, so this lives until the
// tape and its last handle are gone.
struct HandleCounts {
  Graph* graph = nullptr;              // null once the tape is gone
  std::vector<std::uint32_t> of_node;  // handles made since the last clear()
  std::size_t total = 0;               // of all handles, stale ones included

  void hold(std::uint32_t node, std::uint32_t epoch) noexcept;
  void let_go(std::uint32_t node, std::uint32_t epoch) noexcept;
};

// The nodes of a tape with the memory they are made of. Node objects are reused after clear(), never moved.
struct Graph {
  // Module paths, interned: nodes refer to them by index.
  struct Module {
    std::uint32_t parent;
    std::string name;
    std::string path;
  };
  // The values of one parameter that were recorded since the last clear().
  struct Versions {
    std::uint64_t last = 0;
    int count = 0;
  };

  Graph() = default;
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;
  ~Graph();

  Tape* tape = nullptr;
  BufferPool memory;  // before the nodes: outlives their tensors
  std::deque<Node> nodes;
  std::size_t count = 0;
  std::uint32_t epoch = 1;
  std::vector<Module> modules{{0, "", ""}};
  std::uint32_t module = 0;
  bool gradients = true;
  bool keep_gradients = false;
  bool check_finite = false;
  Observer* observer = nullptr;    // told what happens, when there is one
  HandleCounts* counts = nullptr;  // of a tape without gradients
  std::unordered_map<const Parameter*, Versions> versions;
  std::int64_t shard = 0;  // of the batch, that is being recorded

  Tensor allocate(const Shape& shape) { return Tensor::uninitialized(shape, &memory); }
  // The node of a handle. Throws TapeError for an empty or stale one.
  static Node& node(const Var& x);
  static Graph& of(const Var& x);
  Var handle(std::uint32_t id);
  // Notes that a row of a parameter's gradient is about to be added to.
  void touch(Parameter& parameter, std::int64_t row) { parameter.touch(row); }

  Node& append(const Op& op);
  // Throws TapeError when the parameter was recorded with too many values.
  void count_version(const Parameter& parameter);
  void backward(const Var& y, const Tensor& cotangent);
  void clear();
  // Frees a value that no handle holds any more, unless somebody may still look at it.
  void free_value(std::uint32_t id) noexcept;
  std::uint32_t enter(std::string_view name);
  const std::string& path(const Node& n) const { return modules[n.scope].path; }
  // "matmul: … in encoder.fc2": what every error of an op says besides its rule.
  std::string decorate(const Node& n, const char* message) const;
  // Runs f; an Error it throws is rethrown, of the same type, with that decoration.
  void guard(const Node& n, FunctionRef<void()> f) const;
  NodeInfo info(std::uint32_t id, bool in_gradient) const;

 private:
  // What a running backward pass puts back when something throws: gradients of earlier passes.
  struct OfVariable {
    Node* node;
    Tensor gradient;
  };
  struct OfParameter {
    Parameter* parameter;
    bool existed;
    Tensor gradient;  // a copy, made when the pass first adds to it
    // Where only some rows differ from 0: these rows, and the copy has them alone.
    std::optional<std::vector<std::int64_t>> rows = {};
  };

  void mark_reached(const Node& last);
  void set_earlier_aside(std::uint32_t last);
  void add_earlier();
  void put_earlier_back(std::uint32_t last);
  void keep_earlier(Parameter& parameter);
  Tensor& gradient_to_write(Parameter& parameter);
  void propagate(Node& node);
  void add_product(Node& node, std::size_t index);
  void add_rows(Node& node, std::size_t index);
  void run_vjp(Node& node, Tensor& dx, std::size_t index);

  std::vector<OfVariable> of_variables_;
  std::vector<OfParameter> of_parameters_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
