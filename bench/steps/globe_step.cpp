#include <cotape/apps/globe_tsp/model.h>
#include <cotape/apps/globe_tsp/objective.h>
#include <cotape/bench/steps/app_options.h>
#include <cotape/bench/steps/batches.h>
#include <cotape/bench/steps/step.h>
#include <cotape/engine/ops.h>
#include <cotape/nn/optim/adam.h>

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
        net_(options_.pool == "max", weights_),
        objective_(options_),
        adam_(net_.parameters(), {.lr = options_.learning_rate, .epsilon = options_.adam_epsilon}) {}

  Module& net() override { return net_; }
  const SolverDiagnostics& diagnostics() const override { return objective_.diagnostics(); }

 private:
  Values record(Tape& tape) override {
    const Var tours = tape.view(batch_.tours);
    const Var cities = gather_rows(net_(tape.view(batch_.flags)), batch_.rows);
    const Var distances = pairwise_distances(reshape(cities, {options_.batch, options_.countries, 3}));
    return {distances, objective_(distances, tours, 0, rng_)};
  }
  Optimizer& optimizer() override { return adam_; }

  Rng weights_{1}, rng_{2};
  app::GlobeOptions options_;
  FlagBatch batch_;
  app::FlagNet net_;
  app::TourObjective objective_;
  Adam adam_;
};

}  // namespace

std::unique_ptr<Step> make_globe_step(const StepInfo& step) { return std::make_unique<GlobeStep>(step); }

}  // namespace cotape::bench
