#pragma once
#include <cotape/engine/base/random.h>

namespace cotape::bench {

// How the costs of a grid's cells are drawn, each cell for itself.
enum class GridCosts {
  terrain,  // one of the five costs of the Warcraft maps: 0.8, 1.2, 5.3, 7.7, 9.2
  uniform   // uniform in (0, 1)
};

const char* name_of(GridCosts kind);

// Costs [count, size, size]; the same for the same arguments.
Tensor grid_costs(GridCosts kind, std::int64_t count, std::int64_t size, std::uint64_t seed);

}  // namespace cotape::bench
