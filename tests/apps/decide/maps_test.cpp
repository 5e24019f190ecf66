#include <cotape/apps/decide/maps.h>
#include <cotape/data/sets/terrain.h>
#include <cotape/data/sets/warcraft.h>
#include <cotape/engine/base/error.h>
#include <cotape/solvers/paths/grid_path.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "../../temporary_folder.h"

using namespace cotape;
using namespace cotape::app;

namespace {

WarcraftMaps generated(WarcraftSplit split, std::int64_t count) {
  const GridPath path{.height = 12, .width = 12};
  return generate_terrain({.count = count, .size = 12, .seed = 9, .split = split},
                          [&](std::span<const real> cost, std::span<real> mask) { path.solve(cost, mask); });
}

}  // namespace

TEST_CASE("maps: features are standardised, costs those of the cells") {
  const DecisionProblem problem = make_maps_problem({.train = 30, .test = 20}, 4);
  REQUIRE(problem.features.shape() == Shape{30, 144, 6});
  REQUIRE(problem.costs.shape() == Shape{30, 12, 12});
  REQUIRE(problem.test_features.shape() == Shape{20, 144, 6});
  for (std::int64_t feature = 0; feature < 6; ++feature) {
    double sum = 0, squares = 0;
    for (std::int64_t i = feature; i < problem.features.size(); i += 6) {
      sum += static_cast<double>(problem.features[i]);
      squares += std::pow(static_cast<double>(problem.features[i]), 2);
    }
    CHECK(std::abs(sum / (30 * 144)) < 1e-4);
    CHECK(squares / (30 * 144) == doctest::Approx(1).epsilon(1e-4));
  }
  double sum = 0;
  for (const real cost : problem.costs.values()) {
    CHECK(std::find(terrain_costs.begin(), terrain_costs.end(), static_cast<float>(cost)) != terrain_costs.end());
    sum += static_cast<double>(cost);
  }
  REQUIRE(problem.typical_cost);
  CHECK(*problem.typical_cost == doctest::Approx(sum / (30 * 144)));
  const auto costs = [](std::uint32_t seed) {
    const DecisionProblem made = make_maps_problem({.train = 30, .test = 20}, seed);
    return std::vector<real>(made.costs.values().begin(), made.costs.values().end());
  };
  CHECK(costs(4) == costs(4));
  CHECK(costs(4) != costs(5));
}

TEST_CASE("maps: those of a folder, each with its own costs") {
  const TemporaryFolder folder;
  const WarcraftMaps train = generated(WarcraftSplit::train, 7), tests = generated(WarcraftSplit::test, 3);
  save_warcraft(folder.path(), WarcraftSplit::train, train);
  save_warcraft(folder.path(), WarcraftSplit::test, tests);
  const DecisionProblem problem = make_maps_problem({.train = 7, .test = 2, .own = {.folder = folder.path()}}, 1);
  std::vector<int> seen(7);
  for (std::int64_t row = 0; row < 7; ++row)
    for (std::int64_t map = 0; map < 7; ++map) {
      const auto costs = train.cost(map);
      seen[static_cast<std::size_t>(map)] += std::equal(costs.begin(), costs.end(), problem.costs.data() + row * 144,
                                                        [](float a, real b) { return a == static_cast<float>(b); });
    }
  CHECK(seen == std::vector<int>(7, 1));
  CHECK(problem.test_costs.shape() == Shape{2, 12, 12});
  CHECK_THROWS_WITH_AS(make_maps_problem({.train = 8, .test = 2, .own = {.folder = folder.path()}}, 1),
                       "--train 8 of 7 maps", ValueError);
  CHECK_THROWS_WITH_AS(make_maps_problem({.train = 7, .test = 4, .own = {.folder = folder.path()}}, 1),
                       "--test 4 of 3 maps", ValueError);
  CHECK_THROWS_AS(make_maps_problem({.own = {.folder = folder.path() / "none"}}, 1), FileError);
}
