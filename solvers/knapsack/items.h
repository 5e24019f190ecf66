#pragma once
#include <cstdint>
#include <vector>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace knapsack {

// An item that is worth something, fits and weighs something.
struct Item {
  double value;
  std::int64_t copies;  // how often it may be taken
  std::int64_t index;   // among the instance's items
};

}  // namespace knapsack
}  // namespace COTAPE_PRECISION
}  // namespace cotape
