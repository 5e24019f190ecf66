#include <cotape/engine/tape/graph.h>
#include <cotape/solvers/core/shown_calls.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

ShownCalls::ShownCalls(Oracle& oracle, Graph& graph, std::uint32_t node) {
  if (!graph.observer) return;
  oracle_ = &oracle;
  oracle.on_argmax([&solver = oracle.solver(), observer = graph.observer, node](const Tensor& u, const Tensor& y,
                                                                                Phase phase, const Instances& data) {
    const SolverTraits& traits = solver.traits();
    observer->solver_call(node, {.solver = traits.name,
                                 .instance = traits.shape,
                                 .minimises = traits.sense == Sense::minimise,
                                 .backward = phase == Phase::backward,
                                 .scores = u,
                                 .solutions = y,
                                 .drawings = [&](std::int64_t most) { return solver.drawings(data, most); }});
  });
}

ShownCalls::ShownCalls(Oracle& oracle, Var x)
    : ShownCalls(oracle, Graph::of(x), static_cast<std::uint32_t>(Graph::of(x).count - 1)) {}

ShownCalls::~ShownCalls() {
  if (oracle_) oracle_->on_argmax({});
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
