#pragma once
#include <cstdint>
#include <functional>

namespace cotape::app {

// Called after each job, never twice at a time; false ends the work.
using Step = std::function<bool()>;

// Runs job(i) for 0 ≤ i < count in parallel, each on one thread; jobs write apart. Returns false when `step` has ended
// it before all were done.
bool run_jobs(std::int64_t count, const std::function<void(std::size_t job)>& job, const Step& step);

}  // namespace cotape::app
