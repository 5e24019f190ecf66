#pragma once
#include <string>
#include <vector>

namespace cotape::app {

// Mean and standard deviation.
struct Statistic {
  double mean = 0;
  double deviation = 0;
};
// Of a sample (n − 1 below the line); the deviation of a single value is 0.
Statistic statistic(const std::vector<double>& values);

// A share in percent, to five digits: "87.5 %".
std::string in_percent(double share);

// A number with so many digits after the point: "0.9500".
std::string decimals(double value, int digits = 4);

}  // namespace cotape::app
