#include <cotape/bench/tapes/measure.h>

#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <fstream>
#include <limits>
#include <stdexcept>
#include <string>

namespace cotape::bench::tapes {
namespace {

double seconds_of(const std::function<void()>& work, int times) {
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < times; ++i) work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / times;
}

// An entry of Linux's /proc/self/status in bytes; NaN where there is none.
double memory_entry(const std::string& name) {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word)
    if (double kibibytes = 0; word == name + ":" && status >> kibibytes) return 1024 * kibibytes;
  return std::numeric_limits<double>::quiet_NaN();
}

// Lets the kernel forget the peak so far.
void reset_peak() { std::ofstream("/proc/self/clear_refs") << "5" << std::flush; }

}  // namespace

std::vector<double> median_seconds(const std::vector<std::function<void()>>& works, int repeats, double turn) {
  std::vector<int> times;
  for (const auto& work : works) {
    constexpr double most = 1e6;
    times.push_back(static_cast<int>(std::clamp(turn / seconds_of(work, 1), 1.0, most)));
  }
  std::vector<std::vector<double>> seconds(works.size());
  for (int repeat = 0; repeat < repeats; ++repeat)
    for (std::size_t i = 0; i < works.size(); ++i) {
      works[i]();
      seconds[i].push_back(seconds_of(works[i], times[i]));
    }
  std::vector<double> medians;
  for (auto& all : seconds) {
    std::sort(all.begin(), all.end());
    medians.push_back((all[(all.size() - 1) / 2] + all[all.size() / 2]) / 2);
  }
  return medians;
}

double peak_growth(const std::function<void()>& prepare, const std::function<void()>& work) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("no pipe to a process that measures memory");
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("no process that measures memory");
  if (child == 0) {
    close(ends[0]);
    int code = 1;
    try {
      prepare();
      malloc_trim(0);
      reset_peak();
      const double before = memory_entry("VmRSS");
      work();
      const double growth = memory_entry("VmHWM") - before;
      if (write(ends[1], &growth, sizeof growth) == sizeof growth) code = 0;
    } catch (...) {  // the parent does the same work again, and tells what was wrong
    }
    _exit(code);
  }
  close(ends[1]);
  double growth = std::numeric_limits<double>::quiet_NaN();
  const bool told = read(ends[0], &growth, sizeof growth) == sizeof growth;
  close(ends[0]);
  waitpid(child, nullptr, 0);
  if (!told) throw std::runtime_error("the process that measures memory failed");
  return growth < 0x1p20 ? std::numeric_limits<double>::quiet_NaN() : growth;
}

}  // namespace cotape::bench::tapes
