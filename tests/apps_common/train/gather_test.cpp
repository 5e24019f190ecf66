#include <cotape/apps/common/train/gather.h>
#include <cotape/engine/base/error.h>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "../../nn/train/processes_of_threads.h"

using namespace cotape;
using namespace cotape::app;

TEST_CASE("gather: every process gets all parts, as they are") {
  for (const std::int64_t count : {1, 2, 4, 8}) {
    CAPTURE(count);
    constexpr std::int64_t size = 24;
    std::vector<real> expected;
    for (std::int64_t i = 0; i < size; ++i) expected.push_back(i % 5 == 0 ? real(-0.0) : static_cast<real>(i) / 7);
    std::vector<std::vector<real>> all(static_cast<std::size_t>(count));
    std::vector<std::int64_t> sent(static_cast<std::size_t>(count));
    ProcessesOfThreads::run(count, [&](Processes& processes) {
      const auto rank = static_cast<std::size_t>(processes.rank());
      std::vector<real> numbers(expected.size(), real(99));
      const std::size_t part = numbers.size() / static_cast<std::size_t>(count);
      for (std::size_t i = rank * part; i < (rank + 1) * part; ++i) numbers[i] = expected[i];
      gather_over_processes(processes, numbers);
      all[rank] = numbers;
      sent[rank] = processes.bytes_sent();
    });
    for (const std::vector<real>& numbers : all) {
      CHECK(numbers == expected);
      CHECK(std::signbit(numbers[0]));  // == takes both zeros for one
    }
    for (const std::int64_t bytes : sent)
      CHECK(bytes == (count - 1) * size / count * static_cast<std::int64_t>(sizeof(real)));
  }
}

TEST_CASE("gather: parts of equal size, of a power of two of processes") {
  const auto gather = [](std::int64_t count, std::size_t size) {
    ProcessesOfThreads::run(count, [&](Processes& processes) {
      std::vector<real> numbers(size);
      gather_over_processes(processes, numbers);
    });
  };
  CHECK_THROWS_WITH_AS(gather(2, 5),
                       "5 numbers in equal parts of 2 processes; their number must be a power of two that divides it",
                       ValueError);
  CHECK_THROWS_AS(gather(3, 6), ValueError);
}
