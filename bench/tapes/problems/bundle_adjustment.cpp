#include <cotape/bench/tapes/problems/bundle_adjustment.h>
#include <cotape/bench/tapes/problems/draws.h>

namespace cotape::bench::tapes {
namespace {

// Cameras some five units in front of points around the origin, all turned a little.
BundleAdjustment bundle(std::size_t cameras, std::size_t points, std::size_t observations, std::uint64_t seed) {
  BundleAdjustment problem{.size = std::to_string(cameras) + " cameras, " + std::to_string(observations) + " views",
                           .cameras = cameras,
                           .points = points,
                           .camera_of = {},
                           .point_of = {},
                           .features = {},
                           .start = {}};
  Draws draws(seed);
  for (std::size_t i = 0; i < observations; ++i) {
    problem.camera_of.push_back(static_cast<std::int64_t>(draws.below(cameras)));
    problem.point_of.push_back(static_cast<std::int64_t>(i % points));
  }
  draws.append_normal(problem.features, 2 * observations, 0, 0.2);
  for (std::size_t i = 0; i < cameras; ++i) {
    draws.append_normal(problem.start, 3, 0, 0.1);  // rotation
    draws.append_normal(problem.start, 2, 0, 0.1);  // centre
    draws.append_normal(problem.start, 1, -5, 0.1);
    draws.append_normal(problem.start, 1, 1, 0.1);   // focal length
    draws.append_normal(problem.start, 2, 0, 0.05);  // principal point
    draws.append_normal(problem.start, 2, 0, 0.05);  // distortion
  }
  draws.append_normal(problem.start, 3 * points, 0, 0.5);
  draws.append_normal(problem.start, observations, 1, 0.1);
  return problem;
}

}  // namespace

std::vector<BundleAdjustment> bundle_problems(std::uint64_t seed) {
  return {bundle(5, 50, 100, seed), bundle(20, 1000, 3000, seed), bundle(49, 7776, 31843, seed)};
}

}  // namespace cotape::bench::tapes
