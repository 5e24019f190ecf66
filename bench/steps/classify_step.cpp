#include <cotape/apps/classify/step.h>
#include <cotape/bench/steps/app_options.h>
#include <cotape/bench/steps/batches.h>
#include <cotape/bench/steps/step.h>

namespace cotape::bench {
namespace {

std::string arguments(const StepInfo& step) {
  if (step.size == 0) return "--loss cross-entropy";
  return "--loss fenchel-young --samples " + std::to_string(step.size);
}

// vanilla_cnn on images of CIFAR-10's size, by cross-entropy or the perturbed argmax.
class ClassifyStep final : public Step {
 public:
  explicit ClassifyStep(const StepInfo& step)
      : options_(app_options<app::ClassifyOptions>(arguments(step))),
        images_(colour_batch(step)),
        labels_(image_labels(step)),
        step_({32, 32, 3, classes}, options_, Rng(1), Rng(2)) {}

  double run() override { return static_cast<double>(step_.run(make_batch_, labels_).loss.value().item()); }
  Values forward() override {
    const app::ClassifyStep::Values values = step_.forward(make_batch_, labels_);
    return {values.logits, values.loss};
  }
  Module& net() override { return step_.net(); }
  bool solves() const override { return options_.loss == "fenchel-young"; }
  const SolverDiagnostics& diagnostics() const override { return step_.loss().diagnostics(); }
  const Tensor& solutions() override { return no_solutions_; }
  Tensor next_noise() const override {
    if (!solves()) return {};
    const FenchelYoungOptions loss = options_.fenchel_young();
    Tensor noise(Shape{images_.shape()[0], loss.samples, classes});
    Rng rng = step_.frame().noise();
    loss.noise.sample(noise, rng);
    return noise;
  }

 private:
  TrainingStep& parts() override { return step_.frame().parts(); }

  static constexpr std::int64_t classes = 10;
  app::ClassifyOptions options_;
  Tensor images_;
  std::vector<std::int64_t> labels_;
  app::ClassifyStep step_;
  Tensor no_solutions_{Shape{0}};
  const app::ClassifyStep::Images make_batch_ = [this](Tape& tape) { return tape.view(images_); };
};

}  // namespace

std::unique_ptr<Step> make_classify_step(const StepInfo& step) { return std::make_unique<ClassifyStep>(step); }

}  // namespace cotape::bench
