#include <cotape/bench/micro/families.h>
#include <cotape/engine/base/random.h>
#include <cotape/solvers/perturb/noise.h>
#include <cotape/solvers/perturb/sum_of_gamma.h>

#include <benchmark/benchmark.h>

#include <functional>

namespace cotape::bench {
namespace {

using Draw = std::function<void(Tensor&, Rng&)>;

void add(const std::string& name, const Draw& draw, const std::string& place, const Shape& shape) {
  benchmark::RegisterBenchmark(("sampler/" + name + "/" + place).c_str(),
                               [=](benchmark::State& state) {
                                 Tensor out(shape);
                                 Rng rng(1);
                                 for ([[maybe_unused]] auto _ : state) {
                                   draw(out, rng);
                                   benchmark::DoNotOptimize(out.data());
                                   benchmark::ClobberMemory();
                                 }
                                 state.SetItemsProcessed(state.iterations() * shape.size());
                               })
      ->Unit(benchmark::kMicrosecond)
      ->UseRealTime();
}

Draw noise(const Noise& noise) {
  return [noise](Tensor& out, Rng& rng) { noise.sample(out, rng); };
}

}  // namespace

void add_samplers() {
  const std::pair<const char*, Draw> draws[] = {
      {"rng_uniform", [](Tensor& out, Rng& rng) { rng.uniform(out); }},
      {"rng_normal", [](Tensor& out, Rng& rng) { rng.normal(out); }},
      {"gumbel", noise(Gumbel{})},
      {"normal", noise(Normal{})},
      {"laplace", noise(Laplace{})},
      {"uniform", noise(Uniform{})},
      {"two_point", noise(TwoPoint{})},
      {"sum_of_gamma", noise(SumOfGamma{.k = 10, .tau = 10, .s = 10})},
  };
  for (const auto& [name, draw] : draws) {
    add(name, draw, "dvae_codes", {100, 20, 20});
    add(name, draw, "warcraft_costs", {70, 12, 12});
  }
}

}  // namespace cotape::bench
