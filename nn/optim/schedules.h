#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include <cotape/engine/base/real.h>

// Learning-rate schedules: small values that are called with a time, counted from 0 in epochs or in steps as the
// caller likes, and return the learning rate at that time. They keep no state, so a resumed run has nothing to restore;
// Plateau, which follows a measurement, is in plateau.h.
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

// Half a cosine wave from `rate` at time 0 to `end` at `length`, and `end` from then on (Loshchilov and Hutter, "SGDR",
// ICLR 2017, one run). Throws ValueError when called with length < 1.
struct CosineSchedule {
  double rate = 1e-3;
  std::int64_t length = 1;
  double end = 0;
  double operator()(std::int64_t time) const;
};

// Warm-up, then anything: for `length` times a straight line from start_factor to 1, times what `then` begins with;
// after that `then`, whose time counts from there. Throws ValueError when called with length < 0 or without `then`.
struct WarmUpSchedule {
  std::int64_t length = 0;
  Schedule then = ConstantSchedule{};
  double start_factor = 0;
  double operator()(std::int64_t time) const;
};

// One cycle (Smith and Topin, "Super-convergence", 2017, as in PyTorch): a cosine from max_rate / start_divisor up to
// max_rate, reached after the share `rise` of the length, and one down to the first rate / end_divisor at time
// length − 1, which stays. Throws ValueError when called with length < 2, rise outside (0, 1) or so near to either that
// a part has no length, or a divisor that is not positive.
struct OneCycleSchedule {
  double max_rate = 1e-3;
  std::int64_t length = 2;
  double rise = 0.3;
  double start_divisor = 25;
  double end_divisor = 1e4;
  double operator()(std::int64_t time) const;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
