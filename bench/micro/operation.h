#pragma once
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <cotape/engine/tape/tape.h>

namespace benchmark {
class State;
}

namespace cotape::bench {

// An op under test: the shapes of its inputs, which are filled with standard normal numbers, and the call.
struct Operation {
  std::vector<Shape> inputs;
  std::function<Var(std::span<const Var>)> apply;
};

// What one call amounts to: arithmetic operations (a multiplication and an addition are two), and bytes that must at
// least be read and written. What is 0 is not shown.
struct Work {
  double flops = 0;
  double bytes = 0;
};

// Shows the work of each iteration as the counters "GFLOP/s" and "bytes_per_second".
void count_work(benchmark::State& state, const Work& work);

// Times recording the op on a tape, as in a training step: with what its backward pass will need.
void add_forward(const std::string& name, const Operation& operation, const Work& work = {});

// Times the backward pass from the op's result to the inputs `wanted`, by number; the others are constants.
void add_backward(const std::string& name, const Operation& operation, const std::vector<std::size_t>& wanted,
                  const Work& work = {});

// A tensor of standard normal numbers.
Tensor normal_tensor(const Shape& shape, std::uint64_t seed = 1);

}  // namespace cotape::bench
