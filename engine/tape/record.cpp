#include <cotape/engine/base/error.h>
#include <cotape/engine/tape/graph.h>

#include <iterator>

namespace cotape {
inline namespace COTAPE_PRECISION {

const Tensor& Forward::in(std::size_t i) const { return *graph_.nodes[node_.inputs[i].id].value; }

std::size_t Forward::inputs() const { return node_.inputs.size(); }

Tensor& Forward::out(const Shape& shape) { return node_.own = graph_.allocate(shape); }

Tensor& Forward::save(const Shape& shape) { return node_.saved.emplace_back(graph_.allocate(shape)); }

void Forward::multiply_adds(std::int64_t count) { node_.multiply_adds = count; }

Tensor Forward::scratch(const Shape& shape) const { return graph_.allocate(shape); }

std::pmr::memory_resource* Forward::memory() const { return &graph_.memory; }

bool Forward::needs_gradient() const { return node_.needs_gradient; }

Vjp::Vjp(Graph& graph, Node& node, Tensor& product, std::size_t input, Parameter* rows_of)
    : dy(node.gradient), y(*node.value), dx(product), index(input), graph_(graph), node_(node), rows_of_(rows_of) {}

real* Vjp::row(std::int64_t i) {
  if (rows_of_) graph_.touch(*rows_of_, i);
  return dx.data() + i * (dx.size() / dx.shape()[0]);
}

const Tensor& Vjp::input(std::size_t i) const { return *graph_.nodes[node_.inputs[i].id].value; }

const Tensor& Vjp::saved(std::size_t i) const {
  const std::size_t count = node_.saved.size();
  if (i >= count) fail<TapeError>("saved tensor ", i, " is read, but the forward pass has saved ", count);
  return *std::next(node_.saved.begin(), static_cast<std::ptrdiff_t>(i));
}

Tensor& Vjp::shared(std::size_t i) { return const_cast<Tensor&>(saved(i)); }

Tensor Vjp::scratch(const Shape& shape) const { return graph_.allocate(shape); }

std::pmr::memory_resource* Vjp::memory() const { return &graph_.memory; }

VarVjp::VarVjp(Graph& graph, Node& node, Var cotangent)
    : dy(std::move(cotangent)), y(graph.handle(node.id)), graph_(graph), node_(node) {
  for (const Node::Input& input : node.inputs) inputs.push_back(graph.handle(input.id));
}

Var VarVjp::saved(std::size_t i) const {
  Tensor none;
  return graph_.tape->view(Vjp(graph_, node_, none, index).saved(i));
}

Var with_var_vjp(Var y, VarVjpFunction vjp) {
  if (Node& node = Graph::node(y); node.needs_gradient) node.var_vjp = std::move(vjp);
  return y;
}

Var with_value_in_ops(Var y, VarVjpFunction value) {
  if (Node& node = Graph::node(y); node.needs_gradient) node.value_in_ops = std::move(value);
  return y;
}

Var record_node(const Op& op, std::span<const Var> inputs, FunctionRef<void(Forward&)> forward, VjpFunction vjp,
                VjpFunction before, std::span<const bool> differentiable) {
  if (inputs.empty()) fail<TapeError>(op.name, ": an op needs at least one input");
  Graph& graph = Graph::of(inputs[0]);
  for (const Var& x : inputs)
    if (&Graph::of(x) != &graph) fail<TapeError>(op.name, ": inputs belong to two different tapes");

  Node& node = graph.append(op);
  if (graph.observer) graph.observer->begin_value(node.id);
  try {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const bool passes = differentiable.empty() || differentiable[i];
      node.inputs.push_back({inputs[i].id(), passes});
      node.needs_gradient |= passes && graph.nodes[inputs[i].id()].needs_gradient;
    }
    graph.guard(node, [&] {
      Forward f(graph, node);
      forward(f);
      if (graph.check_finite && !node.own.finite()) fail<ValueError>("the value is not finite");
    });
  } catch (...) {  // the tape is as it was before
    node.reset();
    --graph.count;
    throw;
  }
  node.shape = node.own.shape();
  if (node.needs_gradient) {
    node.before = std::move(before);
    node.vjp = std::move(vjp);
  } else {
    node.saved.clear();
  }
  if (graph.observer) graph.observer->end_value(node.id);
  return graph.handle(static_cast<std::uint32_t>(graph.count - 1));
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
