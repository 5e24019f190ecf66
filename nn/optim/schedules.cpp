#include <cotape/engine/base/error.h>
#include <cotape/nn/optim/schedules.h>

#include <algorithm>
#include <cmath>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

double decayed(double rate, double factor, std::int64_t times) {
  return rate * std::pow(factor, static_cast<double>(times));
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

}  // namespace COTAPE_PRECISION
}  // namespace cotape
