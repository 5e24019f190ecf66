#include <cotape/apps/globe_tsp/step.h>
#include <cotape/bench/steps/app_options.h>
#include <cotape/bench/steps/batches.h>
#include <cotape/bench/steps/step.h>

namespace cotape::bench {
namespace {

std::string arguments(const StepInfo& step) {
  return "--countries " + std::to_string(globe_countries) + " --batch " + std::to_string(step.batch);
}

// Identity through shortest tours of standardised distances, L1 between tours; every flag is another one.
class GlobeStep final : public Step {
 public:
  explicit GlobeStep(const StepInfo& step)
      : options_(app_options<app::GlobeOptions>(arguments(step))),
        batch_(flag_batch(step)),
        step_(options_, Rng(1), Rng(2)) {}

  double run() override { return static_cast<double>(step_.run(make_batch_, 0).loss.value().item()); }
  Values forward() override {
    const app::GlobeStep::Values values = step_.forward(make_batch_, 0);
    return {values.distances, values.loss};
  }
  Module& net() override { return step_.net(); }
  const SolverDiagnostics& diagnostics() const override { return step_.objective().diagnostics(); }

 private:
  TrainingStep& parts() override { return step_.frame().parts(); }

  app::GlobeOptions options_;
  FlagBatch batch_;
  app::GlobeStep step_;
  const app::GlobeStep::MakeBatch make_batch_ = [this](Tape& tape) -> app::GlobeStep::Batch {
    return {tape.view(batch_.tours), tape.view(batch_.flags), batch_.rows};
  };
};

}  // namespace

std::unique_ptr<Step> make_globe_step(const StepInfo& step) { return std::make_unique<GlobeStep>(step); }

}  // namespace cotape::bench
