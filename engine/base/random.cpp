#include <cotape/engine/base/error.h>
#include <cotape/engine/base/math.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/engine/base/random.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr std::int64_t block_values = 1 << 13;  // a parallel block: whole groups of indices

std::uint64_t mix(std::uint64_t x) {  // SplitMix64's finaliser
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

// Philox4x32-10 for `count` indices side by side, in loops that vectorise: word w of index start + j is words[w][j].
template <std::size_t count>
using Words = std::array<std::array<std::uint32_t, count>, 4>;
template <std::size_t count>
Words<count> philox(std::uint64_t seed, std::uint64_t stream, std::uint64_t start) {
  Words<count> c;
  for (std::size_t j = 0; j < count; ++j) {
    c[0][j] = static_cast<std::uint32_t>(start + j);
    c[1][j] = static_cast<std::uint32_t>((start + j) >> 32);
    c[2][j] = static_cast<std::uint32_t>(stream);
    c[3][j] = static_cast<std::uint32_t>(stream >> 32);
  }
  std::uint32_t k0 = static_cast<std::uint32_t>(seed), k1 = static_cast<std::uint32_t>(seed >> 32);
  for (int round = 0; round < 10; ++round) {
    for (std::size_t j = 0; j < count; ++j) {
      const std::uint64_t p0 = std::uint64_t{0xD2511F53} * c[0][j];
      const std::uint64_t p1 = std::uint64_t{0xCD9E8D57} * c[2][j];
      c[0][j] = static_cast<std::uint32_t>(p1 >> 32) ^ c[1][j] ^ k0;
      c[1][j] = static_cast<std::uint32_t>(p1);
      c[2][j] = static_cast<std::uint32_t>(p0 >> 32) ^ c[3][j] ^ k1;
      c[3][j] = static_cast<std::uint32_t>(p0);
    }
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
  return c;
}

// Fills `out` in parallel: transform(words, values) makes the four numbers of an index from its four words, for
// `lanes` indices side by side: more than a register holds, so that the rounds of some overlap those of others.
constexpr std::size_t lanes = 64;
template <class Transform>
void fill(const Rng& rng, Tensor& out, Transform transform) {
  real* const to = out.data();
  parallel_for(out.size(), block_values, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; i += 4 * lanes) {
      const auto words = philox<lanes>(rng.seed(), rng.stream(), rng.index() + static_cast<std::uint64_t>(i / 4));
      std::array<std::array<real, lanes>, 4> values;
      transform(words, values);
      std::array<real, 4 * lanes> in_order;
      for (std::size_t j = 0; j < lanes; ++j)
        for (std::size_t w = 0; w < 4; ++w) in_order[4 * j + w] = values[w][j];
      std::copy_n(in_order.data(), std::min<std::int64_t>(4 * lanes, end - i), to + i);
    }
  });
}

std::uint64_t blocks_for(std::int64_t n) { return static_cast<std::uint64_t>((n + 3) / 4); }

}  // namespace

std::array<std::uint32_t, 4> Rng::words(std::uint64_t index) const {
  const Words<1> c = philox<1>(seed_, stream_, index);
  return {c[0][0], c[1][0], c[2][0], c[3][0]};
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
  fill(*this, out, [](const auto& words, auto& values) {
    for (std::size_t w = 0; w < 4; ++w)
      for (std::size_t j = 0; j < lanes; ++j) values[w][j] = open_unit(words[w][j]);
  });
  index_ += blocks_for(out.size());
}

void Rng::normal(Tensor& out) {
  fill(*this, out, [](const auto& words, auto& values) {
    for (std::size_t w = 0; w < 4; w += 2)  // Box–Muller
      for (std::size_t j = 0; j < lanes; ++j) {
        const real radius = std::sqrt(-2 * vlog_of_normal(open_unit(words[w][j])));
        const Turn angle = vturn(open_unit(words[w + 1][j]));
        values[w][j] = radius * angle.cosine;
        values[w + 1][j] = radius * angle.sine;
      }
  });
  index_ += blocks_for(out.size());
}

std::vector<std::int64_t> random_permutation(std::int64_t n, Rng rng) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  for (std::int64_t i = n - 1; i > 0; --i)
    std::swap(order[static_cast<std::size_t>(i)], order[static_cast<std::size_t>(rng.below(i + 1))]);
  return order;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
