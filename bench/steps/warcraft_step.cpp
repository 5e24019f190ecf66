#include <cotape/apps/warcraft/objective.h>
#include <cotape/bench/steps/app_options.h>
#include <cotape/bench/steps/batches.h>
#include <cotape/bench/steps/step.h>
#include <cotape/nn/optim/adam.h>

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
        net_(options_.net_settings(), weights_),
        objective_(options_),
        adam_(net_.parameters(), {.lr = options_.learning_rate}) {}

  Module& net() override { return net_; }
  const SolverDiagnostics& diagnostics() const override { return objective_.diagnostics(); }

 private:
  Values record(Tape& tape) override {
    const Var paths = tape.view(batch_.paths);
    const Var costs = net_(tape.view(batch_.maps));
    // The true costs, which only the rule "true-costs" looks at, are not among the data here.
    return {costs, objective_(costs, paths, paths, rng_)};
  }
  Optimizer& optimizer() override { return adam_; }

  Rng weights_{1}, rng_{2};
  app::WarcraftOptions options_;
  MapBatch batch_;
  app::CostNet net_;
  app::Objective objective_;
  Adam adam_;
};

}  // namespace

std::unique_ptr<Step> make_warcraft_step(const StepInfo& step) { return std::make_unique<WarcraftStep>(step); }

}  // namespace cotape::bench
