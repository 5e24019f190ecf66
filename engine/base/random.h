#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include <cotape/engine/base/tensor.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Counter-based random numbers (Philox4x32-10; Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011).
// A draw depends on (seed, stream, index) alone, never on which thread made it. A regular value of 24 bytes: a copy
// repeats the same draws, and saving it saves the place in the sequence.
class Rng {
 public:
  explicit Rng(std::uint64_t seed, std::uint64_t stream = 0) : seed_(seed), stream_(stream) {}

  // Four random words for one index of the sequence.
  std::array<std::uint32_t, 4> words(std::uint64_t index) const;

  // An independent generator for another purpose or element: the same seed, a stream made from this one's and `id`.
  Rng split(std::uint64_t id) const;

  // The next draw: uniform in the open interval (0, 1).
  real uniform();
  // The next draw: a whole number 0 ≤ i < n, without bias. Throws ValueError for n < 1.
  std::int64_t below(std::int64_t n);

  // Fills with uniform draws in the open interval (0, 1), never 0 or 1, in parallel; advances by the tensor's size.
  void uniform(Tensor& out);
  // Fills with standard normal draws.
  void normal(Tensor& out);

  std::uint64_t seed() const { return seed_; }
  std::uint64_t stream() const { return stream_; }
  std::uint64_t index() const { return index_; }
  // Goes to a place in the sequence, as read from index().
  void seek(std::uint64_t index) { index_ = index; }

  bool operator==(const Rng&) const = default;

 private:
  std::uint64_t seed_;
  std::uint64_t stream_;
  std::uint64_t index_ = 0;  // blocks of four words used so far
};

// A permutation of 0 … n−1, uniformly drawn (Fisher–Yates).
std::vector<std::int64_t> random_permutation(std::int64_t n, Rng rng);

// A random word as a uniform number in the open interval (0, 1): the middle of one of 2²³ equal cells.
inline real open_unit(std::uint32_t word) { return (static_cast<real>(word >> 9) + real(0.5)) * real(0x1p-23); }

}  // namespace COTAPE_PRECISION
}  // namespace cotape
