#include <cotape/bench/peers/timing.h>
#include <cotape/engine/base/error.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

namespace cotape::bench {
namespace {

double cost_of(std::span<const real> costs, std::span<const real> solution) {
  double sum = 0;
  for (std::size_t i = 0; i < costs.size(); ++i)
    if (solution[i] != 0) sum += static_cast<double>(costs[i]) * static_cast<double>(solution[i]);
  return sum;
}

double quantile(const std::vector<double>& sorted, double share) {
  return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1) + 0.5)];
}

}  // namespace

Timings time_engines(const std::vector<Engine>& engines, const Tensor& costs, std::int64_t repeats) {
  const std::int64_t count = costs.shape()[0], entries = costs.size() / count;
  Timings timings{.engines = {}, .answers = std::vector<double>(static_cast<std::size_t>(count))};
  std::vector<real> solution(static_cast<std::size_t>(entries));
  constexpr double infinity = std::numeric_limits<double>::infinity();
  std::vector<std::vector<double>> fastest(engines.size(), std::vector<double>(timings.answers.size(), infinity));
  for (std::int64_t repeat = 0; repeat < repeats; ++repeat)
    for (std::size_t e = 0; e < engines.size(); ++e)
      for (std::int64_t i = 0; i < count; ++i) {
        const auto instance = costs.values().subspan(static_cast<std::size_t>(i * entries), solution.size());
        const auto start = std::chrono::steady_clock::now();
        engines[e].solve(instance, solution);
        const auto end = std::chrono::steady_clock::now();
        double& least = fastest[e][static_cast<std::size_t>(i)];
        least = std::min(least, std::chrono::duration<double, std::micro>(end - start).count());
        double& answer = timings.answers[static_cast<std::size_t>(i)];
        const double cost = cost_of(instance, solution);
        if (repeat == 0 && e == 0) answer = cost;
        if (!(std::abs(cost - answer) <= 1e-5 * std::abs(answer)))
          fail<SolverError>(engines[e].name, ": instance ", i, " costs ", cost, ", not ", answer, " as with ",
                            engines[0].name);
      }
  for (std::size_t e = 0; e < engines.size(); ++e) {
    std::sort(fastest[e].begin(), fastest[e].end());
    timings.engines.push_back({engines[e].name, quantile(fastest[e], 0.5), quantile(fastest[e], 0.99)});
  }
  return timings;
}

}  // namespace cotape::bench
