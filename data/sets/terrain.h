#pragma once
#include <array>
#include <cstdint>
#include <span>

#include <cotape/data/sets/warcraft.h>
#include <cotape/engine/base/parallel.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The kinds of ground that a cell of a map can have.
enum class Terrain : std::uint8_t { grass, earth, forest, water, stone };
// How many kinds of ground there are.
inline constexpr int terrain_classes = 5;

// What a cell of each class costs: 0.8, 1.2, 5.3, 7.7 and 9.2, each as the nearest float16, so that writing and reading
// a generated set gives the same costs.
extern const std::array<float, terrain_classes> terrain_costs;

// Writes 1 on the cells of the cheapest path from the top left to the bottom right corner and 0 elsewhere, for costs
// [size, size]. Called from several threads at once. GridPath::solve is one.
using PathLabel = FunctionRef<void(std::span<const real> cost, std::span<real> path)>;

struct TerrainOptions {
  std::int64_t count = 0;
  std::int64_t size = 12;  // cells along an edge
  std::uint64_t seed = 1;
  WarcraftSplit split = WarcraftSplit::train;
};

// Procedural terrain in the layout of the Warcraft data set, made without any file: the ranges of a smooth random
// height and moisture are divided into the five classes, and every cell is painted with its class's texture. Maps with
// fewer than four classes, with more than half stone, or with a path that hardly leaves the diagonal are drawn again.
// Map i depends on (size, seed, split, i) alone. Throws ValueError for a negative count or a size below 4.
WarcraftMaps generate_terrain(const TerrainOptions& options, PathLabel label);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
