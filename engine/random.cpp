#include <cotape/engine/error.h>
#include <cotape/engine/parallel.h>
#include <cotape/engine/random.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace cotape::inline COTAPE_PRECISION {
namespace {

constexpr std::int64_t block_values = 1 << 13;  // a parallel block: a multiple of four words

std::uint64_t mix(std::uint64_t x) {  // SplitMix64's finaliser
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

// Calls put(i, words) for every group of up to four elements i … i+3 of `n`, in parallel.
template <class Put>
void for_words(const Rng& rng, std::int64_t n, Put put) {
  const std::uint64_t start = rng.index();
  parallel_for(n, block_values, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; i += 4) put(i, rng.words(start + static_cast<std::uint64_t>(i / 4)));
  });
}

std::uint64_t blocks_for(std::int64_t n) { return static_cast<std::uint64_t>((n + 3) / 4); }

}  // namespace

std::array<std::uint32_t, 4> Rng::words(std::uint64_t index) const {
  std::uint32_t c0 = static_cast<std::uint32_t>(index), c1 = static_cast<std::uint32_t>(index >> 32);
  std::uint32_t c2 = static_cast<std::uint32_t>(stream_), c3 = static_cast<std::uint32_t>(stream_ >> 32);
  std::uint32_t k0 = static_cast<std::uint32_t>(seed_), k1 = static_cast<std::uint32_t>(seed_ >> 32);
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = std::uint64_t{0xD2511F53} * c0;
    const std::uint64_t p1 = std::uint64_t{0xCD9E8D57} * c2;
    c0 = static_cast<std::uint32_t>(p1 >> 32) ^ c1 ^ k0;
    c1 = static_cast<std::uint32_t>(p1);
    c2 = static_cast<std::uint32_t>(p0 >> 32) ^ c3 ^ k1;
    c3 = static_cast<std::uint32_t>(p0);
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
  return {c0, c1, c2, c3};
}

Rng Rng::split(std::uint64_t id) const { return Rng(seed_, mix(stream_ + 0x9e3779b97f4a7c15u * (id + 1))); }

real Rng::uniform() { return open_unit(words(index_++)[0]); }

std::int64_t Rng::below(std::int64_t n) {
  if (n < 1) fail<ValueError>("below: n = ", n, " is not positive");
  const auto range = static_cast<std::uint64_t>(n);
  const std::uint64_t limit = ~std::uint64_t{0} - ~std::uint64_t{0} % range;  // beyond it the remainder has a bias
  for (;;) {
    const auto word = words(index_++);
    const std::uint64_t draw = std::uint64_t{word[0]} << 32 | word[1];
    if (draw < limit) return static_cast<std::int64_t>(draw % range);
  }
}

void Rng::uniform(Tensor& out) {
  const std::int64_t n = out.size();
  for_words(*this, n, [&](std::int64_t i, const std::array<std::uint32_t, 4>& word) {
    for (std::int64_t j = 0; j < std::min<std::int64_t>(4, n - i); ++j)
      out[i + j] = open_unit(word[static_cast<std::size_t>(j)]);
  });
  index_ += blocks_for(n);
}

void Rng::normal(Tensor& out) {
  const std::int64_t n = out.size();
  for_words(*this, n, [&](std::int64_t i, const std::array<std::uint32_t, 4>& word) {
    real pair[4];
    for (std::size_t j = 0; j < 4; j += 2) {  // Box–Muller
      const real radius = std::sqrt(-2 * std::log(open_unit(word[j])));
      const real angle = 2 * std::numbers::pi_v<real> * open_unit(word[j + 1]);
      pair[j] = radius * std::cos(angle);
      pair[j + 1] = radius * std::sin(angle);
    }
    std::copy_n(pair, std::min<std::int64_t>(4, n - i), out.data() + i);
  });
  index_ += blocks_for(n);
}

std::vector<std::int64_t> random_permutation(std::int64_t n, Rng rng) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  for (std::int64_t i = n - 1; i > 0; --i)
    std::swap(order[static_cast<std::size_t>(i)], order[static_cast<std::size_t>(rng.below(i + 1))]);
  return order;
}

}  // namespace cotape::inline COTAPE_PRECISION
