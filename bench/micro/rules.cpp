#include <cotape/bench/grid_costs.h>
#include <cotape/bench/micro/families.h>
#include <cotape/bench/micro/operation.h>
#include <cotape/engine/random.h>
#include <cotape/solvers/differentiable.h>
#include <cotape/solvers/fenchel_young.h>
#include <cotape/solvers/grid_path.h>
#include <cotape/solvers/rules/aimle.h>
#include <cotape/solvers/rules/blackbox.h>
#include <cotape/solvers/rules/identity.h>
#include <cotape/solvers/rules/imle.h>
#include <cotape/solvers/rules/perturbed.h>
#include <cotape/solvers/rules/straight_through.h>

#include <benchmark/benchmark.h>

#include <chrono>

namespace cotape::bench {
namespace {

constexpr std::int64_t batch = 70, size = 12;
const GridPath solver{.height = size, .width = size};

// Times `pass`, which takes costs [70, 12, 12] on a tape through a layer and back, and shows the share of the time that
// is not the solver's. Counter "overhead": (whole time − solver calls) / solver calls.
template <class Pass>
void run(benchmark::State& state, SolverDiagnostics& diagnostics, Pass pass) {
  Parameter costs("costs", grid_costs(GridCosts::terrain, batch, size, 1));
  Tape tape;
  const auto timed_pass = [&] {
    tape.clear();
    costs.clear_gradient();
    const Var x = tape.parameter(costs);
    const auto start = std::chrono::steady_clock::now();
    pass(tape, x);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  timed_pass();  // does not count: first use of memory
  diagnostics.reset();
  double seconds = 0;
  for ([[maybe_unused]] auto _ : state) {
    const double elapsed = timed_pass();
    state.SetIterationTime(elapsed);
    seconds += elapsed;
  }
  state.counters["overhead"] = (seconds - diagnostics.seconds()) / diagnostics.seconds();
  state.counters["solver_us"] = 1e6 * diagnostics.seconds() / static_cast<double>(state.iterations());
}

void add(const std::string& name, const std::function<void(benchmark::State&)>& run) {
  benchmark::RegisterBenchmark(("rule/" + name + "/12x12").c_str(), run)
      ->Unit(benchmark::kMicrosecond)
      ->UseManualTime();
}

template <class Rule>
void add_rule(const std::string& name, const Rule& rule) {
  add(name, [=](benchmark::State& state) {
    const auto layer = differentiable(solver, rule);
    Rng rng(1);
    const auto solve = [&](Var x) {
      if constexpr (SamplingRule<Rule>)
        return layer(x, rng);
      else
        return layer(x);
    };
    Tensor cotangent;
    run(state, layer.diagnostics(), [&](Tape& tape, Var x) {
      const Var y = solve(x);
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
    Tensor scores = grid_costs(GridCosts::terrain, batch, size, 2), target(scores.shape());
    for (real& score : scores.values()) score = -score;
    oracle->argmax(scores, target);
    Rng rng(1);
    run(state, oracle->diagnostics(), [&](Tape& tape, Var x) {
      tape.backward(fenchel_young(oracle, x, tape.constant(target), {.epsilon = 0.5, .samples = samples}, rng));
    });
  });
}

}  // namespace

void add_rules() {
  const real tau = 0.01F;
  const AimleAdaptation started{.initial_alpha = 1};
  add_rule("identity", Identity{});
  add_rule("blackbox", Blackbox{.lambda = 20});
  add_rule("straight_through", StraightThrough{.tau = tau});
  add_rule("imle", Imle{.lambda = 20, .tau = tau});
  add_rule("imle_central", Imle{.lambda = 20, .tau = tau, .side = Side::central});
  add_rule("imle_10_samples", Imle{.lambda = 20, .tau = tau, .samples = 10});
  // Each copy of the layer starts from α = 1: with α = 0 there would be nothing to solve.
  add_rule("aimle", Aimle{.tau = tau, .adaptation = started});
  add_rule("perturbed", Perturbed{.sigma = 0.1F});
  add_rule("perturbed_10_samples", Perturbed{.sigma = 0.1F, .samples = 10});
  add_fenchel_young("fenchel_young", 1);
  add_fenchel_young("fenchel_young_10_samples", 10);
}

}  // namespace cotape::bench
