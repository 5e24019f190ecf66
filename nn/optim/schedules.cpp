#include <cotape/engine/base/error.h>
#include <cotape/nn/optim/schedules.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

double decayed(double rate, double factor, std::int64_t times) {
  return rate * std::pow(factor, static_cast<double>(times));
}

// From `from` at share 0 to `to` at share 1 along half a cosine wave.
double along_cosine(double from, double to, double share) {
  return to + (from - to) * (1 + std::cos(std::numbers::pi * share)) / 2;
}

void check_time(std::int64_t time) {
  if (time < 0) fail<ValueError>("schedule: time ", time, " is negative");
}

}  // namespace

double ConstantSchedule::operator()(std::int64_t time) const {
  check_time(time);
  return rate;
}

double StepSchedule::operator()(std::int64_t time) const {
  check_time(time);
  if (every < 1) fail<ValueError>("step schedule: every ", every, " is not positive");
  return decayed(rate, factor, time / every);
}

double MultiStepSchedule::operator()(std::int64_t time) const {
  check_time(time);
  return decayed(rate, factor,
                 std::count_if(milestones.begin(), milestones.end(), [&](std::int64_t at) { return at <= time; }));
}

double ExponentialSchedule::operator()(std::int64_t time) const {
  check_time(time);
  return decayed(rate, factor, time);
}

double CosineSchedule::operator()(std::int64_t time) const {
  check_time(time);
  if (length < 1) fail<ValueError>("cosine schedule: length ", length, " is not positive");
  return time < length ? along_cosine(rate, end, static_cast<double>(time) / static_cast<double>(length)) : end;
}

double WarmUpSchedule::operator()(std::int64_t time) const {
  check_time(time);
  if (length < 0) fail<ValueError>("warm-up schedule: length ", length, " is negative");
  if (!then) fail<ValueError>("warm-up schedule: no schedule to go on with");
  if (time >= length) return then(time - length);
  return then(0) * (start_factor + (1 - start_factor) * static_cast<double>(time) / static_cast<double>(length));
}

double OneCycleSchedule::operator()(std::int64_t time) const {
  check_time(time);
  const double last = static_cast<double>(length - 1), top = rise * static_cast<double>(length) - 1;
  if (!(top > 0 && top < last))
    fail<ValueError>("one-cycle schedule: a length of ", length, " has no part that rises for a share of ", rise,
                     " and one that falls");
  if (!(start_divisor > 0 && end_divisor > 0))
    fail<ValueError>("one-cycle schedule: divisors ", start_divisor, " and ", end_divisor, " are not both positive");
  const double first_rate = max_rate / start_divisor, at = std::min(static_cast<double>(time), last);
  return at <= top ? along_cosine(first_rate, max_rate, at / top)
                   : along_cosine(max_rate, first_rate / end_divisor, (at - top) / (last - top));
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
