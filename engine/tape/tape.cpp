#include <cotape/engine/base/error.h>
#include <cotape/engine/tape/graph.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

void Var::hold() noexcept { counts_->hold(id_, epoch_); }

void Var::let_go() noexcept { counts_->let_go(id_, epoch_); }

const Tensor& Var::value() const {
  Node& node = Graph::node(*this);
  if (!node.value)
    fail<TapeError>("value: node ", id_, " (", node.op.name,
                    ") was freed: a tape without gradients keeps a value only as long as a handle to it");
  if (counts_) node.was_read = true;
  return *node.value;
}

const Shape& Var::shape() const { return Graph::node(*this).shape; }

const Tensor& Var::gradient() const {
  const Node& node = Graph::node(*this);
  if (node.parameter && node.needs_gradient) return node.parameter->gradient();
  if (!node.has_gradient)
    fail<TapeError>("gradient: node ", id_, " (", node.op.name, ") has none: ",
                    node.needs_gradient
                        ? "no backward pass reached it, or it is no leaf and Tape::keep_gradients is off"
                    : node.parameter ? "the parameter is frozen"
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
  if (!graph_->gradients) graph_->counts = new HandleCounts{graph_.get(), {}, 0};
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

Graph& Tape::graph() {
  if (!graph_) fail<TapeError>("moved-from tape: its nodes belong to another tape; assign a tape to use it again");
  return *graph_;
}

const Graph& Tape::graph() const { return const_cast<Tape&>(*this).graph(); }

Var Tape::constant(const Tensor& value) {
  return constant(value.shape(), [&](Tensor& out) { out.copy_from(value); });
}

Var Tape::view(const Tensor& value) {
  Node& node = graph().append({"constant", ""});
  node.value = &value;
  node.shape = value.shape();
  return graph_->handle(node.id);
}

Var Tape::constant(const Shape& shape, const std::function<void(Tensor&)>& fill) {
  Tensor value = graph().allocate(shape);
  fill(value);
  Node& node = graph_->append({"constant", ""});
  node.own = std::move(value);
  node.shape = node.own.shape();
  return graph_->handle(node.id);
}

Var Tape::variable(const Tensor& value) {
  Var x = constant(value);
  Node& node = Graph::node(x);
  node.op = {"variable", ""};
  node.needs_gradient = graph_->gradients;
  return x;
}

Var Tape::parameter(Parameter& parameter) {
  if (graph().gradients) graph_->count_version(parameter);
  Node& node = graph_->append({"parameter", ""});
  node.value = &parameter.value();
  node.shape = parameter.value().shape();
  node.name = parameter.name();
  if (graph_->gradients) {
    node.needs_gradient = !parameter.frozen();
    node.parameter = &parameter;
    node.version = parameter.version();
  }
  return graph_->handle(node.id);
}

void Tape::backward(Var loss) {
  Graph& nodes = graph();
  if (loss.value().size() != 1)
    fail<ShapeError>("backward: the loss has shape ", loss.shape(), "; give a cotangent, or reduce it to one element");
  Tensor one = nodes.allocate(loss.shape());
  one.fill(1);
  nodes.backward(loss, one);
}

void Tape::backward(Var y, const Tensor& cotangent) { graph().backward(y, cotangent); }

void Tape::clear() { graph().clear(); }

std::size_t Tape::size() const { return graph().count; }
std::size_t Tape::bytes() const { return graph().memory.bytes(); }
std::size_t Tape::peak_bytes() const { return graph().memory.peak_bytes(); }
std::size_t Tape::allocations() const { return graph().memory.allocations(); }

Scope Tape::scope(std::string_view name) { return Scope(graph(), name); }

void Tape::on_gradient(Var x, std::function<void(Tensor&)> hook) {
  if (&Graph::of(x) != &graph()) fail<TapeError>("on_gradient: the node belongs to another tape");
  Graph::node(x).hooks.push_back(std::move(hook));
}

void Tape::set_shard(std::int64_t number) { graph().shard = number; }

std::int64_t Tape::shard() const { return graph().shard; }

void Tape::keep_gradients(bool keep) { graph().keep_gradients = keep; }
void Tape::check_finite(bool check) { graph().check_finite = check; }

}  // namespace COTAPE_PRECISION
}  // namespace cotape
