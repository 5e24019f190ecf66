#include <cotape/bench/steps/flops.h>
#include <cotape/engine/graph.h>

#include <string_view>

namespace cotape::bench {

Flops flops_of(const Graph& graph, std::uint32_t id) {
  const Node& node = graph.nodes[id];
  const std::string_view op = node.op.name;
  if (op != "linear" && op != "conv2d") return {};
  const Shape& weight = graph.nodes[node.inputs[1].id].value->shape();
  // An element of the value is a sum over all of the weight's axes but the one of the outputs.
  const std::int64_t outputs = op == "linear" ? weight[0] : weight[3];
  const double product = 2.0 * static_cast<double>(node.value->size()) * static_cast<double>(weight.size() / outputs);
  Flops flops{.forward = product};
  for (const std::size_t input : {0, 1})
    if (graph.nodes[node.inputs[input].id].needs_gradient) flops.backward += product;
  return flops;
}

Flops flops_of(Tape& tape) {
  Flops sum;
  for (std::uint32_t id = 0; id < tape.size(); ++id) {
    const Flops flops = flops_of(tape.graph(), id);
    sum.forward += flops.forward;
    sum.backward += flops.backward;
  }
  return sum;
}

}  // namespace cotape::bench
