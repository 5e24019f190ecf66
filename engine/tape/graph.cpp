#include <cotape/engine/base/error.h>
#include <cotape/engine/kernels/reduce.h>
#include <cotape/engine/tape/graph.h>

#include <algorithm>

namespace cotape {
inline namespace COTAPE_PRECISION {

void Node::reset() {
  op = {};
  own = Tensor();
  value = nullptr;
  shape = {};
  inputs.clear();
  saved.clear();
  before = nullptr;
  vjp = nullptr;
  var_vjp = nullptr;
  value_in_ops = nullptr;
  multiply_adds = 0;
  gradient = Tensor();
  has_gradient = needs_gradient = reached = was_read = false;
  parameter = nullptr;
  name.clear();
  hooks.clear();
}

void HandleCounts::hold(std::uint32_t node, std::uint32_t epoch) noexcept {
  ++total;
  if (graph && epoch == graph->epoch) ++of_node[node];
}

void HandleCounts::let_go(std::uint32_t node, std::uint32_t epoch) noexcept {
  --total;
  if (graph) {
    if (epoch == graph->epoch && --of_node[node] == 0) graph->free_value(node);
  } else if (total == 0) {
    delete this;
  }
}

Graph::~Graph() {
  if (!counts) return;
  counts->graph = nullptr;
  if (counts->total == 0) delete counts;
}

void Graph::clear() {
  ++epoch;  // first: handles in the nodes' hooks are stale then
  for (std::size_t i = count; i-- > 0;) nodes[i].reset();
  count = 0;
  versions.clear();
  if (counts) counts->of_node.clear();
}

void Graph::free_value(std::uint32_t id) noexcept {
  Node& n = nodes[id];
  if (observer || n.was_read || n.value != &n.own) return;
  n.own = Tensor();
  n.value = nullptr;
}

void Graph::count_version(const Parameter& parameter) {
  Versions& seen = versions[&parameter];
  if (seen.count > 0 && seen.last == parameter.version()) return;
  if (seen.count == Tape::max_versions_per_parameter)
    fail<TapeError>("parameter: ", parameter.name(), " changed ", seen.count,
                    " times while the tape kept all that was recorded: clear() is missing; call it on the tape once "
                    "in each step, before the step records");
  ++seen.count;
  seen.last = parameter.version();
}

Graph& Graph::of(const Var& x) {
  if (!x.graph_) fail<TapeError>("empty handle: the Var was never assigned a value, or was moved from");
  if (x.counts_ && !x.counts_->graph) fail<TapeError>("stale handle: the tape of node ", x.id_, " is gone");
  if (x.epoch_ != x.graph_->epoch)
    fail<TapeError>("stale handle: node ", x.id_, " was forgotten when its tape was cleared");
  return *x.graph_;
}

Node& Graph::node(const Var& x) { return of(x).nodes[x.id_]; }

Var Graph::handle(std::uint32_t id) {
  Var x;
  x.graph_ = this;
  x.id_ = id;
  x.epoch_ = epoch;
  if (counts) {
    if (counts->of_node.size() < count) counts->of_node.resize(count);
    x.counts_ = counts;
    x.hold();
  }
  return x;
}

Node& Graph::append(const Op& op) {
  if (count == nodes.size()) nodes.emplace_back();
  Node& node = nodes[count++];
  node.op = op;
  node.value = &node.own;
  node.scope = module;
  node.id = static_cast<std::uint32_t>(count - 1);
  return node;
}

std::uint32_t Graph::enter(std::string_view name) {
  for (std::uint32_t i = module + 1; i < modules.size(); ++i)
    if (modules[i].parent == module && modules[i].name == name) return i;
  const std::string& outer = modules[module].path;
  std::string path = outer.empty() ? std::string(name) : outer + "." + std::string(name);
  modules.push_back({module, std::string(name), std::move(path)});
  return static_cast<std::uint32_t>(modules.size() - 1);
}

std::string Graph::decorate(const Node& n, const char* message) const {
  std::string text = std::string(n.op.name) + ": " + message;
  if (!path(n).empty()) text += " in " + path(n);
  return text;
}

void Graph::guard(const Node& n, FunctionRef<void()> f) const {
  try {
    f();
  } catch (const ShapeError& e) {
    throw ShapeError(decorate(n, e.what()));
  } catch (const ValueError& e) {
    throw ValueError(decorate(n, e.what()));
  } catch (const TapeError& e) {
    throw TapeError(decorate(n, e.what()));
  } catch (const MemoryError& e) {
    throw MemoryError(decorate(n, e.what()));
  } catch (const FileError& e) {
    throw FileError(decorate(n, e.what()));
  } catch (const SolverError& e) {
    throw SolverError(decorate(n, e.what()));
  } catch (const Error& e) {
    throw Error(decorate(n, e.what()));
  }
}

NodeInfo Graph::info(std::uint32_t id, bool in_gradient) const {
  const Node& n = nodes[id];
  return {id, n.op.name, path(n), n.name, n.shape, in_gradient};
}

// Marks the nodes that a gradient of `last` goes through. Throws TapeError when a product would read a parameter that
// changed since it was recorded.
void Graph::mark_reached(const Node& last) {
  for (std::size_t i = 0; i < last.id; ++i) nodes[i].reached = false;
  nodes[last.id].reached = true;
  const auto check = [](const Node& n) {
    if (n.parameter && n.version != n.parameter->version())
      fail<TapeError>("backward: parameter ", n.parameter->name(),
                      " changed after it was recorded; after an update call clear() and record anew");
  };
  check(last);
  for (std::size_t i = last.id + 1; i-- > 0;) {
    if (!nodes[i].reached) continue;
    for (const Node::Input& edge : nodes[i].inputs) {
      Node& input = nodes[edge.id];
      check(input);  // also where it gets no gradient: other inputs' products may read it
      input.reached |= edge.differentiable && input.needs_gradient;
    }
  }
}

// Earlier passes' gradients of variables are added at the end, so that hooks see this pass's alone; parameters keep
// theirs, which the pass adds to. Those of inner nodes are of one pass only.
void Graph::set_earlier_aside(std::uint32_t last) {
  of_variables_.clear();
  of_parameters_.clear();
  for (std::size_t i = 0; i <= last; ++i) {
    Node& n = nodes[i];
    if (n.has_gradient) {
      if (n.is_leaf() && !n.parameter)
        of_variables_.push_back({&n, std::move(n.gradient)});
      else
        n.gradient = Tensor();
      n.has_gradient = false;
    }
  }
}

void Graph::add_earlier() {
  for (auto& [n, gradient] : of_variables_) {
    if (n->has_gradient)
      add_to(n->gradient, gradient);
    else
      n->gradient = std::move(gradient);
    n->has_gradient = true;
  }
}

void Graph::put_earlier_back(std::uint32_t last) {
  for (std::size_t i = 0; i <= last; ++i) {
    nodes[i].gradient = Tensor();
    nodes[i].has_gradient = false;
  }
  for (auto& [n, gradient] : of_variables_) {
    n->gradient = std::move(gradient);
    n->has_gradient = true;
  }
  for (auto& [parameter, existed, gradient, rows] : of_parameters_) {
    if (!existed)
      parameter->clear_gradient();
    else if (rows)
      parameter->restore_rows(*rows, gradient);
    else
      parameter->gradient_.copy_from(gradient);
  }
}

// Keeps the gradient that earlier passes left, before this pass writes or adds to it.
void Graph::keep_earlier(Parameter& parameter) {
  for (const OfParameter& known : of_parameters_)
    if (known.parameter == &parameter) return;
  OfParameter earlier{&parameter, parameter.has_gradient_, {}};
  const Tensor& gradient = parameter.gradient_;
  if (const auto rows = parameter.gradient_rows()) {
    const std::int64_t size = parameter.row_size();
    earlier.rows.emplace(rows->begin(), rows->end());
    earlier.gradient = allocate({std::ssize(*rows), size});
    for (std::size_t i = 0; i < rows->size(); ++i)
      std::copy_n(gradient.data() + (*rows)[i] * size, size,
                  earlier.gradient.data() + static_cast<std::int64_t>(i) * size);
  } else if (parameter.has_gradient_) {
    earlier.gradient = allocate(gradient.shape());
    earlier.gradient.copy_from(gradient);
  }
  of_parameters_.push_back(std::move(earlier));
}

// The gradient of a parameter, which this pass is about to write or add to.
Tensor& Graph::gradient_to_write(Parameter& parameter) {
  keep_earlier(parameter);
  return parameter.gradient_buffer();
}

void Graph::backward(const Var& y, const Tensor& cotangent) {
  if (&of(y) != this) fail<TapeError>("backward: the node belongs to another tape");
  if (!gradients) fail<TapeError>("backward: the tape was made with Gradients::off");
  if (cotangent.shape() != y.shape())
    fail<ShapeError>("backward: cotangent ", cotangent.shape(), " for a value of shape ", y.shape());
  Node& last = node(y);
  if (!last.needs_gradient) fail<TapeError>("backward: the value does not depend on a variable or parameter");
  mark_reached(last);
  set_earlier_aside(last.id);
  try {
    last.gradient = allocate(last.value->shape());
    last.gradient.copy_from(cotangent);
    last.has_gradient = true;
    if (observer) observer->begin_backward(last.id);
    for (std::size_t i = last.id + 1; i-- > 0;) propagate(nodes[i]);
  } catch (...) {
    put_earlier_back(last.id);
    of_variables_.clear();
    of_parameters_.clear();
    throw;
  }
  add_earlier();
  of_variables_.clear();
  of_parameters_.clear();
}

// Hands a node's complete gradient on to its inputs, or to the parameter it stands for.
void Graph::propagate(Node& n) {
  if (!n.has_gradient) return;
  for (const auto& hook : n.hooks) {
    hook(n.gradient);
    if (n.gradient.shape() != n.value->shape())
      fail<ShapeError>("backward: a hook on ", n.op.name, " turned a gradient of shape ", n.value->shape(), " into ",
                       n.gradient.shape());
  }
  if (observer) observer->gradient(n.id, n.gradient);
  if (n.is_leaf() && !n.parameter) return;
  if (n.parameter) {
    Tensor& target = gradient_to_write(*n.parameter);
    if (n.parameter->has_gradient_)
      add_to(target, n.gradient);
    else
      target.copy_from(n.gradient);
    n.parameter->has_gradient_ = true;
  }
  Tensor kept;
  if (n.before) {
    if (keep_gradients) {
      kept = allocate(n.gradient.shape());
      kept.copy_from(n.gradient);
    }
    Vjp v(*this, n, n.gradient, 0);
    guard(n, [&] { n.before(v); });
  }
  for (std::size_t i = 0; i < n.inputs.size(); ++i)
    if (n.inputs[i].differentiable && nodes[n.inputs[i].id].needs_gradient) add_product(n, i);
  if (kept.size() > 0) n.gradient = std::move(kept);
  if (!keep_gradients || n.parameter) {
    n.gradient = Tensor();
    n.has_gradient = false;
  }
}

// Adds one input's product to its gradient. A first contribution is written in place, a parameter's straight into
// the parameter; only later ones need a buffer and an addition.
void Graph::add_product(Node& n, std::size_t index) {
  Node& input = nodes[n.inputs[index].id];
  const Shape& shape = input.value->shape();
  const bool direct = input.parameter && input.hooks.empty();
  if (direct && n.op.adds_rows) return add_rows(n, index);
  bool& exists = direct ? input.parameter->has_gradient_ : input.has_gradient;
  if (!direct && !exists) input.gradient = allocate(shape);
  Tensor& target = direct ? gradient_to_write(*input.parameter) : input.gradient;

  // An op that adds to a part does so in place. Only an observer wants to see what it adds by itself.
  const bool adds = n.op.adds || n.op.adds_rows, apart = exists && !(adds && !observer);
  Tensor part;
  if (apart) part = allocate(shape);
  Tensor& product = apart ? part : target;
  if (n.op.broadcasts && shape != n.value->shape()) {
    Tensor full = allocate(n.value->shape());
    run_vjp(n, full, index);
    sum_to(product, full, &memory);
  } else {
    if (adds && (apart || !exists)) product.fill(0);
    run_vjp(n, product, index);
  }
  if (apart) add_to(target, part);
  exists = true;
  if (observer) observer->product(n.id, index, product, target);
}

// The product goes straight to the rows of a parameter's gradient that it reaches; no other is visited.
void Graph::add_rows(Node& n, std::size_t index) {
  Parameter& parameter = *nodes[n.inputs[index].id].parameter;
  keep_earlier(parameter);
  Tensor& target = parameter.row_buffer();
  Vjp v(*this, n, target, index, &parameter);
  guard(n, [&] { n.vjp(v); });
  parameter.has_gradient_ = true;
  if (!observer) return;
  Tensor product = allocate(target.shape());
  product.fill(0);
  run_vjp(n, product, index);
  observer->product(n.id, index, product, target);
}

void Graph::run_vjp(Node& n, Tensor& dx, std::size_t index) {
  Vjp v(*this, n, dx, index);
  guard(n, [&] { n.vjp(v); });
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
