#pragma once
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include <cotape/apps/common/train/command_line.h>

// How steps are timed, alike for every engine.
namespace cotape::bench {

struct RunOptions {
  std::string step;
  int threads = 0;  // 0: as many as the machine has
  int steps = 20;   // that are timed
  int warmup = 3;   // before them

  // Adds STEP --threads --steps --warmup.
  void add_to(app::CommandLine& line);
};

struct Times {
  std::vector<double> seconds;  // of each step, wall clock
  double loss = 0;              // of the last one

  // The middle one, or the mean of both.
  double median() const;
};

// Runs `step`, which returns its loss, so many times.
Times time_steps(int steps, const std::function<double()>& step);

// The most memory that the process has held so far: its maximum resident set, in bytes.
std::int64_t peak_bytes();

// What every engine's line of JSON begins with: engine, step, threads, steps, seconds, median, peak_bytes, loss.
nlohmann::ordered_json measurement(const std::string& engine, const RunOptions& options, int threads,
                                   const Times& times);

}  // namespace cotape::bench
