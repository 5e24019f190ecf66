#include <cotape/apps/common/train/jobs.h>
#include <cotape/engine/base/parallel.h>

#include <mutex>

namespace cotape::app {

bool run_jobs(std::int64_t count, const std::function<void(std::size_t job)>& job, const Watch& watch) {
  std::mutex mutex;
  parallel_for(count, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end && !watch.stopped(); ++i) {
      without_threads([&] { job(static_cast<std::size_t>(i)); });
      const std::lock_guard lock(mutex);
      watch.done();
    }
  });
  return !watch.stopped();
}

}  // namespace cotape::app
