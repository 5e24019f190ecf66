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

TEST_CASE("schedules: cosine, warm-up and one cycle") {
  const CosineSchedule cosine{.rate = 2, .length = 4, .end = 1};
  CHECK(cosine(0) == 2);
  CHECK(cosine(2) == doctest::Approx(1.5));
  CHECK(cosine(4) == 1);
  CHECK(cosine(400) == 1);

  const WarmUpSchedule warm_up{.length = 4, .then = StepSchedule{.rate = 8, .every = 2, .factor = 0.5}};
  CHECK(warm_up(0) == 0);
  CHECK(warm_up(1) == 2);
  CHECK(warm_up(4) == 8);
  CHECK(warm_up(6) == 4);
  CHECK(WarmUpSchedule{.length = 4, .then = ConstantSchedule{8}, .start_factor = 0.5}(2) == 6);
  CHECK(WarmUpSchedule{.length = 0, .then = ConstantSchedule{8}}(0) == 8);

  const OneCycleSchedule cycle{.max_rate = 5, .length = 12, .rise = 0.25, .start_divisor = 5, .end_divisor = 100};
  CHECK(cycle(0) == doctest::Approx(1));
  CHECK(cycle(1) == doctest::Approx(3));
  CHECK(cycle(2) == 5);
  CHECK(cycle(11) == doctest::Approx(0.01));
  CHECK(cycle(100) == cycle(11));

  CHECK_THROWS_WITH_AS(CosineSchedule{.length = 0}(0), "cosine schedule: length 0 is not positive", ValueError);
  CHECK_THROWS_AS(CosineSchedule{}(-1), ValueError);
  CHECK_THROWS_WITH_AS(WarmUpSchedule{.length = -1}(0), "warm-up schedule: length -1 is negative", ValueError);
  CHECK_THROWS_WITH_AS((WarmUpSchedule{.then = {}}(0)), "warm-up schedule: no schedule to go on with", ValueError);
  CHECK_THROWS_WITH_AS((OneCycleSchedule{.length = 3, .rise = 0.3}(0)),
                       "one-cycle schedule: a length of 3 has no part that rises for a share of 0.3 and one that falls",
                       ValueError);
  CHECK_THROWS_AS((OneCycleSchedule{.length = 10, .rise = 1}(0)), ValueError);
  CHECK_THROWS_AS((OneCycleSchedule{.length = 10, .start_divisor = 0}(0)), ValueError);
  CHECK_THROWS_AS(OneCycleSchedule{.length = 10}(-1), ValueError);
}
