#pragma once
#include <cotape/engine/base/tensor.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Largest |a − b| of two tensors' elements, as a share of the largest element; infinite where the shapes differ.
inline double relative_distance(const Tensor& a, const Tensor& b) {
  if (a.shape() != b.shape() || !a.finite() || !b.finite()) return std::numeric_limits<double>::infinity();
  double largest = 0, difference = 0;
  for (std::int64_t i = 0; i < a.size(); ++i) {
    largest = std::max({largest, std::abs(static_cast<double>(a[i])), std::abs(static_cast<double>(b[i]))});
    difference = std::max(difference, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
  }
  return difference == 0 ? 0 : difference / largest;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
