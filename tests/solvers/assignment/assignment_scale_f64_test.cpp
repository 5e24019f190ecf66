#include <cotape/solvers/assignment/assignment.h>

#include <doctest/doctest.h>

#include <cmath>

#include "pair_reference.h"

using namespace cotape;

TEST_CASE("assignment: costs from 1e-308 to 1e308 are solved as their multiples of ordinary size are") {
  Rng rng(1);
  for (int instance = 0; instance < 2000; ++instance) {
    CAPTURE(instance);
    const std::int64_t rows = 1 + rng.below(6), columns = 1 + rng.below(6);
    const auto n = static_cast<std::size_t>(rows * columns);
    std::vector<double> cost(n), found(n), scaled_found(n);
    for (double& c : cost) c = static_cast<double>(rng.below(instance % 2 == 0 ? 9 : 1000000) - 4);
    Assignment solver{.rows = rows, .columns = columns};
    if (instance % 3 == 0) solver.unassigned_cost = 2;
    solver.solve(cost, found);
    for (const double scale : {0x1p-1074, 0x1p-1022, 0x1p1000}) {
      std::vector<double> scaled = cost;
      for (double& c : scaled) c *= scale;
      Assignment scaled_solver = solver;
      if (solver.unassigned_cost) scaled_solver.unassigned_cost = *solver.unassigned_cost * scale;
      std::fill(scaled_found.begin(), scaled_found.end(), 0);
      scaled_solver.solve(scaled, scaled_found);
      REQUIRE(scaled_found == found);
      REQUIRE(scaled_solver.tied(scaled, found) == solver.tied(cost, found));
    }
  }
}

TEST_CASE("assignment: the largest numbers there are") {
  const double large = std::numeric_limits<double>::max();
  const std::vector<double> cost = {large, -large, large, large, large, -large, -large, large, large};
  std::vector<double> found(9);
  Assignment{.rows = 3, .columns = 3}.solve(cost, found);
  CHECK(found == std::vector<double>{0, 1, 0, 0, 0, 1, 1, 0, 0});
  CHECK(solve_assignment(cost, 3, 3).column_of_row == std::vector<std::int64_t>{1, 2, 0});
}
