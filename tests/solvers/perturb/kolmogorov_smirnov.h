#pragma once
#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

// √n·D of a sample against a distribution function: above 1.95 by chance once in a thousand times.
template <class Value, class Distribution>
double kolmogorov_smirnov(std::span<const Value> sample, Distribution distribution) {
  std::vector<double> sorted(sample.begin(), sample.end());
  std::sort(sorted.begin(), sorted.end());
  const auto n = static_cast<double>(sorted.size());
  double distance = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const double p = distribution(sorted[i]);
    const auto below = static_cast<double>(i);
    distance = std::max({distance, p - below / n, (below + 1) / n - p});
  }
  return std::sqrt(n) * distance;
}

// The same for two samples: √(nm/(n+m))·D.
template <class A, class B>
double kolmogorov_smirnov(std::span<const A> first, std::span<const B> second) {
  std::vector<double> a(first.begin(), first.end()), b(second.begin(), second.end());
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  const auto n = static_cast<double>(a.size()), m = static_cast<double>(b.size());
  double distance = 0;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    const double x = std::min(a[i], b[j]);
    while (i < a.size() && a[i] == x) ++i;
    while (j < b.size() && b[j] == x) ++j;
    distance = std::max(distance, std::abs(static_cast<double>(i) / n - static_cast<double>(j) / m));
  }
  return std::sqrt(n * m / (n + m)) * distance;
}
