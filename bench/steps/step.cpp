#include <cotape/bench/steps/step.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/tape/graph.h>

#include <string_view>

namespace cotape::bench {

const SolverDiagnostics& Step::diagnostics() const {
  static const SolverDiagnostics none;
  return none;
}

const Tensor& Step::solutions() {
  const Graph& graph = tape().graph();
  for (std::size_t i = 0; i < graph.count; ++i)
    if (std::string_view(graph.nodes[i].op.name) == "identity") return *graph.nodes[i].value;
  fail<TapeError>("solutions: nothing was solved under the rule identity");
}

std::unique_ptr<Step> make_step(const StepInfo& step) {
  if (step.net == "dvae") return make_dvae_step(step);
  if (step.net == "flag-net") return make_globe_step(step);
  if (step.net == "latent-trees") return make_latent_trees_step(step);
  if (step.net == "retrieval") return make_retrieval_step(step);
  if (step.net == "vanilla-cnn") return make_classify_step(step);
  if (step.net == "lstm") return make_lstm_step(step);
  if (step.net == "gpt") return make_gpt_step(step);
  if (step.net == "cnn") return make_cnn_step(step);
  return make_warcraft_step(step);
}

}  // namespace cotape::bench
