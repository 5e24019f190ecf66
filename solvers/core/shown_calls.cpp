#include <cotape/engine/tape/graph.h>
#include <cotape/solvers/core/shown_calls.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

ShownCalls::ShownCalls(Oracle& oracle, Graph& graph, std::uint32_t node) {
  if (!graph.observer) return;
  oracle_ = &oracle;
  const SolverTraits& traits = oracle.traits();
  oracle.on_argmax([&traits, observer = graph.observer, node](const Tensor& u, const Tensor& y, Phase phase) {
    observer->solver_call(node, {traits.name, traits.shape, traits.sense == Sense::minimise, phase == Phase::backward,
                                 traits.drawing, u, y});
  });
}

ShownCalls::ShownCalls(Oracle& oracle, Var x)
    : ShownCalls(oracle, Graph::of(x), static_cast<std::uint32_t>(Graph::of(x).count - 1)) {}

ShownCalls::~ShownCalls() {
  if (oracle_) oracle_->on_argmax({});
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
