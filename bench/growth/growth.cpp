#include <cotape/bench/growth/growth.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

namespace cotape::bench {

double seconds_of(const std::function<void()>& work, double budget) {
  using Clock = std::chrono::steady_clock;
  constexpr std::size_t least = 3, most = 1000;
  work();
  std::vector<double> times;
  double spent = 0;
  while (times.size() < least || (spent < budget && times.size() < most)) {
    const auto start = Clock::now();
    work();
    times.push_back(std::chrono::duration<double>(Clock::now() - start).count());
    spent += times.back();
  }
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::nth_element(times.begin(), middle, times.end());
  return *middle;
}

double fitted_exponent(const std::vector<double>& x, const std::vector<double>& y) {
  const double none = std::numeric_limits<double>::quiet_NaN();
  if (x.size() != y.size() || x.size() < 2) return none;
  const std::size_t first = x.size() - std::min(x.size(), std::max<std::size_t>(3, (x.size() + 1) / 2));
  double mean_x = 0, mean_y = 0;
  const auto count = static_cast<double>(x.size() - first);
  for (std::size_t i = first; i < x.size(); ++i) {
    if (!(x[i] > 0 && y[i] > 0)) return none;
    mean_x += std::log(x[i]) / count;
    mean_y += std::log(y[i]) / count;
  }
  double products = 0, squares = 0;
  for (std::size_t i = first; i < x.size(); ++i) {
    const double dx = std::log(x[i]) - mean_x;
    products += dx * (std::log(y[i]) - mean_y);
    squares += dx * dx;
  }
  return squares > 0 ? products / squares : none;
}

}  // namespace cotape::bench
