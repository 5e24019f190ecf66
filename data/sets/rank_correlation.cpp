#include <cotape/data/sets/rank_correlation.h>
#include <cotape/engine/base/error.h>

#include <cmath>
#include <cstdint>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

void check(const char* name, std::span<const real> a, std::span<const real> b) {
  if (a.size() != b.size()) fail<ShapeError>(name, ": lengths differ: ", a.size(), " and ", b.size());
  if (a.size() < 2) fail<ValueError>(name, ": ", a.size(), " numbers, two or more are needed");
  for (const std::span<const real> side : {a, b})
    for (const real x : side)
      if (std::isnan(x)) fail<ValueError>(name, ": a number is NaN");
}

int sign(real a, real b) { return (a > b) - (a < b); }

// Twice the rank of number i minus the mean n + 1: how many numbers are smaller minus how many are larger. A whole
// number, so that sums of it are exact.
std::int64_t centred_rank(std::span<const real> values, std::size_t i) {
  std::int64_t rank = 0;
  for (const real other : values) rank += sign(values[i], other);
  return rank;
}

double quotient(std::int64_t ab, std::int64_t aa, std::int64_t bb) {
  if (aa == 0 || bb == 0) return 0;
  return static_cast<double>(ab) / std::sqrt(static_cast<double>(aa) * static_cast<double>(bb));
}

}  // namespace

double spearman(std::span<const real> a, std::span<const real> b) {
  check("spearman", a, b);
  std::int64_t ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const std::int64_t x = centred_rank(a, i), y = centred_rank(b, i);
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return quotient(ab, aa, bb);
}

double kendall(std::span<const real> a, std::span<const real> b) {
  check("kendall", a, b);
  std::int64_t ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 1; i < a.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) {
      const int x = sign(a[i], a[j]), y = sign(b[i], b[j]);
      ab += x * y;
      aa += x * x;
      bb += y * y;
    }
  return quotient(ab, aa, bb);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
