#include <cotape/engine/base/error.h>
#include <cotape/engine/base/random.h>
#include <cotape/solvers/quadratic/gilmore_lawler.h>
#include <cotape/solvers/quadratic/quadratic_assignment.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "../../instance_count.h"
#include "known_assignment_problems.h"

using namespace cotape;

namespace {

double cost_of(const std::vector<double>& flow, const std::vector<double>& distance, const std::vector<double>& linear,
               const std::vector<std::int64_t>& location) {
  const auto n = location.size();
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const auto p = static_cast<std::size_t>(location[i]);
    if (!linear.empty()) sum += linear[i * n + p];
    for (std::size_t k = 0; k < n; ++k)
      sum += flow[i * n + k] * distance[p * n + static_cast<std::size_t>(location[k])];
  }
  return sum;
}

double least_cost(const std::vector<double>& flow, const std::vector<double>& distance,
                  const std::vector<double>& linear, std::int64_t n) {
  std::vector<std::int64_t> location(static_cast<std::size_t>(n));
  std::iota(location.begin(), location.end(), 0);
  double least = std::numeric_limits<double>::infinity();
  do least = std::min(least, cost_of(flow, distance, linear, location));
  while (std::next_permutation(location.begin(), location.end()));
  return least;
}

bool is_permutation(std::vector<std::int64_t> location) {
  std::sort(location.begin(), location.end());
  for (std::size_t i = 0; i < location.size(); ++i)
    if (location[i] != static_cast<std::int64_t>(i)) return false;
  return true;
}

}  // namespace

TEST_CASE("quadratic assignment: equals an enumeration of all permutations on 5,000 instances") {
  Rng rng(1);
  const std::int64_t count = instance_count(5000);
  for (std::int64_t instance = 0; instance < count; ++instance) {
    CAPTURE(instance);
    const std::int64_t n = 1 + rng.below(instance % 10 == 0 ? 7 : 6);
    const std::int64_t kind = instance % 6;
    const bool whole = kind < 3, symmetric = instance % 4 < 2;
    // Whole numbers of several ranges, few of them not 0; real numbers; large and small ones.
    const double scale = kind == 4 ? 1e150 : kind == 5 ? 1e-150 : 1;
    const auto draw = [&](double factor) {
      if (kind == 2 && rng.below(3) != 0) return 0.0;
      if (whole) return static_cast<double>(rng.below(kind == 0 ? 4 : 100)) - (instance % 3 == 0 ? 2 : 0);
      return factor * (2 * static_cast<double>(rng.uniform()) - 1);
    };
    const auto size = static_cast<std::size_t>(n * n);
    std::vector<double> flow(size), distance(size), linear;
    for (double& x : flow) x = draw(scale);
    for (double& x : distance) x = draw(scale);
    if (symmetric)
      for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t k = 0; k < i; ++k) {
          flow[i * n + k] = flow[k * n + i];
          if (instance % 4 == 0) distance[i * n + k] = distance[k * n + i];
        }
    if (instance % 5 == 0)
      for (std::size_t k = 0; k < size; ++k) linear.push_back(draw(scale * scale));
    const double least = least_cost(flow, distance, linear, n);
    const auto result = solve_quadratic_assignment(flow, distance, n, {.linear = linear});
    REQUIRE(is_permutation(result.location_of));
    REQUIRE(result.optimal);
    const double cost = cost_of(flow, distance, linear, result.location_of);
    const double tolerance = whole ? 0 : 1e-10 * scale * scale * static_cast<double>(n * n);
    REQUIRE(std::abs(cost - least) <= tolerance);
    REQUIRE(std::abs(result.cost - least) <= tolerance);
    REQUIRE(std::abs(result.lower_bound - least) <= tolerance);

    // Neither the bound of a search that stopped at once nor that of Gilmore and Lawler is too high.
    const auto stopped = solve_quadratic_assignment(
        flow, distance, n, {.linear = linear, .limits = {.nodes = 1}, .starts = 1, .steps_per_facility = 0});
    REQUIRE(is_permutation(stopped.location_of));
    REQUIRE(stopped.lower_bound <= least + tolerance);
    REQUIRE(stopped.cost >= least - tolerance);
    if (stopped.optimal) REQUIRE(std::abs(stopped.cost - least) <= tolerance);
    quadratic::ProductCosts costs;
    costs.assign(flow, distance, linear, static_cast<std::int32_t>(n));
    REQUIRE(costs.unscaled(quadratic::gilmore_lawler_bound(costs)) <=
            least + 1e-10 * scale * scale * static_cast<double>(n * n));
  }
}

TEST_CASE("quadratic assignment: published instances, each matrix as the flows") {
  for (const auto& problem : known_assignment_problems()) {
    CAPTURE(problem.name);
    const auto& [name, n, optimum, first, second] = problem;
    for (const bool exchanged : {false, true}) {
      const auto& flow = exchanged ? second : first;
      const auto& distance = exchanged ? first : second;
      const auto result = solve_quadratic_assignment(flow, distance, n);
      CHECK(result.cost == optimum);
      CHECK(result.optimal);
      CHECK(result.lower_bound == optimum);
      CHECK(cost_of(flow, distance, {}, result.location_of) == optimum);
      // The search alone finds it too.
      const auto found = solve_quadratic_assignment(flow, distance, n, {.limits = {.nodes = 1}});
      CHECK(found.cost == optimum);
      CHECK(found.lower_bound <= optimum);
    }
  }
}

TEST_CASE("quadratic assignment: a graph is found in its renumbered self") {
  // 18 nodes, each with edges to the next three around and two further ones: every edge that lies on one gains 1.
  constexpr std::int64_t n = 18;
  std::vector<double> edges(n * n), renumbered(n * n);
  for (std::int64_t v = 0; v < n; ++v)
    for (const std::int64_t step : {1, 2, 3}) edges[v * n + (v + step) % n] = edges[(v + step) % n * n + v] = 1;
  for (const auto& [a, b] : {std::pair(0, 7), std::pair(2, 11)}) edges[a * n + b] = edges[b * n + a] = 1;
  const auto number = random_permutation(n, Rng(3));
  double gain = 0;
  for (std::int64_t v = 0; v < n; ++v)
    for (std::int64_t w = 0; w < n; ++w) {
      renumbered[number[v] * n + number[w]] = -edges[v * n + w];
      gain += edges[v * n + w];
    }
  const auto result = solve_quadratic_assignment(edges, renumbered, n);
  CHECK(result.cost == -gain);
  CHECK(result.optimal);
}

TEST_CASE("quadratic assignment: more facilities than branch and bound takes") {
  // Flows along a line and distances on it: nothing is shorter than the facilities in their order.
  constexpr std::int64_t n = 80;
  std::vector<double> flow(n * n), distance(n * n);
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t k = 0; k < n; ++k) {
      flow[i * n + k] = std::abs(i - k) == 1;
      distance[i * n + k] = std::abs(static_cast<double>(i - k));
    }
  const auto result = solve_quadratic_assignment(flow, distance, n, {.starts = 1, .steps_per_facility = 2});
  CHECK(is_permutation(result.location_of));
  CHECK(result.cost == cost_of(flow, distance, {}, result.location_of));
  CHECK(result.lower_bound <= 2 * (n - 1));
  CHECK(result.lower_bound > 1.9 * (n - 1));
  CHECK_FALSE(result.optimal);
}

TEST_CASE("quadratic assignment: refusals") {
  const std::vector<double> four = {0, 1, 1, 0}, bad = {0, NAN, 1, 0};
  const auto solve = [](const auto& flow, const auto& distance, std::int64_t n, QuadraticAssignmentOptions options) {
    return solve_quadratic_assignment(flow, distance, n, options);
  };
  CHECK_THROWS_WITH_AS(solve(four, four, 3, {}), doctest::Contains("4 numbers of flow for 3 x 3"), ShapeError);
  CHECK_THROWS_WITH_AS(solve(four, four, 0, {}), doctest::Contains("n = 0 is outside"), ValueError);
  CHECK_THROWS_WITH_AS(solve(four, bad, 2, {}), doctest::Contains("distance nan at index 1 is not finite"), ValueError);
  CHECK_THROWS_WITH_AS(solve(four, four, 2, {.linear = {1}}), doctest::Contains("1 numbers of linear"), ShapeError);
  CHECK_THROWS_WITH_AS(solve(four, four, 2, {.limits = {.seconds = 0}}), doctest::Contains("limit of 0 s"), ValueError);
  CHECK_THROWS_WITH_AS(solve(four, four, 2, {.limits = {.nodes = 0}}), doctest::Contains("0 nodes"), ValueError);
  CHECK_THROWS_WITH_AS(solve(four, four, 2, {.starts = 0}), doctest::Contains("starts = 0"), ValueError);
  CHECK_THROWS_WITH_AS(solve(four, four, 2, {.steps_per_facility = -2}), doctest::Contains("steps_per_facility = -2"),
                       ValueError);
}
