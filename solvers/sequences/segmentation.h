#pragma once
#include <cstdint>
#include <span>

#include <cotape/solvers/core/solver.h>
#include <cotape/solvers/kit/workspace_pool.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// How long a sequence is, and into how many segments it is to be cut; 0: any number.
struct SegmentationSize {
  std::int64_t steps = 0;
  std::int64_t segments = 0;
};

// The cheapest way to cut a sequence into segments (R. Bellman, 1961). Costs and solution are [steps, max_length]:
// entry [t, l] is the segment of l + 1 steps that begins at step t; the solution is 1 at the segments taken, which
// follow one another from the first step to the last. Entries of segments that would reach beyond the end do not count
// and are 0. Exact, minimising, any finite cost; sums are taken in double from the end to the start. Of equally cheap
// ways it takes the one whose first segment is shortest, then the second one, and so on. Time steps · max_length, times
// `segments` where their number is given.
//
// An instance may have fewer steps and a number of segments of its own (SegmentationSize, instance data): the rest is
// padding (Ability::mask). Made as Segmentation{.steps = 100, .max_length = 20}.
struct Segmentation {
  using Instance = SegmentationSize;

  std::int64_t steps = 1;
  std::int64_t max_length = 1;
  std::int64_t segments = 0;  // of instances without data; 0: any number

  struct Workspace;
  WorkspacePool<Workspace> workspaces = {};  // for solve()

  // Throws ValueError unless 1 ≤ max_length ≤ steps, steps · max_length ≤ 2²⁸, and the sequence can be cut into
  // `segments`.
  SolverTraits traits() const;
  // Throw SolverError for a length outside 0 … steps and a number of segments into which it cannot be cut.
  void solve(std::span<const real> cost, const Instance& instance, std::span<real> solution) const;
  void solve(std::span<const real> cost, std::span<real> solution) const { solve(cost, {steps, segments}, solution); }

  // 1 for the segments that lie in the instance.
  void mask(const Instance& instance, std::span<real> mask) const;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
