#include <cotape/engine/base/error.h>
#include <cotape/engine/calculus/gradient.h>
#include <cotape/engine/ops/arithmetic.h>
#include <cotape/engine/ops/reduce.h>
#include <cotape/engine/tape/graph.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

using Id = std::uint32_t;
using GradientOf = std::unordered_map<Id, Var>;  // of nodes

Var zeros(Graph& graph, const Shape& shape) {
  return graph.tape->constant(shape, [](Tensor& out) { out.fill(0); });
}

void check_version(const Node& n) {
  if (n.parameter && n.version != n.parameter->version())
    fail<TapeError>("gradient: parameter ", n.parameter->name(),
                    " changed after it was recorded; after an update call clear() and record anew");
}

// While it lives, nodes are recorded in the module of another node.
struct ModuleOf {
  ModuleOf(Graph& g, const Node& node) : graph(g), outer(g.module) { graph.module = node.scope; }
  ~ModuleOf() { graph.module = outer; }
  ModuleOf(const ModuleOf&) = delete;
  ModuleOf& operator=(const ModuleOf&) = delete;

  Graph& graph;
  std::uint32_t outer;
};

// One loop from y to node `first`, as Graph::backward makes it, over the nodes that some target leads to.
class Pass {
 public:
  Pass(Graph& graph, const std::vector<Id>& targets, Id first)
      : graph_(graph), targets_(targets.begin(), targets.end()), first_(first) {}

  // The gradients of the targets that y depends on.
  GradientOf run(const Var& y, const Var& dy) {
    const Id last = y.id();
    mark_reached(last);
    if (!is_reached(last)) return {};
    gradients_.emplace(last, dy);
    for (Id id = last + 1; id-- > first_;)
      if (reached_[id - first_] && gradients_.count(id) > 0) propagate(graph_.nodes[id]);
    return std::move(gradients_);
  }

 private:
  bool is_reached(Id id) const { return targets_.count(id) > 0 || (id >= first_ && reached_[id - first_]); }

  bool passes(const Node::Input& edge) const { return edge.differentiable && is_reached(edge.id); }

  void mark_reached(Id last) {
    reached_.assign(last < first_ ? 0 : last - first_ + 1, false);
    for (Id id = first_; id <= last; ++id) {
      const std::vector<Node::Input>& inputs = graph_.nodes[id].inputs;
      reached_[id - first_] = std::any_of(inputs.begin(), inputs.end(), [&](const auto& e) { return passes(e); });
    }
  }

  void propagate(Node& n) {
    for (const Node::Input& edge : n.inputs) check_version(graph_.nodes[edge.id]);
    if (!n.var_vjp && !n.value_in_ops)
      fail<TapeError>(graph_.decorate(n,
                                      "its vector-Jacobian product is not made of ops, so that gradient() cannot "
                                      "record it; backward() can use it"));
    const ModuleOf module(graph_, n);
    VarVjp v(graph_, n, gradients_.at(n.id));
    if (n.value_in_ops) return propagate_through_ops(n, v);
    for (std::size_t i = 0; i < n.inputs.size(); ++i) {
      if (!passes(n.inputs[i])) continue;
      v.index = i;
      Var product = n.var_vjp(v);
      if (n.op.broadcasts) product = sum_to_shape(product, v.input(i).shape());
      add(n.inputs[i].id, product);
    }
    if (targets_.count(n.id) == 0) gradients_.erase(n.id);
  }

  // The value is recorded once more, in other ops, and the pass goes through these.
  void propagate_through_ops(const Node& n, const VarVjp& v) {
    const Id begin = static_cast<Id>(graph_.count);
    const Var value = n.value_in_ops(v);
    std::vector<Id> inputs;
    for (const Node::Input& edge : n.inputs)
      if (passes(edge)) inputs.push_back(edge.id);
    for (const auto& [id, product] : Pass(graph_, inputs, begin).run(value, v.dy)) add(id, product);
    if (targets_.count(n.id) == 0) gradients_.erase(n.id);
  }

  void add(Id id, const Var& product) {
    const auto [place, is_new] = gradients_.try_emplace(id, product);
    if (!is_new) place->second = place->second + product;
  }

  Graph& graph_;
  std::unordered_set<Id> targets_;
  Id first_;
  std::vector<bool> reached_;
  GradientOf gradients_;
};

// The gradients of the targets; an empty handle where y does not depend on one.
std::vector<Var> gradients_of(const Var& y, const std::vector<Id>& targets, const std::optional<Var>& cotangent) {
  Graph& graph = Graph::of(y);
  if (!graph.gradients) fail<TapeError>("gradient: the tape was made with Gradients::off");
  if (cotangent && cotangent->shape() != y.shape())
    fail<ShapeError>("gradient: cotangent ", cotangent->shape(), " for a value of shape ", y.shape());
  if (!cotangent && y.shape().size() != 1)
    fail<ShapeError>("gradient: the value has shape ", y.shape(), "; give a cotangent, or reduce it to one element");
  if (targets.empty()) return {};
  const Var dy = cotangent ? *cotangent : graph.tape->constant(y.shape(), [](Tensor& out) { out.fill(1); });
  const Id first = *std::min_element(targets.begin(), targets.end());
  const GradientOf found = Pass(graph, targets, first).run(y, dy);
  std::vector<Var> result;
  for (const Id id : targets) {
    const auto place = found.find(id);
    result.push_back(place == found.end() ? Var() : place->second);
  }
  return result;
}

Var dot_all(std::span<const Var> gradients, std::span<const Var> vectors) {
  if (gradients.size() != vectors.size())
    fail<ShapeError>("hvp: ", vectors.size(), " vectors for ", gradients.size(), " inputs");
  if (gradients.empty()) fail<ShapeError>("hvp: no inputs are given");
  Var total;
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    if (gradients[i].shape() != vectors[i].shape())
      fail<ShapeError>("hvp: vector ", i, " ", vectors[i].shape(), " for an input of shape ", gradients[i].shape());
    const Var term = sum(gradients[i] * vectors[i]);
    total = i == 0 ? term : total + term;
  }
  return total;
}

}  // namespace

std::vector<Var> gradient(Var y, std::span<const Var> inputs, std::optional<Var> cotangent) {
  Graph& graph = Graph::of(y);
  std::vector<Id> targets;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Node& node = Graph::node(inputs[i]);
    if (&Graph::of(inputs[i]) != &graph) fail<TapeError>("gradient: input ", i, " belongs to another tape");
    if (!node.needs_gradient && graph.gradients)
      fail<TapeError>("gradient: input ", i, " (", node.op.name,
                      ") does not depend on a variable or parameter: make it with Tape::variable");
    targets.push_back(node.id);
  }
  std::vector<Var> result = gradients_of(y, targets, cotangent);
  for (std::size_t i = 0; i < result.size(); ++i)
    if (Var& g = result[i]; g.is_empty()) g = zeros(graph, inputs[i].shape());
  return result;
}

std::vector<Var> gradient(Var y, std::initializer_list<Var> inputs, std::optional<Var> cotangent) {
  return gradient(y, std::span<const Var>(inputs.begin(), inputs.size()), cotangent);
}

Var gradient(Var y, Var input, std::optional<Var> cotangent) { return gradient(y, {input}, cotangent)[0]; }

std::vector<Var> gradient(Var y, std::span<Parameter* const> parameters, std::optional<Var> cotangent) {
  Graph& graph = Graph::of(y);
  std::unordered_map<const Parameter*, std::size_t> place;
  for (std::size_t i = 0; i < parameters.size(); ++i) place.emplace(parameters[i], i);
  std::vector<Id> targets;
  std::vector<bool> seen(parameters.size());
  for (Id id = 0; id < graph.count; ++id) {
    const Node& node = graph.nodes[id];
    const auto found = node.needs_gradient && node.parameter ? place.find(node.parameter) : place.end();
    if (found == place.end()) continue;
    targets.push_back(id);
    seen[found->second] = true;
  }
  for (std::size_t i = 0; i < parameters.size(); ++i)
    if (!seen[place.at(parameters[i])])
      fail<TapeError>("gradient: parameter ", parameters[i]->name(), " is frozen or was not recorded on the tape");

  const std::vector<Var> of_handles = gradients_of(y, targets, cotangent);
  std::vector<Var> result(parameters.size());
  for (std::size_t t = 0; t < targets.size(); ++t) {
    if (of_handles[t].is_empty()) continue;
    Var& sum = result[place.at(graph.nodes[targets[t]].parameter)];
    sum = sum.is_empty() ? of_handles[t] : sum + of_handles[t];
  }
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    result[i] = result[place.at(parameters[i])];  // one that is given twice
    if (result[i].is_empty()) result[i] = zeros(graph, parameters[i]->value().shape());
  }
  return result;
}

Var vjp(Var y, Var input, Var cotangent) { return gradient(y, input, cotangent); }

Var jvp(Var y, Var input, Var tangent) {
  if (tangent.shape() != input.shape())
    fail<ShapeError>("jvp: tangent ", tangent.shape(), " for an input of shape ", input.shape());
  Graph& graph = Graph::of(y);
  Tensor zero = graph.allocate(y.shape());
  zero.fill(0);
  const Var cotangent = graph.tape->variable(zero);
  return gradient(sum(vjp(y, input, cotangent) * tangent), cotangent);
}

std::vector<Var> hvp(Var y, std::span<const Var> inputs, std::span<const Var> vectors) {
  return gradient(dot_all(gradient(y, inputs), vectors), inputs);
}

Var hvp(Var y, Var input, Var vector) {
  return hvp(y, std::span<const Var>(&input, 1), std::span<const Var>(&vector, 1))[0];
}

std::vector<Var> hvp(Var y, std::span<Parameter* const> parameters, std::span<const Var> vectors) {
  return gradient(dot_all(gradient(y, parameters), vectors), parameters);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
