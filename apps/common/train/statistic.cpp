#include <cotape/apps/common/train/statistic.h>
#include <cotape/nn/train/value.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace cotape::app {

Statistic statistic(const std::vector<double>& values) {
  const double count = static_cast<double>(values.size());
  // Equal values have a deviation of 0, not of a rounding error.
  if (count > 0 && std::all_of(values.begin(), values.end(), [&](double x) { return x == values[0]; }))
    return {values[0], 0};
  double mean = 0, squares = 0;
  for (const double value : values) mean += value / count;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return {mean, count > 1 ? std::sqrt(squares / (count - 1)) : 0};
}

std::string in_percent(double share) { return short_number(100 * share) + " %"; }

std::string decimals(double value, int digits) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  return text.data();
}

}  // namespace cotape::app
