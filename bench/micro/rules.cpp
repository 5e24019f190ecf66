#include <cotape/bench/grid_costs.h>
#include <cotape/bench/micro/families.h>
#include <cotape/bench/micro/operation.h>
#include <cotape/engine/base/random.h>
#include <cotape/solvers/layer/differentiable.h>
#include <cotape/solvers/layer/rule_table.h>
#include <cotape/solvers/losses/fenchel_young.h>
#include <cotape/solvers/paths/grid_path.h>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>

namespace cotape::bench {
namespace {

constexpr std::int64_t batch = 70, size = 12;
const GridPath solver{.height = size, .width = size};

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// Another noise, with the time that it takes.
class TimedNoise final : public NoiseSampler {
 public:
  TimedNoise(Noise noise, std::shared_ptr<double> seconds) : noise_(std::move(noise)), seconds_(std::move(seconds)) {}

  std::string name() const override { return noise_.name(); }
  void sample(Tensor& out, Rng& rng) const override {
    const auto start = Clock::now();
    noise_.sample(out, rng);
    *seconds_ += seconds_since(start);
  }
  double mean() const override { return noise_.mean(); }
  double deviation() const override { return noise_.deviation(); }
  bool has_score_derivative() const override { return noise_.has_score_derivative(); }
  void score_derivative(const Tensor& z, Tensor& out) const override {
    const auto start = Clock::now();
    noise_.score_derivative(z, out);
    *seconds_ += seconds_since(start);
  }

 private:
  Noise noise_;
  std::shared_ptr<double> seconds_;
};

// A clock that noise of a rule adds its time to.
struct NoiseClock {
  std::shared_ptr<double> seconds = std::make_shared<double>(0);
  Noise time(const Noise& noise) const { return Noise(std::make_shared<TimedNoise>(noise, seconds)); }
};

// Times `pass`, which takes costs [70, 12, 12] on a tape through a layer and back. Counters, all by the time of the
// solver calls: "overhead", what is not the solver's; "noise", the part of it in which noise is drawn.
template <class Pass>
void run(benchmark::State& state, SolverDiagnostics& diagnostics, const NoiseClock& noise, Pass pass) {
  Parameter costs("costs", grid_costs(GridCosts::terrain, batch, size, 1));
  Tape tape;
  const auto timed_pass = [&] {
    tape.clear();
    costs.clear_gradient();
    const Var x = tape.parameter(costs);
    const auto start = Clock::now();
    pass(tape, x);
    return seconds_since(start);
  };
  timed_pass();  // does not count: first use of memory
  diagnostics.reset();
  *noise.seconds = 0;
  double seconds = 0;
  for ([[maybe_unused]] auto _ : state) {
    const double elapsed = timed_pass();
    state.SetIterationTime(elapsed);
    seconds += elapsed;
  }
  const double solver_seconds = diagnostics.seconds();
  state.counters["overhead"] = (seconds - solver_seconds) / solver_seconds;
  state.counters["noise"] = *noise.seconds / solver_seconds;
  state.counters["solver_us"] = 1e6 * solver_seconds / static_cast<double>(state.iterations());
}

void add(const std::string& name, const std::function<void(benchmark::State&)>& run) {
  benchmark::RegisterBenchmark(("rule/" + name + "/12x12").c_str(), run)
      ->Unit(benchmark::kMicrosecond)
      ->UseManualTime();
}

void add_rule(const std::string& name, const NamedRule& of_table) {
  add(name, [=](benchmark::State& state) {
    const NoiseClock noise;
    NamedRule rule = of_table.clone();
    for (const RuleSetting& setting : rule.settings())
      if (const Noise* its = std::get_if<Noise>(&setting.value)) rule.set(setting.name, noise.time(*its));
    const auto layer = differentiable(solver, rule);
    Rng rng(1);
    Tensor cotangent;
    run(state, layer.diagnostics(), noise, [&](Tape& tape, Var x) {
      const Var y = layer(x, rng).all();
      if (cotangent.shape() != y.shape()) {
        // As large as that of a Hamming loss averaged over the batch.
        cotangent = normal_tensor(y.shape(), 2);
        for (real& d : cotangent.values()) d /= static_cast<real>(batch);
      }
      tape.backward(y, cotangent);
    });
  });
}

void add_fenchel_young(const std::string& name, std::int64_t samples) {
  add(name, [=](benchmark::State& state) {
    const auto oracle = std::make_shared<Oracle>(solver);
    const NoiseClock noise;
    const FenchelYoungOptions options{.epsilon = 0.5F, .samples = samples, .noise = noise.time(Normal{})};
    Tensor scores = grid_costs(GridCosts::terrain, batch, size, 2), target(scores.shape());
    for (real& score : scores.values()) score = -score;
    oracle->argmax(scores, target);
    Rng rng(1);
    run(state, oracle->diagnostics(), noise,
        [&](Tape& tape, Var x) { tape.backward(fenchel_young(oracle, x, tape.constant(target), options, rng)); });
  });
}

}  // namespace

// Every rule of the table that is for paths, with one sample, and with ten where it draws some.
void add_rules() {
  for (NamedRule& rule : rules_for(solver)) {
    std::string name = rule.name();
    std::replace(name.begin(), name.end(), '-', '_');
    // AIMLE from α = 1 on: with α = 0, where the paper starts, λ is 0.
    rule.set_all(
        {{"lambda", 20.0}, {"tau", 0.01}, {"sigma", 0.1}, {"samples", 1}, {"baseline", "none"}, {"aimle-alpha", 1.0}});
    add_rule(name, rule);
    if (!rule.has("samples")) continue;
    rule.set("samples", 10);
    add_rule(name + "_10_samples", rule);
  }
  add_fenchel_young("fenchel_young", 1);
  add_fenchel_young("fenchel_young_10_samples", 10);
}

}  // namespace cotape::bench
