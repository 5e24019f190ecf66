#pragma once
#include <cstdint>
#include <functional>

namespace cotape::app {

// Who watches over the work.
struct Watch {
  std::function<void()> done;     // called after each job, never twice at a time
  std::function<bool()> stopped;  // whether the work is to end; asked by any thread, again and again
};

// Runs job(i) for 0 ≤ i < count in parallel, each on one thread; jobs write apart. Returns false when `watch` has
// ended it: jobs may then be missing or have ended early.
bool run_jobs(std::int64_t count, const std::function<void(std::size_t job)>& job, const Watch& watch);

}  // namespace cotape::app
