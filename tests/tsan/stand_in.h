#pragma once
#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <set>
#include <thread>
#include <utility>
#include <vector>

// As much of TBB as the engine uses, on std::thread. A thread sanitizer cannot see how the threads inside libtbb wait
// for each other, because Debian's library is compiled without it, and would report every loop; here it sees all.
// The threads of a loop start with it and end with it; a loop inside a loop runs on the thread that it is met on.
namespace tbb {

namespace stand_in {
inline thread_local int index = 0;         // of this thread in its loop
inline thread_local bool in_loop = false;  // whether it runs one
inline thread_local int arena = 0;         // threads that its arena allows; 0: as many as the machine has
inline int machine() { return std::max(2, static_cast<int>(std::thread::hardware_concurrency())); }

// Sets a variable of this thread while it lives.
template <class T>
class Setting {
 public:
  Setting(T& place, T value) : place_(place), old_(std::exchange(place, value)) {}
  ~Setting() { place_ = old_; }
  Setting(const Setting&) = delete;
  Setting& operator=(const Setting&) = delete;

 private:
  T& place_;
  T old_;
};
}  // namespace stand_in

class global_control {
 public:
  enum parameter { max_allowed_parallelism };
  global_control(parameter, std::size_t value) {
    const std::lock_guard lock(mutex);
    place_ = limits.insert(value);
  }
  ~global_control() {
    const std::lock_guard lock(mutex);
    limits.erase(place_);
  }
  global_control(const global_control&) = delete;
  global_control& operator=(const global_control&) = delete;

  static std::size_t active_value(parameter) {
    const std::lock_guard lock(mutex);
    return limits.empty() ? static_cast<std::size_t>(stand_in::machine()) : *limits.begin();
  }

 private:
  inline static std::mutex mutex;
  inline static std::multiset<std::size_t> limits;
  std::multiset<std::size_t>::iterator place_;
};

class task_arena {
 public:
  static constexpr int not_initialized = -2;
  explicit task_arena(int threads) : threads_(threads) {}
  template <class F>
  void execute(const F& f) {
    const stand_in::Setting<int> arena(stand_in::arena, threads_);
    f();
  }

 private:
  int threads_;
};

namespace this_task_arena {
inline int current_thread_index() { return stand_in::index; }
// Limits of the program do not lower it: a thread's index may be any below this.
inline int max_concurrency() {
  constexpr int more_than_limits = 8;
  return stand_in::arena > 0 ? stand_in::arena : std::max(more_than_limits, stand_in::machine());
}
}  // namespace this_task_arena

struct simple_partitioner {};

// body(i) for first ≤ i < last, each once; rethrows one exception of those that are thrown, after all threads ended.
template <class Index, class Body>
void parallel_for(Index first, Index last, const Body& body, simple_partitioner) {
  const auto allowed = global_control::active_value(global_control::max_allowed_parallelism);
  const int threads = stand_in::in_loop ? 1 : std::min(static_cast<int>(allowed), this_task_arena::max_concurrency());
  std::atomic<Index> next = first;
  std::mutex mutex;
  std::exception_ptr failure;
  const auto run = [&](int index) {
    const stand_in::Setting<int> own(stand_in::index, index);
    const stand_in::Setting<bool> inside(stand_in::in_loop, true);
    try {
      for (Index i; (i = next++) < last;) body(i);
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
      next = last;
    }
  };
  std::vector<std::thread> others;
  for (int index = 1; index < threads; ++index) others.emplace_back(run, index);
  run(stand_in::in_loop ? stand_in::index : 0);
  for (std::thread& thread : others) thread.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace tbb
