#pragma once
#include <functional>
#include <string>
#include <vector>

// How times and memory grow with sizes.
namespace cotape::bench {

// What was measured at one size. NaN where it was not.
struct Point {
  double seconds = 0;
  double solver_seconds = 0;  // of these
  double bytes = 0;
};

// One quantity that is made larger, and what is measured at each size.
struct Growth {
  std::string name;           // what is timed
  std::string axis;           // what grows
  std::vector<double> sizes;  // ascending, > 0
  double limit = 0;           // time may grow as size^limit by the algorithm; 0: no polynomial bounds it
  std::string why;            // the bound, in words
  // Measures within about so many seconds.
  std::function<Point(double size, double budget)> measure;
};

// The median time of `work` in seconds, after one run that is not timed: three runs at least, and as many as fit into
// `budget` seconds, at most 1000.
double seconds_of(const std::function<void()>& work, double budget);

// The exponent p of y ≈ c xᵖ, by least squares of logarithms. Looks at the upper half of the sizes (three at least),
// where what does not grow no longer counts. NaN for fewer than two points or values that are not > 0.
double fitted_exponent(const std::vector<double>& x, const std::vector<double>& y);

std::vector<Growth> step_growths();
std::vector<Growth> tape_growths();
std::vector<Growth> solver_growths();

}  // namespace cotape::bench
