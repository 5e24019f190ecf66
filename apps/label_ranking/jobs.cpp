#include <cotape/apps/label_ranking/jobs.h>
#include <cotape/engine/base/parallel.h>

#include <mutex>

namespace cotape::app {

bool run_jobs(std::int64_t count, const std::function<void(std::size_t job)>& job, const Step& step) {
  std::mutex mutex;
  bool stopped = false;
  std::int64_t done = 0;
  const auto is_stopped = [&] {
    const std::lock_guard lock(mutex);
    return stopped;
  };
  parallel_for(count, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end && !is_stopped(); ++i) {
      without_threads([&] { job(static_cast<std::size_t>(i)); });
      const std::lock_guard lock(mutex);
      ++done;
      stopped = !step() || stopped;
    }
  });
  return done == count;
}

}  // namespace cotape::app
