#include <cotape/apps/tsp/timing.h>
#include <cotape/engine/base/random.h>
#include <cotape/solvers/tsp/tsp.h>

#include <time.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace cotape::app {
namespace {

double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

void distances_on_sphere(Rng rng, std::int64_t n, Tensor& points, Tensor& costs) {
  rng.normal(points);
  real* p = points.data();
  for (std::int64_t i = 0; i < n; ++i) {
    const real norm = std::hypot(p[3 * i], p[3 * i + 1], p[3 * i + 2]);
    for (std::int64_t axis = 0; axis < 3; ++axis) p[3 * i + axis] /= norm;
  }
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < n; ++j)
      costs[i * n + j] = std::hypot(p[3 * i] - p[3 * j], p[3 * i + 1] - p[3 * j + 1], p[3 * i + 2] - p[3 * j + 2]);
}

}  // namespace

SolveTimes time_on_sphere(std::int64_t n, std::int64_t count, std::uint64_t seed) {
  const Tsp solver{.n = n};
  Tensor points(Shape{n, 3}), costs(Shape{n, n}), solution(Shape{n, n});
  std::vector<double> seconds;
  seconds.reserve(static_cast<std::size_t>(count));
  for (std::int64_t k = 0; k < count; ++k) {
    distances_on_sphere(Rng(seed).split(static_cast<std::uint64_t>(k)), n, points, costs);
    const double start = processor_seconds();
    solver.solve(costs.values(), solution.values());
    seconds.push_back(processor_seconds() - start);
  }
  std::sort(seconds.begin(), seconds.end());
  const auto quantile = [&](double share) {
    return seconds[static_cast<std::size_t>(share * static_cast<double>(count - 1) + 0.5)];
  };
  return {.total = std::accumulate(seconds.begin(), seconds.end(), 0.0),
          .median = quantile(0.5),
          .percentile99 = quantile(0.99),
          .maximum = seconds.back()};
}

}  // namespace cotape::app
