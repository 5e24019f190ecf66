#include <cotape/engine/base/error.h>
#include <cotape/nn/optim/schedules.h>
#include <doctest/doctest.h>

#include <cmath>

using namespace cotape;

TEST_CASE("schedules: values over time") {
  const ConstantSchedule constant{.rate = 0.5};
  CHECK(constant(0) == 0.5);
  CHECK(constant(1000000) == 0.5);

  const StepSchedule step{.rate = 1, .every = 10, .factor = 0.5};
  CHECK(step(0) == 1);
  CHECK(step(9) == 1);
  CHECK(step(10) == 0.5);
  CHECK(step(39) == 0.125);

  const MultiStepSchedule steps{.rate = 8, .milestones = {30, 40}, .factor = 0.25};
  CHECK(steps(29) == 8);
  CHECK(steps(30) == 2);
  CHECK(steps(39) == 2);
  CHECK(steps(40) == 0.5);
  CHECK(steps(400) == 0.5);

  const ExponentialSchedule exponential{.rate = 2, .factor = 0.5};
  CHECK(exponential(0) == 2);
  CHECK(exponential(3) == 0.25);
  CHECK(ExponentialSchedule{.rate = 1, .factor = 0.99}(100) == doctest::Approx(std::pow(0.99, 100)));
}

TEST_CASE("schedules: any of them is a Schedule; times do not depend on what was asked before") {
  const Schedule schedule = StepSchedule{.rate = 1, .every = 2, .factor = 0.1};
  const double late = schedule(7);
  schedule(0);
  CHECK(schedule(7) == late);
}

TEST_CASE("schedules: bad times and lengths are refused") {
  CHECK_THROWS_WITH_AS(ConstantSchedule{}(-1), "schedule: time -1 is negative", ValueError);
  CHECK_THROWS_AS(StepSchedule{}(-1), ValueError);
  CHECK_THROWS_AS(MultiStepSchedule{}(-1), ValueError);
  CHECK_THROWS_AS(ExponentialSchedule{}(-1), ValueError);
  CHECK_THROWS_WITH_AS((StepSchedule{.every = 0}(3)), "step schedule: every 0 is not positive", ValueError);
}
