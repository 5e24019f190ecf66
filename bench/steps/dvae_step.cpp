#include <cotape/apps/dvae/model.h>
#include <cotape/bench/steps/app_options.h>
#include <cotape/bench/steps/batches.h>
#include <cotape/bench/steps/step.h>
#include <cotape/nn/optim/adam.h>

namespace cotape::bench {
namespace {

// Identity through standardised scores with Sum-of-Gamma noise, 20 × 20 codes with k = 10.
class DvaeStep final : public Step {
 public:
  explicit DvaeStep(const StepInfo& step)
      : options_(app_options<app::DvaeOptions>("--batch " + std::to_string(step.batch))),
        batch_(image_batch(step)),
        net_(batch_.images.shape()[1], options_, weights_),
        adam_(net_.parameters(), {.lr = options_.learning_rate}) {}

  Module& net() override { return net_; }
  const SolverDiagnostics& diagnostics() const override { return *net_.sampler().diagnostics; }

  Tensor next_noise() const override {
    Tensor noise(Shape{options_.batch, app::dvae_rows, app::dvae_classes});
    Rng same_draws = noise_;
    options_.make_noise().sample(noise, same_draws);
    for (real& x : noise.values()) x *= static_cast<real>(options_.tau);
    return noise;
  }

 private:
  Values record(Tape& tape) override {
    const app::Dvae::Losses losses = net_.train_on(tape.view(batch_.images), noise_, 0);
    return {losses.logits, losses.nelbo};
  }
  Optimizer& optimizer() override { return adam_; }

  Rng weights_{1}, noise_{2};
  app::DvaeOptions options_;
  ImageBatch batch_;
  app::Dvae net_;
  Adam adam_;
};

}  // namespace

std::unique_ptr<Step> make_dvae_step(const StepInfo& step) { return std::make_unique<DvaeStep>(step); }

}  // namespace cotape::bench
