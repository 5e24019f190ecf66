#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <type_traits>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// A reference to a callable, without ownership or heap memory. The callable must outlive the call it is passed to.
template <class Signature>
class FunctionRef;
template <class R, class... Args>
class FunctionRef<R(Args...)> {
 public:
  template <class F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, FunctionRef> && std::is_invocable_r_v<R, F&, Args...>)
      FunctionRef(F&& f)  // NOLINT: implicit, so that lambdas can be passed
      : object_(const_cast<void*>(static_cast<const void*>(std::addressof(f)))),
        call_([](void* object, Args... args) -> R {
          return (*static_cast<std::remove_reference_t<F>*>(object))(static_cast<Args>(args)...);
        }) {}
  R operator()(Args... args) const { return call_(object_, static_cast<Args>(args)...); }

 private:
  void* object_;
  R (*call_)(void*, Args...);
};

// Calls body(begin, end) for consecutive blocks of [0, n), each `block` long but the last, on any thread and in any
// order. The blocks depend on n and block alone, never on the number of threads: a body whose blocks write apart
// gives the same bits on any machine. An exception in the body is rethrown here.
void parallel_for(std::int64_t n, std::int64_t block, FunctionRef<void(std::int64_t, std::int64_t)> body);

// The same with the number of the worker that runs a block, 0 ≤ worker < worker_count(): no two blocks run at one time
// under the same number, so that each worker can have a workspace of its own. The body starts no parallel loop itself.
void parallel_for_workers(std::int64_t n, std::int64_t block,
                          FunctionRef<void(std::int64_t worker, std::int64_t begin, std::int64_t end)> body);
std::int64_t worker_count();
// The number of the worker that this thread is now; 0 outside of parallel loops.
std::int64_t worker_index();

// Calls body here and now, with one thread: every parallel_for in it runs its blocks one after the other. For many
// small jobs that are parallel among themselves, where splitting each would cost more than it brings. Results are the
// same.
void without_threads(FunctionRef<void()> body);

// Sum over blocks of body(begin, end), added in the order of the blocks: the same bits for any number of threads.
double parallel_sum(std::int64_t n, std::int64_t block, FunctionRef<double(std::int64_t, std::int64_t)> body);

// While it lives, at most `threads` threads work (0: as many as the machine has). Throws ValueError for a negative
// number.
class ThreadLimit {
 public:
  explicit ThreadLimit(int threads);
  ~ThreadLimit();
  ThreadLimit(const ThreadLimit&) = delete;
  ThreadLimit& operator=(const ThreadLimit&) = delete;

 private:
  struct Control;
  std::unique_ptr<Control> control_;
};

// How many threads may work now.
int thread_count();

}  // namespace COTAPE_PRECISION
}  // namespace cotape
