#include <cotape/bench/micro/operation.h>
#include <cotape/engine/base/random.h>

#include <benchmark/benchmark.h>

#include <chrono>

namespace cotape::bench {
namespace {

std::vector<Parameter> make_parameters(const Operation& operation) {
  std::vector<Parameter> parameters;
  for (const Shape& shape : operation.inputs)
    parameters.emplace_back("x" + std::to_string(parameters.size()), normal_tensor(shape, parameters.size() + 1));
  return parameters;
}

// Puts the inputs on the tape: as parameters, which are not copied, those that `needed` says.
std::vector<Var> record_inputs(Tape& tape, std::vector<Parameter>& parameters, const std::vector<bool>& needed) {
  tape.clear();
  std::vector<Var> inputs;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    parameters[i].clear_gradient();
    inputs.push_back(needed[i] ? tape.parameter(parameters[i]) : tape.constant(parameters[i].value()));
  }
  return inputs;
}

// Both run once without being timed: first use of memory costs more than many an op.
void run_forward(benchmark::State& state, const Operation& operation, const Work& work) {
  std::vector<Parameter> parameters = make_parameters(operation);
  const std::vector<bool> needed(parameters.size(), true);
  Tape tape;
  const auto forward = [&] { return operation.apply(record_inputs(tape, parameters, needed)); };
  forward();
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(forward().value().data());
  count_work(state, work);
}

void run_backward(benchmark::State& state, const Operation& operation, const std::vector<std::size_t>& wanted,
                  const Work& work) {
  std::vector<Parameter> parameters = make_parameters(operation);
  std::vector<bool> needed(parameters.size(), false);
  for (const std::size_t i : wanted) needed[i] = true;
  Tape tape;
  const auto forward = [&] { return operation.apply(record_inputs(tape, parameters, needed)); };
  const Tensor cotangent = normal_tensor(forward().shape(), 99);
  tape.backward(forward(), cotangent);
  for ([[maybe_unused]] auto _ : state) {
    const Var y = forward();
    const auto start = std::chrono::steady_clock::now();
    tape.backward(y, cotangent);
    state.SetIterationTime(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  count_work(state, work);
}

}  // namespace

void count_work(benchmark::State& state, const Work& work) {
  using benchmark::Counter;
  if (work.flops > 0) state.counters["GFLOP/s"] = Counter(1e-9 * work.flops, Counter::kIsIterationInvariantRate);
  if (work.bytes > 0)
    state.counters["bytes_per_second"] =
        Counter(work.bytes, Counter::kIsIterationInvariantRate, Counter::OneK::kIs1024);
}

void add_forward(const std::string& name, const Operation& operation, const Work& work) {
  benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) { run_forward(state, operation, work); })
      ->Unit(benchmark::kMicrosecond)
      ->UseRealTime();
}

void add_backward(const std::string& name, const Operation& operation, const std::vector<std::size_t>& wanted,
                  const Work& work) {
  benchmark::RegisterBenchmark(name.c_str(),
                               [=](benchmark::State& state) { run_backward(state, operation, wanted, work); })
      ->Unit(benchmark::kMicrosecond)
      ->UseManualTime();
}

Tensor normal_tensor(const Shape& shape, std::uint64_t seed) {
  Tensor tensor(shape);
  Rng(seed).normal(tensor);
  return tensor;
}

}  // namespace cotape::bench
