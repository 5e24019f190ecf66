#pragma once
#include <chrono>
#include <cstdint>
#include <limits>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace quadratic {

using Clock = std::chrono::steady_clock;

// When a search stops although it has not proven yet that its matching is the cheapest.
struct Limits {
  std::int64_t nodes = std::numeric_limits<std::int64_t>::max();
  Clock::time_point deadline = Clock::time_point::max();

  // Whether the time is up. Every loop that can run for long asks; without a deadline that costs nothing.
  bool expired() const { return deadline != Clock::time_point::max() && Clock::now() >= deadline; }
};

}  // namespace quadratic
}  // namespace COTAPE_PRECISION
}  // namespace cotape
