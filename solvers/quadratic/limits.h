#pragma once
#include <chrono>
#include <cstdint>
#include <limits>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// When an exact search gives up.
struct QuadraticLimits {
  std::int64_t nodes = std::numeric_limits<std::int64_t>::max();  // of branch and bound
  double seconds = std::numeric_limits<double>::infinity();
};

namespace quadratic {

using Clock = std::chrono::steady_clock;

// The same with the time at which the seconds are over.
struct Limits {
  std::int64_t nodes = std::numeric_limits<std::int64_t>::max();
  Clock::time_point deadline = Clock::time_point::max();

  Limits() = default;
  // From now on. Throws ValueError, in the name of `who`, for limits that are not positive.
  Limits(const QuadraticLimits& limits, const char* who);
  // Whether the time is up. Every loop that can run for long asks; without a deadline that costs nothing.
  bool expired() const { return deadline != Clock::time_point::max() && Clock::now() >= deadline; }
};

}  // namespace quadratic
}  // namespace COTAPE_PRECISION
}  // namespace cotape
