#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include <cotape/engine/base/real.h>

// Learning-rate schedules: small values that are called with a time, counted from 0 in epochs or in steps as the
// caller likes, and return the learning rate at that time. They keep no state, so a resumed run has nothing to restore.
namespace cotape {
inline namespace COTAPE_PRECISION {

// Any of those below, or a function of the user's.
using Schedule = std::function<double(std::int64_t time)>;

// Each throws ValueError when called with time < 0.

// rate
struct ConstantSchedule {
  double rate = 1e-3;
  double operator()(std::int64_t time) const;
};

// rate · factor^⌊time / every⌋. Throws ValueError when called with every < 1.
struct StepSchedule {
  double rate = 1e-3;
  std::int64_t every = 1;
  double factor = 0.1;
  double operator()(std::int64_t time) const;
};

// rate · factor^(number of milestones ≤ time)
struct MultiStepSchedule {
  double rate = 1e-3;
  std::vector<std::int64_t> milestones = {};
  double factor = 0.1;
  double operator()(std::int64_t time) const;
};

// rate · factor^time
struct ExponentialSchedule {
  double rate = 1e-3;
  double factor = 0.99;
  double operator()(std::int64_t time) const;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
