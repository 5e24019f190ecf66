#pragma once
#include <cstdint>
#include <span>

#include <cotape/data/sets/terrain.h>
#include <cotape/engine/base/random.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Paints size × size cells of terrain on 8·size × 8·size pixels of red, green and blue. Borders between classes are
// ragged lines, up to two pixels away from the edges of the cells. height(x, y) is the height of the ground, about −1
// to 1, at column x and row y, counted in cells; slopes towards the sun are lighter. Light, tint and all details are
// drawn from `rng`.
void paint_terrain(std::span<const Terrain> cells, std::int64_t size, FunctionRef<float(float, float)> height, Rng rng,
                   std::span<std::uint8_t> pixels);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
