#pragma once
#include <deque>
#include <list>
#include <vector>

#include <cotape/engine/base/memory.h>
#include <cotape/engine/tape/observer.h>
#include <cotape/engine/tape/record.h>
#include <cotape/engine/tape/tape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// An input of a node.
struct Edge {
  std::uint32_t id;
  bool differentiable;
};

// One executed op.
struct Node {
  Op op{};
  Tensor own;                     // the value, unless a parameter holds it
  const Tensor* value = nullptr;  // `own` or the parameter's value
  std::vector<Edge> inputs;
  std::list<Tensor> saved;         // what the op keeps for its VJPs; a list, so that references to them stay valid
  VjpFunction before;              // runs once before the VJPs
  VjpFunction vjp;                 // one product per input
  std::int64_t multiply_adds = 0;  // of the value, and as many of each product
  Tensor gradient;
  bool has_gradient = false;
  bool needs_gradient = false;
  Parameter* parameter = nullptr;
  std::uint64_t version = 0;  // the parameter's, when recorded
  std::uint32_t scope = 0;
  std::uint32_t id = 0;  // its place among the nodes
  std::string name;
  std::vector<std::function<void(Tensor&)>> hooks;

  bool is_leaf() const { return inputs.empty(); }
  void reset();
};

// The nodes of a tape with the memory they are made of. Node objects are reused after clear(), never moved.
struct Graph {
  // Module paths, interned: nodes refer to them by index.
  struct Module {
    std::uint32_t parent;
    std::string name;
    std::string path;
  };

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
  Observer* observer = nullptr;  // told what happens, when there is one

  Tensor allocate(const Shape& shape) { return Tensor::uninitialized(shape, &memory); }
  // The node of a handle. Throws TapeError for an empty or stale one.
  static Node& node(Var x);
  static Graph& of(Var x);
  Var handle(std::uint32_t id);

  Node& append(const Op& op);
  void backward(Var y, const Tensor& cotangent);
  std::uint32_t enter(std::string_view name);
  const std::string& path(const Node& n) const { return modules[n.scope].path; }
  // "matmul: … in encoder.fc2": what every error of an op says besides its rule.
  std::string decorate(const Node& n, const char* message) const;
  // Runs f; an Error it throws is rethrown, of the same type, with that decoration.
  void guard(const Node& n, FunctionRef<void()> f) const;
  NodeInfo info(std::uint32_t id, bool in_gradient) const;

 private:
  void propagate(Node& node);
  void add_product(Node& node, std::size_t index);
  void run_vjp(Node& node, Tensor& dx, std::size_t index);
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
