#include <cotape/apps/common/report/axis.h>
#include <cotape/nn/train/value.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>

namespace cotape::app {

namespace {

// The round number 1, 2 or 5 times a power of ten that is at least `step`.
double round_step(double step) {
  const double power = std::pow(10.0, std::floor(std::log10(step)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power >= step * (1 - 1e-9)) return factor * power;
  return 10 * power;
}

// "1.5e7"
std::string power_label(double value) {
  const int power = static_cast<int>(std::floor(std::log10(std::abs(value)) + 1e-9));
  return short_number(value / std::pow(10.0, power)) + "e" + std::to_string(power);
}

// Ordinary numbers of one axis all show the same decimals.
std::string linear_label(double value, double step, double largest) {
  if (value == 0) return "0";
  if (largest >= 1e6 || largest < 1e-3) return power_label(value);
  std::array<char, 64> text{};
  const int decimals = std::clamp(static_cast<int>(-std::floor(std::log10(step) + 1e-9)), 0, 12);
  std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  return text.data();
}

std::string log_label(double value) { return value >= 1e-3 && value < 1e5 ? format_number(value) : power_label(value); }

std::vector<Tick> linear_ticks(double low, double high, int count, bool whole) {
  double step = round_step((high - low) / count);
  if (whole) step = std::max(step, 1.0);
  const double largest = std::max(std::abs(low), std::abs(high));
  std::vector<Tick> ticks;
  const double slack = 1e-9 * (high - low);
  for (double i = std::ceil((low - slack) / step); i * step <= high + slack; ++i) {
    const double value = i == 0 ? 0 : i * step;  // never "-0"
    ticks.push_back({value, linear_label(value, step, largest)});
  }
  return ticks;
}

std::vector<Tick> log_ticks(double low, double high, int count) {
  const int first = static_cast<int>(std::floor(std::log10(low)));
  const int last = static_cast<int>(std::ceil(std::log10(high)));
  const int decades = std::max(last - first, 1);
  std::vector<Tick> ticks;
  const auto add = [&](double factor, int power) {
    // Parsed rather than multiplied, so that 1e-3 is exactly 0.001.
    const double value = std::strtod((format_number(factor) + "e" + std::to_string(power)).c_str(), nullptr);
    if (value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9)) ticks.push_back({value, log_label(value)});
  };
  const int stride = std::max(1, static_cast<int>(std::lround(static_cast<double>(decades) / count)));
  const bool halves = 3 * std::log10(high / low) <= count + 2;  // room for 1, 2 and 5 in each decade
  for (int power = first; power <= last; ++power) {
    if (power % stride == 0) add(1, power);
    if (halves) add(2, power), add(5, power);
  }
  return ticks.size() >= 2 ? ticks : linear_ticks(low, high, count, false);
}

}  // namespace

ValueRange ValueRange::empty() {
  return {std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
}

void ValueRange::add(double value) {
  low = std::min(low, value);
  high = std::max(high, value);
  whole = whole && value == std::trunc(value);
}

double Axis::position(double value) const {
  if (log) return std::log(value / low) / std::log(high / low);
  return (value - low) / (high - low);
}

Axis make_axis(const ValueRange& range, bool log, int count, double padding) {
  if (range.is_empty()) return make_axis(log ? ValueRange{1, 10, false} : ValueRange{0, 1, false}, log, count, padding);
  Axis axis{range.low, range.high, log, {}};
  if (log) {
    const double factor = range.high > range.low * (1 + 1e-12) ? std::pow(range.high / range.low, padding) : 2.0;
    axis.low /= factor;
    axis.high *= factor;
    axis.ticks = log_ticks(axis.low, axis.high, count);
  } else {
    const double width = range.high - range.low;
    const double magnitude = std::max(std::abs(range.low), std::abs(range.high));
    const bool flat = width <= 1e-12 * magnitude;
    const double flat_margin = range.whole && magnitude < 1e9 ? 0.5 : std::max(0.5 * magnitude, 1e-9);
    const double margin = flat ? flat_margin : padding * width;
    axis.low -= margin;
    axis.high += margin;
    axis.ticks = linear_ticks(axis.low, axis.high, count, range.whole);
  }
  return axis;
}

}  // namespace cotape::app
