#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace cotape::app {

// Who watches over the work.
struct Watch {
  std::function<void()> done;     // called after each job, never twice at a time
  std::function<bool()> stopped;  // whether the work is to end; asked by any thread, again and again
};

// What a job comes to, as numbers that can go from one process to another.
using JobResult = std::vector<double>;

// Runs job(i) for 0 ≤ i < count, each on one thread, spread over the threads of all processes: process r has the jobs
// r, r + P, r + 2P, … Then take(i, result) is called for all of them in their order, in every process. Returns false
// when a `watch` has ended it, in every process, and nothing has been taken.
bool run_jobs(std::int64_t count, const std::function<JobResult(std::size_t job)>& job,
              const std::function<void(std::size_t job, std::span<const double> result)>& take, const Watch& watch);

}  // namespace cotape::app
