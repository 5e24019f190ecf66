#include <cotape/engine/base/error.h>
#include <cotape/solvers/tsp/edge_costs.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace tsp {
namespace {

constexpr double relative_tolerance = 1e-12;  // of n edges of the largest cost
constexpr double largest_whole = 0x1p45;      // sums of so many times n, and products in between, stay exact

}  // namespace

template <class T>
void EdgeCosts::assign(std::span<const T> cost, int n) {
  double largest = 0;
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j) {
      const double x = static_cast<double>(cost[static_cast<std::size_t>(i) * n + j]);
      if (i == j) continue;
      if (!std::isfinite(x)) fail<ValueError>("tsp: cost ", x, " of [", i, ", ", j, "] is not finite");
      largest = std::max(largest, std::abs(x));
    }
  scale_ = largest == 0 || (largest > 0x1p-300 && largest < 0x1p300) ? 1 : std::ldexp(1, -std::ilogb(largest));

  n_ = n;
  edges_.assign(n, 0);
  magnitude_ = 0;
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < i; ++j) {
      const double there = static_cast<double>(cost[static_cast<std::size_t>(i) * n + j]) * scale_;
      const double back = static_cast<double>(cost[static_cast<std::size_t>(j) * n + i]) * scale_;
      edges_(i, j) = edges_(j, i) = there + back;
      magnitude_ = std::max(magnitude_, std::abs(there + back));
    }
  tolerance_ = relative_tolerance * n * magnitude_;
  find_step();
}

template void EdgeCosts::assign(std::span<const float> cost, int n);
template void EdgeCosts::assign(std::span<const double> cost, int n);

void EdgeCosts::find_step() {
  step_ = 0;
  if (magnitude_ * n_ > largest_whole) return;
  const double first = edges_(1, 0);
  std::int64_t divisor = 0;  // of all differences between two edges, hence between two tours
  for (int i = 0; i < n_; ++i)
    for (int j = 0; j < i; ++j) {
      if (edges_(i, j) != std::floor(edges_(i, j))) return;
      divisor = std::gcd(divisor, static_cast<std::int64_t>(std::abs(edges_(i, j) - first)));
    }
  step_ = static_cast<double>(divisor);
}

double EdgeCosts::length(const Tour& tour) const {
  double sum = 0;
  int last = tour.back();
  for (const int city : tour) {
    sum += edges_(last, city);
    last = city;
  }
  return sum;
}

}  // namespace tsp
}  // namespace COTAPE_PRECISION
}  // namespace cotape
