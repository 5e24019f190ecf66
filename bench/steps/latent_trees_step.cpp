#include <cotape/apps/latent_trees/step.h>
#include <cotape/bench/steps/app_options.h>
#include <cotape/bench/steps/batches.h>
#include <cotape/bench/steps/step.h>

namespace cotape::bench {
namespace {

std::string arguments(const StepInfo& step) {
  return "--rule identity --noise none --batch " + std::to_string(step.batch) + " --hidden " +
         std::to_string(step.size);
}

// Identity through best spanning trees of standardised scores, nine frames predicted one from the other.
class LatentTreesStep final : public Step {
 public:
  explicit LatentTreesStep(const StepInfo& step)
      : options_(app_options<app::LatentTreesOptions>(arguments(step))),
        positions_(layout_batch(step)),
        step_(options_, Rng(1), Rng(2)) {}

  double run() override { return static_cast<double>(step_.run(make_batch_, 0).loss.value().item()); }
  Values forward() override {
    const app::LatentTrees::Losses losses = step_.forward(make_batch_);
    return {losses.scores, losses.loss};
  }
  Module& net() override { return step_.model(); }
  const SolverDiagnostics& diagnostics() const override { return *step_.model().sampler().diagnostics; }

 private:
  TrainingStep& parts() override { return step_.frame().parts(); }

  app::LatentTreesOptions options_;
  Tensor positions_;
  app::LatentTreesStep step_;
  const app::LatentTreesStep::Positions make_batch_ = [this](Tape& tape) { return tape.view(positions_); };
};

}  // namespace

std::unique_ptr<Step> make_latent_trees_step(const StepInfo& step) { return std::make_unique<LatentTreesStep>(step); }

}  // namespace cotape::bench
