#include <cotape/engine/base/text.h>
#include <cotape/engine/kernels/reduce.h>
#include <cotape/engine/tape/graph.h>

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <map>
#include <set>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

const Tensor* gradient_of(const Node& n) {
  if (n.parameter && n.needs_gradient) return n.parameter->has_gradient() ? &n.parameter->gradient() : nullptr;
  return n.has_gradient ? &n.gradient : nullptr;
}

std::string number(double value) {
  std::ostringstream out;
  out << std::setprecision(4) << value;
  return out.str();
}

std::string range(const Tensor& x) {
  if (x.size() == 0) return "no elements";
  if (!x.finite()) return "not finite";
  const auto [low, high] = std::minmax_element(x.values().begin(), x.values().end());
  return x.size() == 1 ? number(static_cast<double>(*low))
                       : number(static_cast<double>(*low)) + " … " + number(static_cast<double>(*high));
}

std::string label(const Graph& graph, const Node& n) {
  std::string text = graph.path(n);
  if (!n.name.empty()) {
    const bool repeats = !text.empty() && n.name.rfind(text + ".", 0) == 0;  // a parameter's full name has the path
    text = text.empty() || repeats ? n.name : text + "." + n.name;
  }
  return text;
}

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

}  // namespace

std::optional<NodeInfo> Tape::first_non_finite() const {
  const Graph& g = graph();
  for (std::uint32_t i = 0; i < g.count; ++i)
    if (const Tensor* value = g.nodes[i].value; value && !value->finite()) return g.info(i, false);
  for (std::uint32_t i = static_cast<std::uint32_t>(g.count); i-- > 0;)
    if (const Tensor* gradient = gradient_of(g.nodes[i]); gradient && !gradient->finite()) return g.info(i, true);
  return std::nullopt;
}

void Tape::report(std::ostream& out) const {
  const Graph& g = graph();
  std::size_t width = 20;
  for (std::size_t i = 0; i < g.count; ++i) width = std::max(width, label(g, g.nodes[i]).size() + 2);
  out << padded("node", 6) << padded("op", 20) << padded("name", width) << padded("shape", 18) << padded("value", 26)
      << "|gradient|\n";
  for (std::size_t i = 0; i < g.count; ++i) {
    const Node& n = g.nodes[i];
    const Tensor* gradient = gradient_of(n);
    out << padded(std::to_string(i), 6) << padded(n.op.name, 20) << padded(label(g, n), width)
        << padded(to_string(n.shape), 18) << padded(n.value ? range(*n.value) : "freed", 26)
        << (gradient ? number(std::sqrt(sum_of_squares(gradient->data(), gradient->size())))
                     : (n.needs_gradient ? "not kept" : "none"))
        << '\n';
  }
  out << g.count << " nodes, " << bytes() << " bytes held\n";
}

void Tape::write_dot(std::ostream& out) const {
  const Graph& g = graph();
  out << "digraph tape {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n";
  std::map<std::uint32_t, std::vector<std::size_t>> members;
  std::set<std::uint32_t> used;  // modules with nodes in them or below
  for (std::size_t i = 0; i < g.count; ++i) {
    members[g.nodes[i].scope].push_back(i);
    for (std::uint32_t m = g.nodes[i].scope; used.insert(m).second && m != 0;) m = g.modules[m].parent;
  }
  const std::function<void(std::uint32_t, const std::string&)> write_module = [&](std::uint32_t m,
                                                                                  const std::string& indent) {
    for (const std::size_t i : members[m]) {
      const Node& n = g.nodes[i];
      const std::string title = n.name.empty() ? n.op.name : std::string(n.op.name) + " " + n.name;
      out << indent << 'n' << i << " [label=" << quoted(title + " " + to_string(n.shape))
          << (n.needs_gradient ? "" : ", color=gray") << "];\n";
    }
    for (const std::uint32_t child : used) {
      if (child == 0 || g.modules[child].parent != m) continue;
      out << indent << "subgraph cluster_" << child << " {\n"
          << indent << "  label=" << quoted(g.modules[child].name) << ";\n";
      write_module(child, indent + "  ");
      out << indent << "}\n";
    }
  };
  write_module(0, "  ");
  for (std::size_t i = 0; i < g.count; ++i)
    for (const Node::Input& input : g.nodes[i].inputs) out << "  n" << input.id << " -> n" << i << ";\n";
  out << "}\n";
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
