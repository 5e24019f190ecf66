#include <cotape/bench/tapes/problems/draws.h>
#include <cotape/bench/tapes/problems/gmm.h>

#include <numbers>

namespace cotape::bench::tapes {
namespace {

Gmm gmm(std::size_t points, std::size_t dimensions, std::size_t components, std::uint64_t seed) {
  Gmm problem{
      .size = "n " + std::to_string(points) + ", d " + std::to_string(dimensions) + ", k " + std::to_string(components),
      .points = points,
      .dimensions = dimensions,
      .components = components,
      .x = {},
      .gamma = 1,
      .extra_freedom = 2,
      .start = {}};
  Draws draws(seed);
  draws.append_normal(problem.x, points * dimensions);
  draws.append_normal(problem.start, components + 2 * components * dimensions, 0, 0.5);
  draws.append_normal(problem.start, components * problem.triangle(), 0, 0.2);
  return problem;
}

}  // namespace

double Gmm::constant() const {
  const auto n = static_cast<double>(points), d = static_cast<double>(dimensions), k = static_cast<double>(components);
  const double freedom = d + extra_freedom + 1;
  // The logarithm of the multivariate gamma function of freedom/2.
  double log_gamma = 0.25 * d * (d - 1) * std::log(std::numbers::pi);
  for (std::size_t i = 0; i < dimensions; ++i) log_gamma += std::lgamma(0.5 * (freedom - static_cast<double>(i)));
  return k * (freedom * d * std::log(gamma / std::numbers::sqrt2) - log_gamma) -
         0.5 * n * d * std::log(2 * std::numbers::pi);
}

std::vector<Gmm> gmm_problems(std::uint64_t seed) {
  return {gmm(1000, 2, 5, seed), gmm(1000, 10, 5, seed), gmm(1000, 20, 10, seed)};
}

}  // namespace cotape::bench::tapes
