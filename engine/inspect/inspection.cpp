#include <cotape/engine/base/error.h>
#include <cotape/engine/base/file.h>
#include <cotape/engine/inspect/inspection.h>
#include <cotape/engine/tape/graph.h>

#include <algorithm>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr std::int64_t heat_bytes = 2'000'000;  // of all heat maps of a page, at most

// Smaller pictures where there are many: a node may have two, and some products one.
std::int64_t heat_side(std::int64_t wanted, std::size_t nodes) {
  while (wanted > 8 && 3 * wanted * wanted * static_cast<std::int64_t>(nodes) > heat_bytes) wanted /= 2;
  return wanted;
}

const Tensor* gradient_of(const Node& n) {
  if (n.parameter && n.needs_gradient) return n.parameter->has_gradient() ? &n.parameter->gradient() : nullptr;
  return n.has_gradient ? &n.gradient : nullptr;
}

Inspection values_of(const Graph& graph, std::int64_t side) {
  Inspection seen;
  for (std::uint32_t i = 0; i < graph.count; ++i) {
    const Node& n = graph.nodes[i];
    InspectedNode node{
        .id = i,
        .op = n.op.name,
        .vjp = n.op.vjp,
        .module = graph.path(n),
        .name = n.name,
        .shape = n.shape,
        .inputs = {},
        .needs_gradient = n.needs_gradient,
        .value = n.value ? summarize(*n.value, side, !n.parameter) : Summary{},  // empty when it was freed
        .gradient = {}};
    for (const Node::Input& input : n.inputs) node.inputs.push_back(input.id);
    seen.nodes.push_back(std::move(node));
  }
  return seen;
}

}  // namespace

std::optional<std::uint32_t> Inspection::first_non_finite() const {
  for (const InspectedNode& n : nodes)
    if (n.value.statistics.not_finite > 0) return n.id;
  for (auto n = nodes.rbegin(); n != nodes.rend(); ++n)
    if (n->gradient && n->gradient->statistics.not_finite > 0) return n->id;
  return std::nullopt;
}

std::optional<std::uint32_t> Inspection::first_zero_gradient() const {
  for (auto n = nodes.rbegin(); n != nodes.rend(); ++n)
    if (n->gradient && n->gradient->statistics.all_zero()) return n->id;
  return std::nullopt;
}

Inspection inspect(Tape& tape, const InspectionOptions& options) {
  const Graph& graph = tape.graph();
  const std::int64_t side = heat_side(options.heat_side, graph.count);
  Inspection seen = values_of(graph, side);
  for (InspectedNode& node : seen.nodes) {
    const Node& n = graph.nodes[node.id];
    if (const Tensor* gradient = gradient_of(n)) node.gradient = summarize(*gradient, side, !n.parameter);
  }
  return seen;
}

std::int64_t kept_instances(const Shape& instance, std::int64_t limit) {
  return std::max<std::int64_t>(1, limit / std::max<std::int64_t>(1, instance.size()));
}

Exhibit exhibit(std::string name, const Tensor& x, const Shape& instance, std::int64_t limit) {
  const std::int64_t size = std::max<std::int64_t>(1, instance.size());
  Exhibit shown{std::move(name), x.size() / size, {}};
  const std::int64_t count = std::min(shown.instances, kept_instances(instance, limit)) * size;
  shown.values.assign(x.data(), x.data() + count);
  return shown;
}

std::int64_t instances_per_row(const Shape& x, const Shape& instance) {
  std::int64_t rows = 1;
  for (int axis = 1; axis < x.rank() - instance.rank(); ++axis) rows *= x[axis];
  return rows;
}

class Inspector::Watch final : public Observer {
 public:
  Watch(Tape& tape, const InspectionOptions& options) : graph_(tape.graph()), options_(options) {
    if (graph_.observer) fail<TapeError>("inspection: the tape is watched already");
    graph_.observer = this;
  }
  ~Watch() override { graph_.observer = nullptr; }

  void begin_backward(std::uint32_t last) override {
    side_ = heat_side(options_.heat_side, graph_.count);
    seen_ = values_of(graph_, side_);
    seen_.loss = last;
    if (epoch_ != graph_.epoch) lenses_.clear();
    for (SolverLens& lens : lenses_) {
      std::erase_if(lens.calls, [](const SolverLens::Call& call) { return call.backward; });  // of an earlier pass
      show_scores(lens);
    }
    complete_ = true;
  }

  void gradient(std::uint32_t node, const Tensor& gradient) override {
    seen_.nodes[node].gradient = summarize(gradient, side_, !graph_.nodes[node].parameter);
    if (SolverLens* lens = lens_of(node); lens && gradient.size() >= lens->instance.size())
      lens->cotangent = show("dy", gradient, *lens);
  }

  void product(std::uint32_t node, std::size_t input, const Tensor& product, const Tensor& total) override {
    const Node& to = graph_.nodes[graph_.nodes[node].inputs[input].id];
    const bool first = product.data() == total.data();
    InspectedProduct seen{node, to.id, input, first, statistics(product), {}, 0};
    if (!first) seen.heat_map = heat_map(product, side_, !to.parameter);
    seen.total_norm = first ? seen.product.norm : statistics(total).norm;
    seen_.products.push_back(std::move(seen));
    if (to.parameter) seen_.nodes[to.id].gradient = summarize(total, side_, false);
    if (SolverLens* lens = lens_of(node); lens && input == 0) lens->gradient = show("gradient", product, *lens);
  }

  void solver_call(std::uint32_t node, const SolverCall& call) override {
    if (epoch_ != graph_.epoch) lenses_.clear();
    epoch_ = graph_.epoch;
    SolverLens* lens = lens_of(node);
    if (!lens) {
      lenses_.push_back({.node = node,
                         .solver = call.solver,
                         .instance = call.instance,
                         .minimises = call.minimises,
                         .drawings = call.drawings(kept_instances(call.instance, options_.exhibit_values)),
                         .scores = {},
                         .calls = {},
                         .cotangent = {},
                         .gradient = {}});
      lens = &lenses_.back();
    }
    lens->calls.push_back(
        {call.backward, show("scores", call.scores, *lens), show("solutions", call.solutions, *lens)});
  }

  const Inspection& result() {
    if (!complete_) seen_ = values_of(graph_, heat_side(options_.heat_side, graph_.count));
    seen_.lenses = lenses_;
    return seen_;
  }

 private:
  SolverLens* lens_of(std::uint32_t node) {
    const auto found = std::find_if(lenses_.begin(), lenses_.end(), [&](const auto& l) { return l.node == node; });
    return found == lenses_.end() ? nullptr : &*found;
  }

  Exhibit show(std::string name, const Tensor& x, const SolverLens& lens) const {
    return exhibit(std::move(name), x, lens.instance, options_.exhibit_values);
  }

  // The values that became the solver's scores, as far back as the instances keep their shape.
  void show_scores(SolverLens& lens) const {
    lens.scores.clear();
    for (std::uint32_t id = lens.node; !graph_.nodes[id].inputs.empty();) {
      id = graph_.nodes[id].inputs[0].id;
      const Node& n = graph_.nodes[id];
      const Shape& shape = n.value->shape();
      const int batch_axes = shape.rank() - lens.instance.rank();
      if (batch_axes < 0 || !std::equal(lens.instance.begin(), lens.instance.end(), shape.begin() + batch_axes)) return;
      lens.scores.insert(lens.scores.begin(),
                         show(n.name.empty() ? std::string(n.op.name) : n.op.name + (" " + n.name), *n.value, lens));
      if (lens.scores.size() == 1) lens.rows = instances_per_row(shape, lens.instance);
      if (lens.scores.size() == 6) return;
    }
  }

  Graph& graph_;
  InspectionOptions options_;
  std::int64_t side_ = 0;
  std::uint32_t epoch_ = 0;  // of the solver calls
  bool complete_ = false;
  Inspection seen_;
  std::vector<SolverLens> lenses_;
};

Inspector::Inspector(Tape& tape, const InspectionOptions& options) : watch_(std::make_unique<Watch>(tape, options)) {}
Inspector::~Inspector() = default;
const Inspection& Inspector::inspection() { return watch_->result(); }

void write_inspection(const std::filesystem::path& path, const Inspection& inspection) {
  write_file(path, to_html(inspection));
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
