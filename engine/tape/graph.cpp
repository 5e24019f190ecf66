#include <cotape/engine/base/error.h>
#include <cotape/engine/kernels/reduce.h>
#include <cotape/engine/tape/graph.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

void Node::reset() {
  op = {};
  own = Tensor();
  value = nullptr;
  inputs.clear();
  saved.clear();
  before = nullptr;
  vjp = nullptr;
  multiply_adds = 0;
  gradient = Tensor();
  has_gradient = needs_gradient = false;
  parameter = nullptr;
  name.clear();
  hooks.clear();
}

Graph& Graph::of(Var x) {
  if (!x.graph_) fail<TapeError>("empty handle: the Var was never assigned a value");
  if (x.epoch_ != x.graph_->epoch)
    fail<TapeError>("stale handle: node ", x.id_, " was forgotten when its tape was cleared");
  return *x.graph_;
}

Node& Graph::node(Var x) { return of(x).nodes[x.id_]; }

Var Graph::handle(std::uint32_t id) {
  Var x;
  x.graph_ = this;
  x.id_ = id;
  x.epoch_ = epoch;
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
  return {id, n.op.name, path(n), n.name, n.value->shape(), in_gradient};
}

void Graph::backward(Var y, const Tensor& cotangent) {
  if (&of(y) != this) fail<TapeError>("backward: the node belongs to another tape");
  if (!gradients) fail<TapeError>("backward: the tape was made with Gradients::off");
  if (cotangent.shape() != y.shape())
    fail<ShapeError>("backward: cotangent ", cotangent.shape(), " for a value of shape ", y.shape());
  Node& last = node(y);
  if (!last.needs_gradient) fail<TapeError>("backward: the value does not depend on a variable or parameter");
  for (std::size_t i = 0; i <= y.id(); ++i)
    if (const Node& n = nodes[i]; n.parameter && n.version != n.parameter->version())
      fail<TapeError>("backward: parameter ", n.parameter->name(), " changed after it was recorded");
  std::vector<std::pair<Node*, Tensor>> earlier;  // gradients of earlier passes, which hooks have seen already
  for (std::size_t i = 0; i <= y.id(); ++i) {
    Node& n = nodes[i];
    if (n.has_gradient && (!n.is_leaf() || n.parameter || !n.hooks.empty())) {
      if (n.is_leaf() && !n.parameter)
        earlier.emplace_back(&n, std::move(n.gradient));
      else
        n.gradient = Tensor();
      n.has_gradient = false;
    }
  }
  if (!last.has_gradient) {
    last.gradient = allocate(last.value->shape());
    last.gradient.copy_from(cotangent);
    last.has_gradient = true;
  } else {
    add_to(last.gradient, cotangent);
  }
  if (observer) observer->begin_backward(y.id());
  for (std::size_t i = y.id() + 1; i-- > 0;) propagate(nodes[i]);
  for (auto& [n, gradient] : earlier) {
    if (n->has_gradient)
      add_to(n->gradient, gradient);
    else
      n->gradient = std::move(gradient);
    n->has_gradient = true;
  }
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
    Tensor& target = n.parameter->gradient_buffer();
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
  bool& exists = direct ? input.parameter->has_gradient_ : input.has_gradient;
  if (!direct && !exists) input.gradient = allocate(shape);
  Tensor& target = direct ? input.parameter->gradient_buffer() : input.gradient;

  Tensor part;
  if (exists) part = allocate(shape);
  Tensor& product = exists ? part : target;
  if (n.op.broadcasts && shape != n.value->shape()) {
    Tensor full = allocate(n.value->shape());
    run_vjp(n, full, index);
    sum_to(product, full, &memory);
  } else {
    run_vjp(n, product, index);
  }
  if (exists) add_to(target, part);
  exists = true;
  if (observer) observer->product(n.id, index, product, target);
}

void Graph::run_vjp(Node& n, Tensor& dx, std::size_t index) {
  Vjp v(*this, n, dx, index);
  guard(n, [&] { n.vjp(v); });
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
