#pragma once
#include <cstdint>
#include <exception>
#include <mutex>
#include <string>

#include <cotape/engine/base/error.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// What the first instance threw, in their order: which of several blocks of a parallel loop fails first in time is
// chance.
class FirstFailure {
 public:
  explicit FirstFailure(std::int64_t count) : row_(count), count_(count) {}

  // From any thread, in a catch block.
  void keep(std::int64_t failed) {
    const std::lock_guard lock(mutex_);
    if (failed >= row_) return;
    row_ = failed;
    error_ = std::current_exception();
  }

  // The instance; the number of instances where none has failed.
  std::int64_t row() const { return row_; }
  // Throws what it threw, a SolverError with `before` and the instance's number in front. Nothing where none has
  // failed.
  void rethrow(const std::string& before = "") const {
    if (row_ == count_) return;
    try {
      std::rethrow_exception(error_);
    } catch (const SolverError& error) {
      fail<SolverError>(before, "instance ", row_, ": ", error.what());
    }
  }

 private:
  std::int64_t row_, count_;
  std::exception_ptr error_;
  std::mutex mutex_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
