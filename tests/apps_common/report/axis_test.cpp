#include <cotape/apps/common/report/axis.h>

#include <doctest/doctest.h>

#include <cmath>

using namespace cotape::app;

namespace {

std::string labels(const Axis& axis) {
  std::string text;
  for (const Tick& tick : axis.ticks) text += (text.empty() ? "" : " ") + tick.label;
  return text;
}

ValueRange range(double low, double high) {
  ValueRange result = ValueRange::empty();
  result.add(low);
  result.add(high);
  return result;
}

}  // namespace

TEST_CASE("axis: linear ticks are round and within the range") {
  CHECK(labels(make_axis(range(0, 1), false, 5, 0)) == "0 1");
  CHECK(labels(make_axis(range(0.01, 0.99), false, 5, 0)) == "0.2 0.4 0.6 0.8");
  CHECK(labels(make_axis(range(-1.5, 1.5), false, 5, 0)) == "-1 0 1");
  CHECK(labels(make_axis(range(1, 10), false, 7, 0)) == "2 4 6 8 10");
  CHECK(labels(make_axis(range(1, 3), false, 7, 0)) == "1 2 3");
  CHECK(labels(make_axis(range(239.4, 318.2), false, 5, 0)) == "240 260 280 300");
  CHECK(labels(make_axis(range(0.001, 0.00104), false, 4, 0)) == "0.00100 0.00101 0.00102 0.00103 0.00104");
  CHECK(labels(make_axis(range(-2e-4, 2e-4), false, 4, 0)) == "-2e-4 -1e-4 0 1e-4 2e-4");
  CHECK(labels(make_axis(range(0, 2.5e7), false, 5, 0)) == "0 5e6 1e7 1.5e7 2e7 2.5e7");
}

TEST_CASE("axis: logarithmic ticks") {
  CHECK(labels(make_axis(range(1, 1e5), true, 7, 0)) == "1 10 100 1000 10000 1e5");
  CHECK(labels(make_axis(range(1, 100), true, 5, 0)) == "1 2 5 10 20 50 100");
  CHECK(labels(make_axis(range(1e-6, 1e6), true, 5, 0)) == "1e-6 1e-4 0.01 1 100 10000 1e6");
  CHECK(labels(make_axis(range(3.1, 4.9), true, 5, 0)) == "3.5 4.0 4.5");
}

TEST_CASE("axis: positions") {
  const Axis linear = make_axis(range(10, 20), false, 5, 0.1);
  CHECK(linear.low == doctest::Approx(9));
  CHECK(linear.high == doctest::Approx(21));
  CHECK(linear.position(9) == doctest::Approx(0));
  CHECK(linear.position(15) == doctest::Approx(0.5));
  const Axis log = make_axis(range(1, 100), true, 5, 0);
  CHECK(log.position(1) == 0);
  CHECK(log.position(10) == doctest::Approx(0.5));
  CHECK(log.position(100) == doctest::Approx(1));
}

TEST_CASE("axis: any range gives an axis with ticks in order within it") {
  for (const bool log : {false, true})
    for (const double low : {1e-300, 1e-9, 0.3, 1.0, 5.0, 1e9, 1e300})
      for (const double width : {0.0, 1e-13, 0.1, 1.0, 3.0, 1e4}) {
        CAPTURE(log);
        CAPTURE(low);
        CAPTURE(width);
        const Axis axis = make_axis(range(low, low * (1 + width)), log, 5, 0.04);
        CHECK(axis.low < axis.high);
        CHECK(axis.ticks.size() >= 1);
        CHECK(axis.ticks.size() <= 20);
        CHECK(axis.position(low) >= 0);
        CHECK(axis.position(low) <= 1);
        for (std::size_t i = 0; i < axis.ticks.size(); ++i) {
          CHECK(axis.position(axis.ticks[i].value) >= -1e-6);
          CHECK(axis.position(axis.ticks[i].value) <= 1 + 1e-6);
          if (i > 0) CHECK(axis.ticks[i - 1].value < axis.ticks[i].value);
        }
      }
  CHECK(labels(make_axis(ValueRange::empty(), false, 5, 0)) == "0 0.2 0.4 0.6 0.8 1.0");
  CHECK(labels(make_axis(ValueRange::empty(), true, 5, 0)) == "1 2 5 10");
}
