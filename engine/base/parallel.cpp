#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>

#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <vector>

namespace cotape {
inline namespace COTAPE_PRECISION {

void parallel_for(std::int64_t n, std::int64_t block, FunctionRef<void(std::int64_t, std::int64_t)> body) {
  if (n <= 0) return;
  const std::int64_t blocks = (n + block - 1) / block;
  if (blocks == 1) return body(0, n);
  const auto run = [&](std::int64_t b) { body(b * block, std::min(n, (b + 1) * block)); };
  if (thread_count() == 1) {
    for (std::int64_t b = 0; b < blocks; ++b) run(b);
    return;
  }
  tbb::parallel_for(std::int64_t{0}, blocks, run, tbb::simple_partitioner());
}

void parallel_for_workers(std::int64_t n, std::int64_t block,
                          FunctionRef<void(std::int64_t, std::int64_t, std::int64_t)> body) {
  const auto run = [&](std::int64_t begin, std::int64_t end) { body(worker_index(), begin, end); };
  parallel_for(n, block, run);
}

std::int64_t worker_count() { return std::max(1, tbb::this_task_arena::max_concurrency()); }

std::int64_t worker_index() {
  const int index = tbb::this_task_arena::current_thread_index();
  return index == tbb::task_arena::not_initialized ? 0 : index;
}

void without_threads(FunctionRef<void()> body) {
  tbb::task_arena arena(1);
  arena.execute([&] { body(); });
}

double parallel_sum(std::int64_t n, std::int64_t block, FunctionRef<double(std::int64_t, std::int64_t)> body) {
  if (n <= block) return n <= 0 ? 0 : body(0, n);
  std::vector<double> parts(static_cast<std::size_t>((n + block - 1) / block));
  parallel_for(n, block, [&](std::int64_t begin, std::int64_t end) {
    parts[static_cast<std::size_t>(begin / block)] = body(begin, end);
  });
  double sum = 0;
  for (const double part : parts) sum += part;
  return sum;
}

struct ThreadLimit::Control {
  // Made in place: a copy of a global_control has no effect, though the type allows one.
  explicit Control(int threads)
      : control(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads)) {}

  tbb::global_control control;
};

ThreadLimit::ThreadLimit(int threads) {
  if (threads < 0) fail<ValueError>("threads: ", threads, " is negative");
  if (threads > 0) control_ = std::make_unique<Control>(threads);
}

ThreadLimit::~ThreadLimit() = default;

int thread_count() {
  const std::size_t allowed = tbb::global_control::active_value(tbb::global_control::max_allowed_parallelism);
  return static_cast<int>(std::min(allowed, static_cast<std::size_t>(tbb::this_task_arena::max_concurrency())));
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
