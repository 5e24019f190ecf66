#pragma once
#include <cstdint>

namespace cotape::app {

// Seconds that instances took: the processor's time of one thread, in which other programs do not count.
struct SolveTimes {
  double total;
  double median;
  double percentile99;
  double maximum;
};

// Solves `count` instances one after the other with Tsp: Euclidean distances of n random points on the unit sphere, as
// the globe's training does.
SolveTimes time_on_sphere(std::int64_t n, std::int64_t count, std::uint64_t seed);

}  // namespace cotape::app
