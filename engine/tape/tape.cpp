#include <cotape/engine/base/error.h>
#include <cotape/engine/tape/graph.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

const Tensor& Var::value() const { return *Graph::node(*this).value; }

const Tensor& Var::gradient() const {
  const Node& node = Graph::node(*this);
  if (node.parameter) return node.parameter->gradient();
  if (!node.has_gradient)
    fail<TapeError>("gradient: node ", id_, " (", node.op.name, ") has none: ",
                    node.needs_gradient
                        ? "no backward pass reached it, or it is no leaf and Tape::keep_gradients is off"
                        : "it does not depend on a variable or parameter");
  return node.gradient;
}

bool Var::needs_gradient() const { return Graph::node(*this).needs_gradient; }

Tape& Var::tape() const { return *Graph::of(*this).tape; }

Var Var::named(std::string_view name) const {
  Graph::node(*this).name = name;
  return *this;
}

Scope::Scope(Graph& graph, std::string_view name) : graph_(graph), outer_(graph.module) {
  graph_.module = graph_.enter(name);
}

Scope::~Scope() { graph_.module = outer_; }

Tape::Tape(Gradients gradients) : graph_(std::make_unique<Graph>()) {
  graph_->tape = this;
  graph_->gradients = gradients == Gradients::on;
}

Tape::Tape(Tape&& other) noexcept : graph_(std::move(other.graph_)) {
  if (graph_) graph_->tape = this;
}

Tape& Tape::operator=(Tape&& other) noexcept {
  graph_ = std::move(other.graph_);
  if (graph_) graph_->tape = this;
  return *this;
}

Tape::~Tape() = default;

Var Tape::constant(const Tensor& value) {
  return constant(value.shape(), [&](Tensor& out) { out.copy_from(value); });
}

Var Tape::view(const Tensor& value) {
  Node& node = graph_->append({"constant", ""});
  node.value = &value;
  return graph_->handle(static_cast<std::uint32_t>(graph_->count - 1));
}

Var Tape::constant(const Shape& shape, const std::function<void(Tensor&)>& fill) {
  Tensor value = graph_->allocate(shape);
  fill(value);
  Node& node = graph_->append({"constant", ""});
  node.own = std::move(value);
  return graph_->handle(static_cast<std::uint32_t>(graph_->count - 1));
}

Var Tape::variable(const Tensor& value) {
  const Var x = constant(value);
  Node& node = Graph::node(x);
  node.op = {"variable", ""};
  node.needs_gradient = graph_->gradients;
  return x;
}

Var Tape::parameter(Parameter& parameter) {
  Node& node = graph_->append({"parameter", ""});
  node.value = &parameter.value();
  node.name = parameter.name();
  if (graph_->gradients) {
    node.needs_gradient = true;
    node.parameter = &parameter;
    node.version = parameter.version();
  }
  return graph_->handle(static_cast<std::uint32_t>(graph_->count - 1));
}

void Tape::backward(Var loss) {
  if (loss.value().size() != 1)
    fail<ShapeError>("backward: the loss has shape ", loss.shape(), "; give a cotangent, or reduce it to one element");
  Tensor one = graph_->allocate(loss.shape());
  one.fill(1);
  graph_->backward(loss, one);
}

void Tape::backward(Var y, const Tensor& cotangent) { graph_->backward(y, cotangent); }

void Tape::clear() {
  for (std::size_t i = graph_->count; i-- > 0;) graph_->nodes[i].reset();
  graph_->count = 0;
  ++graph_->epoch;
}

std::size_t Tape::size() const { return graph_->count; }
std::size_t Tape::bytes() const { return graph_->memory.bytes(); }
std::size_t Tape::peak_bytes() const { return graph_->memory.peak_bytes(); }
std::size_t Tape::allocations() const { return graph_->memory.allocations(); }

Scope Tape::scope(std::string_view name) { return Scope(*graph_, name); }

void Tape::on_gradient(Var x, std::function<void(Tensor&)> hook) {
  if (&Graph::of(x) != graph_.get()) fail<TapeError>("on_gradient: the node belongs to another tape");
  Graph::node(x).hooks.push_back(std::move(hook));
}

void Tape::keep_gradients(bool keep) { graph_->keep_gradients = keep; }
void Tape::check_finite(bool check) { graph_->check_finite = check; }

}  // namespace COTAPE_PRECISION
}  // namespace cotape
