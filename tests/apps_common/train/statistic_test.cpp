#include <cotape/apps/common/train/statistic.h>

#include <doctest/doctest.h>

#include <cmath>

using namespace cotape::app;

TEST_CASE("statistic: mean and deviation of a sample") {
  const Statistic four = statistic({2, 4, 4, 6});
  CHECK(four.mean == 4);
  CHECK(four.deviation == std::sqrt(8.0 / 3));
  CHECK(statistic({7}).mean == 7);
  CHECK(statistic({7}).deviation == 0);
  CHECK(statistic({}).mean == 0);
  CHECK(statistic({}).deviation == 0);
}

TEST_CASE("statistic: percent") {
  CHECK(in_percent(0.875) == "87.5 %");
  CHECK(in_percent(1.0 / 3) == "33.333 %");
  CHECK(in_percent(0) == "0 %");
}

TEST_CASE("statistic: decimals") {
  CHECK(decimals(0.95) == "0.9500");
  CHECK(decimals(-1.0 / 3, 2) == "-0.33");
  CHECK(decimals(12.6, 0) == "13");
}
