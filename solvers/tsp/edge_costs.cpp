#include <cotape/engine/base/error.h>
#include <cotape/solvers/tsp/edge_costs.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <numeric>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace tsp {
namespace {

constexpr double relative_tolerance = 1e-12;  // of n edges of the largest cost
constexpr double largest_whole = 0x1p45;      // sums of so many times n, and products in between, stay exact
constexpr double smallest_unscaled = 0x1p-300, largest_unscaled = 0x1p300;  // largest costs that are taken as they are

}  // namespace

template <class T>
void EdgeCosts::assign(std::span<const T> cost, int n) {
  const auto at = [&](int i, int j) { return static_cast<double>(cost[static_cast<std::size_t>(i) * n + j]); };
  double largest = 0;
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j) {
      if (i == j) continue;
      if (!std::isfinite(at(i, j))) fail<ValueError>("tsp: cost ", at(i, j), " of [", i, ", ", j, "] is not finite");
      if (j < i) largest = std::max(largest, std::abs(at(i, j) + at(j, i)));
    }
  largest = std::min(largest, std::numeric_limits<double>::max());
  exponent_ = largest == 0 || (largest > smallest_unscaled && largest < largest_unscaled) ? 0 : -std::ilogb(largest);

  n_ = n;
  edges_.assign(n, 0);
  magnitude_ = 0;
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < i; ++j) {
      const double edge = scaled(at(i, j), at(j, i));
      edges_(i, j) = edges_(j, i) = edge;
      magnitude_ = std::max(magnitude_, std::abs(edge));
    }
  tolerance_ = relative_tolerance * n * magnitude_;
  find_step();
}

template void EdgeCosts::assign(std::span<const float> cost, int n);
template void EdgeCosts::assign(std::span<const double> cost, int n);

// Large costs are made smaller before the sum, which could overflow; small ones larger behind it, because the two may
// be far larger than their sum.
double EdgeCosts::scaled(double there, double back) const {
  if (exponent_ == 0) return there + back;
  if (exponent_ > 0) return std::ldexp(there + back, exponent_);
  return std::ldexp(there, exponent_) + std::ldexp(back, exponent_);
}

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
