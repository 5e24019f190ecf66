#include <cotape/engine/base/error.h>
#include <cotape/engine/base/text.h>
#include <cotape/engine/inspect/layer_table.h>
#include <cotape/engine/tape/graph.h>

#include <algorithm>
#include <map>
#include <set>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr std::uint32_t whole_tape = 0;  // the module that all others are in

// The module of a node and those that it is in, the outermost first.
std::vector<std::uint32_t> modules_of(const Graph& graph, const Node& node) {
  std::vector<std::uint32_t> modules;
  for (std::uint32_t m = node.scope; m != whole_tape; m = graph.modules[m].parent) modules.push_back(m);
  std::reverse(modules.begin(), modules.end());
  return modules;
}

}  // namespace

std::vector<LayerRow> layer_table(const Tape& tape) {
  const Graph& graph = tape.graph();
  if (!graph.gradients) fail<TapeError>("layer_table: a tape without gradients does not know its parameters");
  std::vector<LayerRow> rows;
  LayerRow whole;
  std::map<std::uint32_t, std::size_t> row_of;  // a module's
  std::set<std::pair<std::uint32_t, const Parameter*>> counted;
  const auto add = [&](std::uint32_t module, LayerRow& row, const Node& node) {
    if (!node.parameter) {
      row.output = node.shape;
    } else if (counted.emplace(module, node.parameter).second) {
      row.parameters += node.shape.size();
      row.trainable += node.parameter->frozen() ? 0 : node.shape.size();
    }
  };
  for (std::size_t i = 0; i < graph.count; ++i) {
    const Node& node = graph.nodes[i];
    for (const std::uint32_t module : modules_of(graph, node)) {
      const auto [found, is_new] = row_of.emplace(module, rows.size());
      if (is_new) rows.push_back({.path = graph.modules[module].path});
      add(module, rows[found->second], node);
    }
    add(whole_tape, whole, node);
  }
  rows.push_back(whole);
  return rows;
}

void write_layer_table(std::ostream& out, const Tape& tape) {
  std::vector<std::vector<std::string>> table = {{"module", "output", "parameters", "trainable"}};
  for (const LayerRow& row : layer_table(tape)) {
    const auto depth = static_cast<std::size_t>(std::count(row.path.begin(), row.path.end(), '.'));
    const std::string name = row.path.empty() ? "total" : std::string(2 * depth, ' ') + row.path;
    table.push_back({name, to_string(row.output), std::to_string(row.parameters), std::to_string(row.trainable)});
  }
  write_table(out, table);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
