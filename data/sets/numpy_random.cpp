#include <cotape/data/sets/numpy_random.h>
#include <cotape/engine/base/error.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <utility>

// Compiled without fused multiply-adds: NumPy rounds every product.

namespace cotape {
inline namespace COTAPE_PRECISION {

double NumpyRandom::unit() {
  const std::uint32_t high = word() >> 5, low = word() >> 6;
  return (high * 67108864.0 + low) / 9007199254740992.0;
}

double NumpyRandom::uniform(double low, double high) { return low + (high - low) * unit(); }

double NumpyRandom::normal() {
  if (kept_) return *std::exchange(kept_, std::nullopt);
  double x = 0, y = 0, square = 0;
  do {
    x = 2 * unit() - 1;
    y = 2 * unit() - 1;
    square = x * x + y * y;
  } while (square >= 1 || square == 0);
  const double factor = std::sqrt(-2 * std::log(square) / square);
  kept_ = factor * x;
  return factor * y;
}

std::int64_t NumpyRandom::binomial(std::int64_t n, double p) {
  const double rarer = std::min(p, 1 - p);
  if (n < 0 || !(p >= 0 && p <= 1) || rarer * static_cast<double>(n) > 30)
    fail<ValueError>("NumpyRandom::binomial: ", n, " trials with probability ", p,
                     "; n >= 0, 0 <= p <= 1 and n min(p, 1 - p) <= 30 are allowed");
  if (n == 0 || p == 0) return 0;
  return p <= 0.5 ? inverted_binomial(n, p) : n - inverted_binomial(n, 1 - p);
}

std::int64_t NumpyRandom::inverted_binomial(std::int64_t n, double p) {
  const auto trials = static_cast<double>(n);
  const double q = 1 - p, none = std::exp(trials * std::log(q)), mean = trials * p;
  const auto bound = static_cast<std::int64_t>(std::min(trials, mean + 10 * std::sqrt(mean * q + 1)));
  std::int64_t x = 0;
  double share = none, left = unit();
  while (left > share) {
    if (++x > bound) {
      x = 0;
      share = none;
      left = unit();
    } else {
      left -= share;
      share = (static_cast<double>(n - x + 1) * p * share) / (static_cast<double>(x) * q);
    }
  }
  return x;
}

std::uint32_t NumpyRandom::masked(std::uint32_t largest) {
  if (largest == 0) return 0;
  const std::uint32_t mask = ~std::uint32_t{0} >> std::countl_zero(largest);
  std::uint32_t value = 0;
  do value = word() & mask;
  while (value > largest);
  return value;
}

std::int64_t NumpyRandom::below(std::int64_t low, std::int64_t high) {
  // In unsigned arithmetic the difference cannot overflow.
  const std::uint64_t largest = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) - 1;
  if (low >= high || largest > 0xFFFFFFFF)
    fail<ValueError>("NumpyRandom::below: no numbers, or more than 2^32, from ", low, " to below ", high);
  return low + masked(static_cast<std::uint32_t>(largest));
}

std::vector<std::int64_t> NumpyRandom::permutation(std::int64_t n) {
  if (n < 0 || n > std::int64_t{1} << 31) fail<ValueError>("NumpyRandom::permutation: of ", n, " numbers");
  std::vector<std::int64_t> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  for (std::int64_t i = n - 1; i > 0; --i) std::swap(order[i], order[masked(static_cast<std::uint32_t>(i))]);
  return order;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
