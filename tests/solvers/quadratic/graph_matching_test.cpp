#include <cotape/engine/base/error.h>
#include <cotape/solvers/layer/differentiable.h>
#include <cotape/solvers/quadratic/graph_matching.h>
#include <cotape/solvers/rules/identity.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "../../instance_count.h"
#include "graph_matching_reference.h"

using namespace cotape;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

enum class Kind { ties, equal, normal, huge, tiny };

real random_cost(Kind kind, Rng& rng) {
  const real uniform = 2 * rng.uniform() - 1;
  switch (kind) {
    case Kind::ties:
      return static_cast<real>(rng.below(5) - 2);
    case Kind::equal:
      return 3;
    case Kind::huge:
      return uniform * real(3e38);
    case Kind::tiny:
      return uniform * real(1e-38);
    default:
      return uniform;
  }
}

std::vector<real> random_costs(std::int64_t count, Kind kind, Rng& rng) {
  std::vector<real> costs;
  for (std::int64_t k = 0; k < count; ++k) costs.push_back(random_cost(kind, rng));
  return costs;
}

// What the costs of a matching add up to at most.
double magnitude(const GraphMatchingLayout& layout, const std::vector<real>& cost, std::optional<double> unassigned) {
  double largest = std::abs(unassigned.value_or(0));
  for (const real c : cost) largest = std::max(largest, std::abs(static_cast<double>(c)));
  return largest * static_cast<double>(layout.left_nodes + layout.left_edges);
}

}  // namespace

TEST_CASE("graph_matching: equals an enumeration of all matchings on 8,000 instances") {
  Rng rng(1);
  int tied = 0, infeasible = 0, partial = 0, wide = 0, high = 0, left_out = 0, search_best = 0, feasible = 0;
  const std::int64_t count = instance_count(8000);
  for (std::int64_t instance = 0; instance < count; ++instance) {
    CAPTURE(instance);
    const auto kind = static_cast<Kind>(instance % 5);
    const bool may_leave_out = instance % 4 == 0;
    const std::int64_t most = may_leave_out ? 5 : instance % 16 == 1 ? 7 : 6;
    const std::int64_t left = 1 + rng.below(most), right = instance % 3 == 0 ? left : 1 + rng.below(most);
    const std::int64_t left_edges = rng.below(2 * left), right_edges = rng.below(2 * right);
    const GraphMatchingLayout layout{left + rng.below(2), right + rng.below(2), left_edges + rng.below(2),
                                     right_edges + rng.below(2)};
    MatchedGraphs graphs{random_loopless_graph(left, left_edges, rng), random_loopless_graph(right, right_edges, rng)};
    GraphMatching solver{.layout = layout};
    GraphMatchingSearch search{.layout = layout, .starts = 2, .steps = 50};
    if (may_leave_out) search.unassigned_cost = solver.unassigned_cost = random_cost(kind, rng);
    const std::vector<real> cost = random_costs(layout.size(), kind, rng);
    if (instance % 7 < 3)
      for (std::int64_t k = 0; k < layout.left_nodes * layout.right_nodes; ++k)
        graphs.allowed.push_back(static_cast<std::uint8_t>(rng.below(3) != 0));
    std::optional<double> unassigned;
    if (solver.unassigned_cost) unassigned = static_cast<double>(*solver.unassigned_cost);
    const BestMatching best = best_matching(layout, graphs, cost, unassigned);

    std::vector<real> solution(cost.size());
    if (best.count == 0) {
      REQUIRE_THROWS_WITH_AS(solver.solve(cost, graphs, solution), doctest::Contains("without a forbidden one"),
                             SolverError);
      REQUIRE_THROWS_WITH_AS(search.solve(cost, graphs, solution), doctest::Contains("without a forbidden one"),
                             SolverError);
      ++infeasible;
      continue;
    }
    ++feasible;
    solver.solve(cost, graphs, solution);
    const auto matching = matching_of(layout, graphs, solution);
    REQUIRE_FALSE(matching.empty());
    const double value = matching_cost(layout, graphs, cost, unassigned, matching);
    const double tolerance = 2e-11 * magnitude(layout, cost, unassigned);
    if (kind == Kind::ties || kind == Kind::equal)
      REQUIRE(value == best.cost);
    else
      REQUIRE(value <= best.cost + tolerance);

    std::vector<real> found(cost.size());
    search.solve(cost, graphs, found);
    const auto found_matching = matching_of(layout, graphs, found);
    REQUIRE_FALSE(found_matching.empty());
    const double found_value = matching_cost(layout, graphs, cost, unassigned, found_matching);
    REQUIRE(found_value >= best.cost - tolerance);
    search_best += found_value <= best.cost + tolerance;

    tied += best.count > 1;
    partial += may_leave_out;
    left_out += std::count(matching.begin(), matching.end(), -1) > std::max<std::int64_t>(0, left - right);
    wide += left < right;
    high += left > right;
  }
  CHECK(tied > count / 5);
  CHECK(infeasible > count / 80);
  CHECK(partial > count / 5);
  CHECK(left_out > count / 20);
  CHECK(wide > count / 8);
  CHECK(high > count / 8);
  CHECK(search_best > feasible * 0.99);
}
