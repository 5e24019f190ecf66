#include <cotape/bench/steps/flops.h>
#include <cotape/engine/tape/graph.h>

namespace cotape::bench {

Flops flops_of(const Graph& graph, std::uint32_t id) {
  const Node& node = graph.nodes[id];
  if (node.multiply_adds == 0) return {};
  const double product = 2.0 * static_cast<double>(node.multiply_adds);
  Flops flops{.forward = product};
  const auto needs_gradient = [&](std::size_t input) { return graph.nodes[node.inputs[input].id].needs_gradient; };
  if (node.inputs.size() == 1) {  // both sides of its products
    if (needs_gradient(0)) flops.backward = 2 * product;
  } else {
    for (const std::size_t input : {0, 1})  // x and weight; a bias costs none
      if (needs_gradient(input)) flops.backward += product;
  }
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
