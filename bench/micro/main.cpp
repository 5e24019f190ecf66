#include <cotape/bench/micro/families.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>

#include <benchmark/benchmark.h>

#include <charconv>
#include <iostream>
#include <string_view>
#include <vector>

using namespace cotape;

namespace {

// Takes --threads=N out of the arguments, which Google Benchmark would refuse; 0, all threads, without it.
int take_threads(std::vector<char*>& arguments) {
  constexpr std::string_view option = "--threads=";
  int threads = 0;
  std::erase_if(arguments, [&](const char* argument) {
    const std::string_view text = argument;
    if (!text.starts_with(option)) return false;
    const std::string_view number = text.substr(option.size());
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), threads);
    if (error != std::errc{} || end != number.data() + number.size() || threads < 1)
      fail<ValueError>(text, ": not a number of threads");
    return true;
  });
  return threads;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    std::vector<char*> arguments(argv, argv + argc);
    const ThreadLimit limit(take_threads(arguments));
    int count = static_cast<int>(arguments.size());
    arguments.push_back(nullptr);
    benchmark::AddCustomContext("threads", std::to_string(thread_count()));
    benchmark::Initialize(&count, arguments.data());
    if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 1;
    bench::add_gemm();
    bench::add_conv();
    bench::add_pool();
    bench::add_norm();
    bench::add_elementwise();
    bench::add_losses();
    bench::add_optimizers();
    bench::add_samplers();
    bench::add_solvers();
    bench::add_rules();
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
  } catch (const Error& error) {
    std::cerr << "bench_micro: " << error.what() << '\n';
    return 2;
  }
}
