#pragma once
#include <cmath>
#include <span>
#include <type_traits>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// By what costs are multiplied so that no sum of them overflows, 1 almost always; what vanishes is far below rounding.
inline double scale_of(std::span<const real> cost) {
  if constexpr (std::is_same_v<real, float>) return 1;  // no sum in double of so many numbers of 32 bits overflows
  double sum = 0;
  for (const real c : cost) sum += std::abs(static_cast<double>(c));
  // A solution takes an entry at most 2²⁸ times.
  return sum < 1e290 ? 1 : 0x1p-64;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
