#include <cotape/bench/tapes/problems/draws.h>
#include <cotape/bench/tapes/problems/kmeans.h>

namespace cotape::bench::tapes {
namespace {

KMeans kmeans(std::size_t points, std::size_t dimensions, std::size_t centres, std::uint64_t seed) {
  KMeans problem{
      .size = "n " + std::to_string(points) + ", d " + std::to_string(dimensions) + ", k " + std::to_string(centres),
      .points = points,
      .dimensions = dimensions,
      .centres = centres,
      .x = {},
      .start = {}};
  Draws draws(seed);
  draws.append_normal(problem.x, points * dimensions);
  draws.append_normal(problem.start, centres * dimensions);
  return problem;
}

}  // namespace

std::vector<KMeans> kmeans_problems(std::uint64_t seed) {
  return {kmeans(500, 2, 5, seed), kmeans(1000, 10, 20, seed), kmeans(10000, 10, 25, seed)};
}

}  // namespace cotape::bench::tapes
