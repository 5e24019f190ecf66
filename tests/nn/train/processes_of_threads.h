#pragma once
#include <cotape/nn/train/processes.h>

#include <condition_variable>
#include <cstring>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

// Threads that stand for processes: each has a Processes of its own, and what one sends lies in a queue until it is
// taken.
class ProcessesOfThreads {
 public:
  // Runs body(processes) in as many threads and waits for all. Throws what the first of them has thrown.
  static void run(std::int64_t count, const std::function<void(cotape::Processes&)>& body) {
    ProcessesOfThreads all(count);
    std::vector<std::exception_ptr> errors(static_cast<std::size_t>(count));
    std::vector<std::thread> threads;
    for (std::int64_t rank = 0; rank < count; ++rank)
      threads.emplace_back([&all, &errors, &body, rank] {
        Member member(all, rank);
        try {
          body(member);
        } catch (...) {
          errors[static_cast<std::size_t>(rank)] = std::current_exception();
        }
      });
    for (std::thread& thread : threads) thread.join();
    for (const std::exception_ptr& error : errors)
      if (error) std::rethrow_exception(error);
  }

 private:
  class Member final : public cotape::Processes {
   public:
    Member(ProcessesOfThreads& all, std::int64_t rank) : all_(all), rank_(rank) {}
    std::int64_t rank() const override { return rank_; }
    std::int64_t count() const override { return all_.count_; }

   private:
    void carry(std::int64_t partner, std::span<const std::byte> sent, std::span<std::byte> taken) override {
      std::unique_lock lock(all_.mutex_);
      all_.queues_[{rank_, partner}].emplace_back(sent.begin(), sent.end());
      all_.changed_.notify_all();
      auto& queue = all_.queues_[{partner, rank_}];
      all_.changed_.wait(lock, [&] { return !queue.empty(); });
      if (queue.front().size() != taken.size()) throw std::runtime_error("sent and taken differ in size");
      std::copy(queue.front().begin(), queue.front().end(), taken.begin());
      queue.pop_front();
    }

    ProcessesOfThreads& all_;
    std::int64_t rank_;
  };

  explicit ProcessesOfThreads(std::int64_t count) : count_(count) {}

  std::int64_t count_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::pair<std::int64_t, std::int64_t>, std::deque<std::vector<std::byte>>> queues_;  // from, to
};
