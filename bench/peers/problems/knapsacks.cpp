#include <cotape/bench/peers/cbc/peers.h>
#include <cotape/bench/peers/problems/problem.h>
#include <cotape/engine/base/random.h>
#include <cotape/solvers/knapsack/knapsack.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace cotape::bench {
namespace {

constexpr std::int64_t most_instances = 50;  // CBC takes milliseconds

Problem knapsack(const std::string& kind, const std::vector<double>& weights, double capacity,
                 const ProblemOptions& options) {
  const auto items = static_cast<std::int64_t>(weights.size());
  std::vector<Engine> engines = cotape_engine(Knapsack{.n = items, .fixed = {weights, capacity}});
  if constexpr (has_cbc) add_peers(engines, cbc_peers::knapsacks(weights, capacity));
  const std::int64_t count = std::min(most_instances, options.instances(items));
  return {"knapsack", std::to_string(items), kind, uniform_costs({count, items}, options.seed), engines};
}

double half_of_all(const std::vector<double>& weights) {
  return std::accumulate(weights.begin(), weights.end(), 0.0) / 2;
}

}  // namespace

std::vector<Problem> knapsack_problems(const ProblemOptions& options) {
  Rng rng(options.seed);
  std::vector<double> light, whole, real_ones;
  for (int i = 0; i < 48; ++i) light.push_back(static_cast<double>(3 + rng.below(6)));
  for (int i = 0; i < 50; ++i) {
    whole.push_back(static_cast<double>(1 + rng.below(100)));
    real_ones.push_back(static_cast<double>(rng.uniform()));
  }
  return {knapsack("capacity 120", light, 120, options),
          knapsack("whole weights", whole, std::floor(half_of_all(whole)), options),
          knapsack("real weights", real_ones, half_of_all(real_ones), options)};
}

}  // namespace cotape::bench
