#pragma once
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <cotape/engine/base/tensor.h>

namespace cotape::bench {

// A way to solve one instance.
struct PathEngine {
  std::string name;
  std::function<void(std::span<const real> costs, std::span<real> path)> solve;
};

// Microseconds an instance.
struct PathTimes {
  std::string engine;
  double median;
  double percentile99;
};

// Solves every instance of costs [count, size, size] `repeats` times with each engine, by turns, on the calling thread.
// Throws SolverError when the cost of a path differs from the first engine's by more than 1e-5 relative.
std::vector<PathTimes> time_paths(const std::vector<PathEngine>& engines, const Tensor& costs, std::int64_t repeats);

}  // namespace cotape::bench
