#include <cotape/apps/dvae/step.h>
#include <cotape/bench/steps/app_options.h>
#include <cotape/bench/steps/batches.h>
#include <cotape/bench/steps/step.h>

namespace cotape::bench {
namespace {

// Identity through standardised scores with Sum-of-Gamma noise, 20 × 20 codes with k = 10.
class DvaeStep final : public Step {
 public:
  explicit DvaeStep(const StepInfo& step)
      : options_(app_options<app::DvaeOptions>("--batch " + std::to_string(step.batch))),
        batch_(image_batch(step)),
        step_(batch_.images.shape()[1], options_, Rng(1), Rng(2)) {}

  double run() override { return static_cast<double>(step_.run(images_, 0).loss.value().item()); }
  Values forward() override {
    const app::Dvae::Losses losses = step_.forward(images_, 0);
    return {losses.logits, losses.loss};
  }
  Module& net() override { return step_.model(); }
  const SolverDiagnostics& diagnostics() const override { return *step_.model().sampler().diagnostics; }

  Tensor next_noise() const override {
    Tensor noise(Shape{options_.batch, app::dvae_rows, app::dvae_classes});
    Rng same_draws = step_.frame().noise();
    options_.make_noise().sample(noise, same_draws);
    for (real& x : noise.values()) x *= static_cast<real>(options_.tau);
    return noise;
  }

 private:
  TrainingStep& parts() override { return step_.frame().parts(); }

  app::DvaeOptions options_;
  ImageBatch batch_;
  app::DvaeStep step_;
  const app::DvaeStep::Images images_ = [this](Tape& tape) { return tape.view(batch_.images); };
};

}  // namespace

std::unique_ptr<Step> make_dvae_step(const StepInfo& step) { return std::make_unique<DvaeStep>(step); }

}  // namespace cotape::bench
