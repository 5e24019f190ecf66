#pragma once
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace cotape::bench::tapes {

// The random numbers that problems are made of, in double.
class Draws {
 public:
  explicit Draws(std::uint64_t seed) : engine_(seed) {}

  double normal(double mean = 0, double deviation = 1) { return mean + deviation * normal_(engine_); }
  // A whole number 0 ≤ i < n.
  std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(engine_); }
  // n normal numbers more at the end of `list`.
  void append_normal(std::vector<double>& list, std::size_t n, double mean = 0, double deviation = 1) {
    for (std::size_t i = 0; i < n; ++i) list.push_back(normal(mean, deviation));
  }

 private:
  std::mt19937_64 engine_;
  std::normal_distribution<double> normal_;
};

}  // namespace cotape::bench::tapes
