#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

using namespace cotape;

namespace {

using Blocks = std::set<std::pair<std::int64_t, std::int64_t>>;

Blocks blocks_of(std::int64_t n, std::int64_t block) {
  Blocks blocks;
  std::mutex mutex;
  parallel_for(n, block, [&](std::int64_t begin, std::int64_t end) {
    const std::lock_guard lock(mutex);
    CHECK(blocks.emplace(begin, end).second);  // never the same block twice
  });
  return blocks;
}

}  // namespace

TEST_CASE("parallel_for: the blocks depend on n and block alone") {
  for (const int threads : {1, 2, 5}) {
    const ThreadLimit limit(threads);
    CHECK(blocks_of(10, 4) == Blocks{{0, 4}, {4, 8}, {8, 10}});
    CHECK(blocks_of(8, 4) == Blocks{{0, 4}, {4, 8}});
    CHECK(blocks_of(3, 4) == Blocks{{0, 3}});
    CHECK(blocks_of(1, 1) == Blocks{{0, 1}});
    CHECK(blocks_of(0, 4).empty());
    CHECK(blocks_of(-1, 4).empty());
    CHECK(blocks_of(1000, 1).size() == 1000);
  }
}

TEST_CASE("parallel_for: an exception of the body is rethrown with its type and message") {
  for (const int threads : {1, 2}) {
    const ThreadLimit limit(threads);
    const auto failing = [](std::int64_t begin, std::int64_t) {
      if (begin == 50) fail<SolverError>("block ", begin);
    };
    CHECK_THROWS_WITH_AS(parallel_for(100, 1, failing), "block 50", SolverError);
    CHECK_THROWS_AS(parallel_sum(100, 1,
                                 [&](std::int64_t begin, std::int64_t end) {
                                   failing(begin, end);
                                   return 0.0;
                                 }),
                    SolverError);
  }
}

TEST_CASE("parallel_for may be called inside itself") {
  std::atomic<int> calls = 0;
  parallel_for(8, 1,
               [&](std::int64_t, std::int64_t) { parallel_for(8, 1, [&](std::int64_t, std::int64_t) { ++calls; }); });
  CHECK(calls == 64);
}

TEST_CASE("parallel_sum: the same bits for any number of threads, blocks added in their order") {
  constexpr std::int64_t n = 10'000, block = 37;
  const auto body = [](std::int64_t begin, std::int64_t end) {
    double sum = 0;
    for (std::int64_t i = begin; i < end; ++i) sum += std::sin(static_cast<double>(i)) * 1e3;
    return sum;
  };
  double expected = 0;
  for (std::int64_t begin = 0; begin < n; begin += block) expected += body(begin, std::min(n, begin + block));
  for (const int threads : {1, 2, 4})
    for (int repeat = 0; repeat < 5; ++repeat) {
      const ThreadLimit limit(threads);
      CHECK(parallel_sum(n, block, body) == expected);
    }
  CHECK(parallel_sum(0, 4, body) == 0);
  CHECK(parallel_sum(3, 4, body) == body(0, 3));
}

TEST_CASE("ThreadLimit holds while it lives, nests, and refuses a negative number") {
  const int machine = thread_count();
  CHECK(machine >= 1);
  {
    const ThreadLimit one(1);
    CHECK(thread_count() == 1);
    {
      const ThreadLimit more(2);
      CHECK(thread_count() == 1);  // a limit inside a limit can only lower it
    }
    const ThreadLimit all(0);
    CHECK(thread_count() == 1);
  }
  CHECK(thread_count() == machine);
  CHECK_THROWS_WITH_AS(ThreadLimit(-1), "threads: -1 is negative", ValueError);
}

TEST_CASE("FunctionRef calls what it refers to, also a const callable and a function") {
  int calls = 0;
  const auto count = [&calls](int by) { return calls += by; };
  const FunctionRef<int(int)> ref = count;
  CHECK(ref(3) == 3);
  const FunctionRef<int(int)> copy = ref;
  CHECK(copy(4) == 7);
}

TEST_CASE("without_threads: loops inside run here, one block after the other") {
  const ThreadLimit limit(4);
  const auto caller = std::this_thread::get_id();
  std::vector<std::int64_t> order;
  bool elsewhere = false;
  without_threads([&] {
    CHECK(thread_count() == 1);
    parallel_for(50, 1, [&](std::int64_t begin, std::int64_t) {
      order.push_back(begin);
      elsewhere = elsewhere || std::this_thread::get_id() != caller;
    });
  });
  CHECK(!elsewhere);
  CHECK(order.size() == 50);
  CHECK(std::is_sorted(order.begin(), order.end()));
  CHECK_THROWS_WITH_AS(without_threads([] { fail<ValueError>("inside"); }), "inside", ValueError);
}
