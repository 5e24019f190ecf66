#pragma once
#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The generator numpy.random.RandomState(seed), for data sets that are published as a seed: Mersenne Twister (MT19937)
// and the samplers that NumPy keeps frozen, bit for bit. For everything else there is Rng, which draws in parallel.
class NumpyRandom {
 public:
  explicit NumpyRandom(std::uint32_t seed) : words_(seed) {}

  // The next 32 bits.
  std::uint32_t word() { return static_cast<std::uint32_t>(words_()); }
  // Uniform in [0, 1), a multiple of 2⁻⁵³: random_sample().
  double unit();
  // Uniform in [low, high): uniform(low, high).
  double uniform(double low, double high);
  // Standard normal, by the polar method: every second draw was made with the one before. randn(), normal(0, 1).
  double normal();
  // How many of n trials succeed, each with probability p: binomial(n, p), by inversion. Throws ValueError for n < 0,
  // p outside [0, 1], and where the rarer outcome is expected more than 30 times: NumPy takes another method there.
  std::int64_t binomial(std::int64_t n, double p);
  // Whole number with low ≤ x < high: randint(low, high), and choice(range(low, high)).
  // Throws ValueError unless low < high and high − low ≤ 2³².
  std::int64_t below(std::int64_t low, std::int64_t high);
  // The numbers 0 … n−1 in random order: permutation(n). Throws ValueError for n outside 0 … 2³¹.
  std::vector<std::int64_t> permutation(std::int64_t n);

 private:
  std::uint32_t masked(std::uint32_t largest);
  std::int64_t inverted_binomial(std::int64_t n, double p);

  std::mt19937 words_;
  std::optional<double> kept_;  // the other normal draw of a pair
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
