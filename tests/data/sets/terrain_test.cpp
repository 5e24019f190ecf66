#include <cotape/data/sets/terrain.h>
#include <cotape/engine/base/error.h>
#include <cotape/solvers/paths/grid_path.h>

#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <set>
#include <string>

#include "../../temporary_folder.h"

using namespace cotape;

namespace {

WarcraftMaps generate(const TerrainOptions& options, int threads = 0) {
  const ThreadLimit limit(threads);
  const GridPath path{.height = options.size, .width = options.size};
  return generate_terrain(options, [&](std::span<const real> cost, std::span<real> mask) { path.solve(cost, mask); });
}

bool same(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b) { return std::ranges::equal(a, b); }

}  // namespace

TEST_CASE("terrain: a map depends on seed, split and its number alone") {
  const WarcraftMaps maps = generate({.count = 30, .seed = 3}, 1);
  CHECK(generate({.count = 30, .seed = 3}, 2) == maps);
  const WarcraftMaps fewer = generate({.count = 7, .seed = 3});
  CHECK(same(fewer.maps, std::span(maps.maps).first(fewer.maps.size())));
  CHECK(same(fewer.paths, std::span(maps.paths).first(fewer.paths.size())));
  // No map twice, in no split, of no other seed.
  std::set<std::string> seen;
  const auto add = [&](const WarcraftMaps& set) {
    for (std::int64_t i = 0; i < set.count; ++i) seen.emplace(set.map(i).begin(), set.map(i).end());
  };
  add(maps);
  add(generate({.count = 30, .seed = 3, .split = WarcraftSplit::val}));
  add(generate({.count = 30, .seed = 3, .split = WarcraftSplit::test}));
  add(generate({.count = 30, .seed = 4}));
  CHECK(seen.size() == 120);
}

TEST_CASE("terrain: classes, paths and light are as varied as they should be") {
  const WarcraftMaps maps = generate({.count = 400});
  std::map<float, double> share;
  double cells = 0, diagonal = 0;
  for (std::int64_t i = 0; i < maps.count; ++i) {
    std::map<float, int> own;
    int on_diagonal = 0;
    for (std::size_t j = 0; j < 144; ++j) {
      ++own[maps.cost(i)[j]];
      cells += maps.path(i)[j];
      on_diagonal += j % 13 == 0 && maps.path(i)[j];
    }
    CHECK(own.size() >= 4);
    CHECK(own[terrain_costs[4]] <= 72);
    CHECK(on_diagonal <= 8);
    diagonal += on_diagonal;
    for (const auto& [cost, count] : own) share[cost] += count / 144.0 / 400;
  }
  REQUIRE(share.size() == 5);
  // Grass 0.34, earth 0.12, forest 0.18, water 0.21, stone 0.15, each within four standard errors of 400 maps.
  CHECK(share[terrain_costs[0]] == doctest::Approx(0.34).epsilon(0.1));
  for (int c = 1; c < terrain_classes; ++c) {
    CHECK(share[terrain_costs[c]] > 0.09);
    CHECK(share[terrain_costs[c]] < 0.26);
  }
  CHECK(cells / 400 > 14);
  CHECK(cells / 400 < 18);
  CHECK(diagonal / 400 < 6);
  const ChannelMoments moments = channel_moments(maps);
  for (std::size_t c = 0; c < 3; ++c) {
    CHECK(moments.mean[c] > 60);
    CHECK(moments.mean[c] < 150);
    CHECK(moments.deviation[c] > 25);
  }
}

TEST_CASE("terrain: classes differ in their pictures, cells of one class do too") {
  const WarcraftMaps maps = generate({.count = 60});
  // Mean colour of the inner 4 × 4 pixels of each cell.
  std::map<float, std::vector<std::array<double, 3>>> colors;
  for (std::int64_t i = 0; i < maps.count; ++i)
    for (std::int64_t cell = 0; cell < 144; ++cell) {
      std::array<double, 3> mean{};
      for (std::int64_t p = 0; p < 16; ++p)
        for (std::size_t c = 0; c < 3; ++c) {
          const std::int64_t y = cell / 12 * 8 + 2 + p / 4, x = cell % 12 * 8 + 2 + p % 4;
          mean[c] += maps.map(i)[static_cast<std::size_t>(3 * (y * 96 + x)) + c] / 16.0;
        }
      colors[maps.cost(i)[static_cast<std::size_t>(cell)]].push_back(mean);
    }
  std::map<float, std::array<double, 3>> center;
  for (const auto& [cost, of_class] : colors) {
    for (const auto& color : of_class)
      for (std::size_t c = 0; c < 3; ++c) center[cost][c] += color[c] / static_cast<double>(of_class.size());
    double spread = 0;
    for (const auto& color : of_class)
      for (std::size_t c = 0; c < 3; ++c) spread += std::pow(color[c] - center[cost][c], 2);
    CHECK(std::sqrt(spread / static_cast<double>(of_class.size())) > 8);
  }
  int right = 0, all = 0;
  const auto distance = [](const auto& a, const auto& b) { return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]); };
  for (const auto& [cost, of_class] : colors)
    for (const auto& color : of_class) {
      float nearest = cost;
      for (const auto& [other, at] : center)
        if (distance(color, at) < distance(color, center[nearest])) nearest = other;
      right += nearest == cost;
      ++all;
    }
  // A colour tells much of a class and not all.
  CHECK(right > 0.75 * all);
  CHECK(right < 0.99 * all);
}

TEST_CASE("terrain: written and read back in the published layout") {
  const TemporaryFolder folder;
  const WarcraftMaps maps = generate({.count = 3, .size = 9, .split = WarcraftSplit::val});
  save_warcraft(folder.path(), WarcraftSplit::val, maps);
  CHECK(load_warcraft(folder.path(), WarcraftSplit::val) == maps);
  CHECK(maps.pixels() == 72);
}

TEST_CASE("terrain: no maps, and refusals") {
  CHECK(generate({.count = 0}).maps.empty());
  CHECK_THROWS_WITH_AS(generate({.count = -1}), "generate_terrain: -1 maps of 12x12 cells", ValueError);
  CHECK_THROWS_WITH_AS(generate({.count = 1, .size = 3}), "generate_terrain: 1 maps of 3x3 cells", ValueError);
}
