#include <cotape/apps/common/train/jobs.h>
#include <cotape/apps/common/train/processes.h>
#include <cotape/engine/base/parallel.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <string>

namespace cotape::app {
namespace {

// Results one after the other, each with its length in front, as bytes.
std::string packed(const std::vector<JobResult>& results) {
  std::string bytes;
  const auto put = [&](double number) { bytes.append(reinterpret_cast<const char*>(&number), sizeof number); };
  for (const JobResult& result : results) {
    put(static_cast<double>(result.size()));
    for (const double number : result) put(number);
  }
  return bytes;
}

std::vector<JobResult> unpacked(const std::string& bytes) {
  std::vector<double> numbers(bytes.size() / sizeof(double));
  if (!numbers.empty()) std::memcpy(numbers.data(), bytes.data(), bytes.size());
  std::vector<JobResult> results;
  for (auto at = numbers.begin(); at != numbers.end();) {
    const auto size = static_cast<std::ptrdiff_t>(*at++);
    results.emplace_back(at, at + size);
    at += size;
  }
  return results;
}

// The results of each process, in every process.
std::vector<std::vector<JobResult>> shared(Processes& processes, const std::vector<JobResult>& own) {
  std::vector<std::vector<JobResult>> all;
  for (std::int64_t rank = 0; rank < processes.count(); ++rank) {
    std::string bytes = rank == processes.rank() ? packed(own) : "";
    if (rank > 0 && processes.is_first()) bytes = exchange_texts(processes, rank, "");
    if (rank > 0 && rank == processes.rank()) exchange_texts(processes, 0, bytes);
    broadcast(processes, bytes);
    all.push_back(unpacked(bytes));
  }
  return all;
}

}  // namespace

bool run_jobs(std::int64_t count, const std::function<JobResult(std::size_t job)>& job,
              const std::function<void(std::size_t job, std::span<const double> result)>& take, const Watch& watch) {
  Processes& all = processes();
  const std::int64_t step = all.count(), first = all.rank(), own = (count - first + step - 1) / step;
  std::vector<JobResult> results(static_cast<std::size_t>(std::max<std::int64_t>(own, 0)));
  std::mutex mutex;
  std::int64_t told = 0;
  parallel_for(std::ssize(results), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end && !watch.stopped(); ++i) {
      without_threads([&] { results[static_cast<std::size_t>(i)] = job(static_cast<std::size_t>(first + i * step)); });
      const std::lock_guard lock(mutex);
      // The others are taken to be as far as this one.
      for (std::int64_t p = 0; p < step && told < count; ++p, ++told) watch.done();
    }
  });
  if (any_of(all, watch.stopped())) return false;
  if (step == 1) {
    for (std::size_t i = 0; i < results.size(); ++i) take(i, results[i]);
    return true;
  }
  const auto of_all = shared(all, results);
  for (std::int64_t i = 0; i < count; ++i)
    take(static_cast<std::size_t>(i), of_all[static_cast<std::size_t>(i % step)][static_cast<std::size_t>(i / step)]);
  return true;
}

}  // namespace cotape::app
