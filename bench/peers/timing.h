#pragma once
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <cotape/engine/base/tensor.h>

namespace cotape::bench {

// A way to solve one instance.
struct Engine {
  std::string name;
  std::function<void(std::span<const real> costs, std::span<real> solution)> solve;
};

// Microseconds an instance, of which the fastest of all repeats counts: what other processes do to the rest says
// nothing about an engine.
struct EngineTimes {
  std::string engine;
  double median;
  double percentile99;
};

struct Timings {
  std::vector<EngineTimes> engines;
  std::vector<double> answers;  // what each instance's solution costs, ⟨costs, solution⟩
};

// Solves every instance of costs [count, …] `repeats` times with each engine, by turns, on the calling thread. Throws
// SolverError when the cost of a solution differs from the first engine's by more than 1e-5 relative.
Timings time_engines(const std::vector<Engine>& engines, const Tensor& costs, std::int64_t repeats);

}  // namespace cotape::bench
