#include <cotape/apps/retrieval/step.h>
#include <cotape/bench/steps/app_options.h>
#include <cotape/bench/steps/batches.h>
#include <cotape/bench/steps/step.h>

namespace cotape::bench {
namespace {

std::string arguments(const StepInfo& step) {
  return "--rule identity --noise-margin 0 --batch " + std::to_string(step.batch);
}

// Identity through the ranks of standardised similarities, of each picture with the others and with those of the three
// batches before.
class RetrievalStep final : public Step {
 public:
  explicit RetrievalStep(const StepInfo& step)
      : options_(app_options<app::RetrievalOptions>(arguments(step))),
        batch_(class_batch(step)),
        step_(options_, Rng(1), Rng(2)) {}

  double run() override { return static_cast<double>(step_.run(make_batch_, batch_.classes, 0).loss.value().item()); }
  Values forward() override {
    const app::RetrievalStep::Values values = step_.forward(make_batch_, batch_.classes);
    return {values.similarities, values.loss};
  }
  Module& net() override { return step_.net(); }
  const SolverDiagnostics& diagnostics() const override { return step_.objective().diagnostics(); }

 private:
  TrainingStep& parts() override { return step_.frame().parts(); }

  app::RetrievalOptions options_;
  ClassBatch batch_;
  app::RetrievalStep step_;
  const app::RetrievalStep::Pictures make_batch_ = [this](Tape& tape) { return tape.view(batch_.pictures); };
};

}  // namespace

std::unique_ptr<Step> make_retrieval_step(const StepInfo& step) { return std::make_unique<RetrievalStep>(step); }

}  // namespace cotape::bench
