#include <cotape/bench/grid_costs.h>
#include <cotape/data/sets/terrain.h>

#include <algorithm>

namespace cotape::bench {

const char* name_of(GridCosts kind) { return kind == GridCosts::terrain ? "terrain" : "uniform"; }

Tensor grid_costs(GridCosts kind, std::int64_t count, std::int64_t size, std::uint64_t seed) {
  Tensor costs(Shape{count, size, size});
  Rng(seed).uniform(costs);
  if (kind == GridCosts::terrain)
    for (real& cost : costs.values()) {
      const auto place = static_cast<std::size_t>(cost * terrain_classes);
      cost = terrain_costs[std::min<std::size_t>(place, terrain_classes - 1)];
    }
  return costs;
}

}  // namespace cotape::bench
