#include <cotape/bench/steps/catalogue.h>
#include <cotape/bench/steps/measurement.h>

#include <sys/resource.h>

#include <algorithm>
#include <chrono>

namespace cotape::bench {

void RunOptions::add_to(app::CommandLine& line) {
  line.add("step", step, "The training step", app::one_of(step_names()));
  line.require("step");
  line.add("--threads", threads, "Threads that work; 0: all", app::range(0, 1024));
  line.add("--steps", steps, "Steps that are timed", app::range(1, 1000000));
  line.add("--warmup", warmup, "Steps before them", app::range(0, 1000000));
}

double Times::median() const {
  std::vector<double> sorted = seconds;
  std::sort(sorted.begin(), sorted.end());
  const std::size_t n = sorted.size();
  return n == 0 ? 0 : (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
}

Times time_steps(int steps, const std::function<double()>& step) {
  Times times;
  times.seconds.reserve(static_cast<std::size_t>(steps));
  for (int i = 0; i < steps; ++i) {
    const auto start = std::chrono::steady_clock::now();
    times.loss = step();
    times.seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return times;
}

std::int64_t peak_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return std::int64_t{1024} * usage.ru_maxrss;
}

nlohmann::ordered_json measurement(const std::string& engine, const RunOptions& options, int threads,
                                   const Times& times) {
  return {{"engine", engine},           {"step", options.step},     {"threads", threads},
          {"steps", options.steps},     {"seconds", times.seconds}, {"median", times.median()},
          {"peak_bytes", peak_bytes()}, {"loss", times.loss}};
}

}  // namespace cotape::bench
