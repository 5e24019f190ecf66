#include <cotape/apps/warcraft/step.h>
#include <cotape/bench/steps/app_options.h>
#include <cotape/bench/steps/batches.h>
#include <cotape/bench/steps/step.h>

namespace cotape::bench {
namespace {

std::string arguments(const StepInfo& step) {
  return "--net " + std::string(step.net) + " --size " + std::to_string(step.size) + " --batch " +
         std::to_string(step.batch);
}

// Identity through shortest paths, softplus costs, L1 between paths.
class WarcraftStep final : public Step {
 public:
  explicit WarcraftStep(const StepInfo& step)
      : options_(app_options<app::WarcraftOptions>(arguments(step))),
        batch_(map_batch(step)),
        step_(options_, Rng(1), Rng(2)) {}

  double run() override { return static_cast<double>(step_.run(make_batch_, 0).loss.value().item()); }
  Values forward() override {
    const app::WarcraftStep::Values values = step_.forward(make_batch_);
    return {values.cells, values.loss};
  }
  Module& net() override { return step_.net(); }
  const SolverDiagnostics& diagnostics() const override { return step_.objective().diagnostics(); }

 private:
  TrainingStep& parts() override { return step_.frame().parts(); }

  app::WarcraftOptions options_;
  MapBatch batch_;
  app::WarcraftStep step_;
  const app::WarcraftStep::MakeBatch make_batch_ = [this](Tape& tape) -> app::WarcraftStep::Batch {
    const Var maps = tape.view(batch_.maps), paths = tape.view(batch_.paths);
    return {maps, paths, paths};  // the true costs, which only the rule "true-costs" looks at, are not among the data
  };
};

}  // namespace

std::unique_ptr<Step> make_warcraft_step(const StepInfo& step) { return std::make_unique<WarcraftStep>(step); }

}  // namespace cotape::bench
