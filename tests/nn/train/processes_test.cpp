#include <cotape/engine/base/error.h>
#include <cotape/engine/base/random.h>
#include <cotape/nn/train/processes.h>
#include <cotape/nn/train/tree_sum.h>

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "processes_of_threads.h"

using namespace cotape;

namespace {

std::vector<double> numbers_of(std::int64_t rank, std::size_t size) {
  std::vector<double> numbers(size);
  for (std::size_t i = 0; i < size; ++i)
    numbers[i] = std::sin(static_cast<double>(rank * 1000 + static_cast<std::int64_t>(i))) * std::pow(10, i % 7);
  return numbers;
}

}  // namespace

TEST_CASE(
    "processes: a sum is that of the binary tree over the ranks, the same bits in each, at 2 (1 - 1/P) of the bytes") {
  for (const std::int64_t count : {1, 2, 4, 8, 16})
    for (const std::size_t size : {0, 1, 3, 1000}) {
      TreeSum<double> tree;
      tree.start(size, ShardOrder::rising);
      for (std::int64_t rank = 0; rank < count; ++rank) {
        const std::vector<double> numbers = numbers_of(rank, size);
        std::copy(numbers.begin(), numbers.end(), tree.next().begin());
        tree.add();
      }
      const std::span<const double> expected = tree.finish();
      std::vector<std::vector<double>> sums(static_cast<std::size_t>(count));
      std::vector<std::int64_t> bytes(sums.size()), exchanges(sums.size());
      ProcessesOfThreads::run(count, [&](Processes& processes) {
        const auto rank = static_cast<std::size_t>(processes.rank());
        sums[rank] = numbers_of(processes.rank(), size);
        sum_over_processes(processes, std::span<double>(sums[rank]));
        bytes[rank] = processes.bytes_sent();
        exchanges[rank] = processes.exchanges();
      });
      for (std::size_t rank = 0; rank < sums.size(); ++rank) {
        CAPTURE(count);
        CAPTURE(size);
        CHECK(std::equal(sums[rank].begin(), sums[rank].end(), expected.begin(), expected.end()));
        const double whole = 8 * static_cast<double>(size), share = 1 - 1 / static_cast<double>(count);
        CHECK(static_cast<double>(bytes[rank]) <= 2 * share * whole + 8 * 2 * 4);
        CHECK(exchanges[rank] == 2 * std::lround(std::log2(count)));
      }
    }
  CHECK_THROWS_WITH_AS(ProcessesOfThreads::run(3,
                                               [](Processes& processes) {
                                                 std::vector<float> numbers(2);
                                                 sum_over_processes(processes, std::span<float>(numbers));
                                               }),
                       "a sum over 3 processes; their number must be a power of two", ValueError);
}

TEST_CASE("processes: texts and flags reach everyone, whatever their number") {
  for (const std::int64_t count : {1, 2, 3, 4, 5, 8, 13}) {
    std::vector<std::string> heard(static_cast<std::size_t>(count));
    std::vector<int> flags(heard.size());
    ProcessesOfThreads::run(count, [&](Processes& processes) {
      const auto rank = static_cast<std::size_t>(processes.rank());
      heard[rank] = processes.is_first() ? "what process 0 says" : std::string(rank, 'x');
      broadcast(processes, heard[rank]);
      flags[rank] = any_of(processes, false) ? 1000 : 0;
      for (std::int64_t who = 0; who < processes.count(); ++who)
        flags[rank] += any_of(processes, who == processes.rank());
    });
    for (std::size_t rank = 0; rank < heard.size(); ++rank) {
      CHECK(heard[rank] == "what process 0 says");
      CHECK(flags[rank] == static_cast<int>(count));
    }
  }
  ProcessesOfThreads::run(2, [](Processes& processes) {
    const std::string own(static_cast<std::size_t>(5 * processes.rank()), 'a');
    const std::string other = exchange_texts(processes, 1 - processes.rank(), own);
    if (other.size() != static_cast<std::size_t>(5 - 5 * processes.rank())) throw std::runtime_error("wrong text");
  });
}

TEST_CASE("processes: one alone needs nobody") {
  OneProcess alone;
  CHECK(alone.is_first());
  std::vector<float> numbers = {1, 2};
  sum_over_processes(alone, std::span<float>(numbers));
  CHECK(numbers == std::vector<float>{1, 2});
  std::string text = "text";
  broadcast(alone, text);
  CHECK(text == "text");
  CHECK(any_of(alone, true));
  CHECK_FALSE(any_of(alone, false));
  CHECK(alone.bytes_sent() == 0);
  CHECK_THROWS_WITH_AS(alone.exchange(1, {}, {}), "one process alone has no partner 1", ValueError);
}
