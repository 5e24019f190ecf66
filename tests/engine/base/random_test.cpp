#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/engine/base/random.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <set>

using namespace cotape;

namespace {

using Words = std::array<std::uint32_t, 4>;

Tensor uniform(Rng rng, std::int64_t n) {
  Tensor x({n});
  rng.uniform(x);
  return x;
}

Tensor normal(Rng rng, std::int64_t n) {
  Tensor x({n});
  rng.normal(x);
  return x;
}

double moment(const Tensor& x, int power) {
  double sum = 0;
  for (const real value : x.values()) sum += std::pow(static_cast<double>(value), power);
  return sum / static_cast<double>(x.size());
}

// Largest distance between the empirical distribution and `cdf` (Kolmogorov–Smirnov), times √n.
template <class Cdf>
double ks(Tensor x, Cdf cdf) {
  std::sort(x.values().begin(), x.values().end());
  const double n = static_cast<double>(x.size());
  double distance = 0;
  for (std::int64_t i = 0; i < x.size(); ++i) {
    const double p = cdf(static_cast<double>(x[i])), d = static_cast<double>(i);
    distance = std::max({distance, p - d / n, (d + 1) / n - p});
  }
  return distance * std::sqrt(n);
}

}  // namespace

// Known answers of the authors' library Random123 (file kat_vectors, philox4x32 with 10 rounds).
TEST_CASE("Philox4x32-10: known answers") {
  CHECK(Rng(0, 0).words(0) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  const std::uint64_t ones = ~std::uint64_t{0};
  CHECK(Rng(ones, ones).words(ones) == Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  // counter 243f6a88 85a308d3 13198a2e 03707344, key a4093822 299f31d0
  CHECK(Rng(0x299f31d0a4093822, 0x0370734413198a2e).words(0x85a308d3243f6a88) ==
        Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("a copy repeats the draws, seek goes to a place in the sequence") {
  Rng a(7);
  a.uniform();
  Rng b = a;
  CHECK(a == b);
  const real next = a.uniform();
  CHECK(a != b);
  CHECK(b.uniform() == next);
  Rng c(7);
  c.seek(1);
  CHECK(c.uniform() == next);
  CHECK(c.index() == 2);
  CHECK(c.seed() == 7);
  CHECK(c.stream() == 0);
}

TEST_CASE("filling a tensor advances past what it used, whatever its size") {
  for (const std::int64_t n : {0, 1, 3, 4, 5, 8, 9}) {
    Rng rng(3);
    Tensor x({n});
    rng.uniform(x);
    CHECK(rng.index() == static_cast<std::uint64_t>((n + 3) / 4));
    Rng other(3);
    other.normal(x);
    CHECK(other.index() == rng.index());
  }
  const Tensor many = uniform(Rng(3), 9), few = uniform(Rng(3), 5);  // the same draws as far as they go
  for (std::int64_t i = 0; i < 5; ++i) CHECK(many[i] == few[i]);
}

TEST_CASE("filling a tensor draws index by index, whatever its size and where it starts") {
  for (const std::uint64_t start : {std::uint64_t{0}, std::uint64_t{7}, (std::uint64_t{1} << 32) - 3})
    for (const std::int64_t n : {1, 4, 63, 64, 65, 8192, 8197}) {
      Rng rng(11, 5);
      rng.seek(start);
      const Tensor x = uniform(rng, n), z = normal(rng, n);
      for (std::int64_t i = 0; i < n; ++i) {
        const Words words = rng.words(start + static_cast<std::uint64_t>(i / 4));
        const auto w = static_cast<std::size_t>(i % 4);
        REQUIRE(x[i] == open_unit(words[w]));
        const double radius = std::sqrt(-2 * std::log(static_cast<double>(open_unit(words[w / 2 * 2]))));
        const double angle = 2 * std::numbers::pi * static_cast<double>(open_unit(words[w / 2 * 2 + 1]));
        const double expected = radius * (w % 2 == 0 ? std::cos(angle) : std::sin(angle));
        REQUIRE(std::abs(static_cast<double>(z[i]) - expected) < 1e-6);
      }
    }
}

TEST_CASE("draws do not depend on the number of threads") {
  const Tensor u = uniform(Rng(5, 2), 100'001), g = normal(Rng(5, 2), 100'001);
  for (const int threads : {1, 2, 3}) {
    const ThreadLimit limit(threads);
    CHECK(uniform(Rng(5, 2), 100'001) == u);
    CHECK(normal(Rng(5, 2), 100'001) == g);
  }
}

TEST_CASE("uniform draws lie in the open interval, at the ends too") {
  CHECK(open_unit(0) > 0);
  CHECK(open_unit(~std::uint32_t{0}) < 1);
  CHECK(open_unit(0) == real(0x1p-24));
  const Tensor x = uniform(Rng(1), 1'000'000);
  CHECK(*std::min_element(x.values().begin(), x.values().end()) > 0);
  CHECK(*std::max_element(x.values().begin(), x.values().end()) < 1);
}

// For n draws, √n times the Kolmogorov–Smirnov distance exceeds 1.95 with probability 0.001; seeds are fixed.
TEST_CASE("uniform and normal draws follow their distributions") {
  CHECK(ks(uniform(Rng(11), 100'000), [](double x) { return x; }) < 1.95);
  CHECK(ks(normal(Rng(11), 100'000), [](double x) { return std::erfc(-x / std::sqrt(2.0)) / 2; }) < 1.95);
  // A wrong scale would be seen.
  CHECK(ks(normal(Rng(11), 100'000), [](double x) { return std::erfc(-1.05 * x / std::sqrt(2.0)) / 2; }) > 1.95);
}

// Standard errors of the first four moments over n draws: 1, √2, √15, √96 over √n; four of them are allowed.
TEST_CASE("moments of normal draws, and no correlation between neighbours") {
  const std::int64_t n = 1'000'000;
  const Tensor x = normal(Rng(12), n);
  const double error = 4 / std::sqrt(static_cast<double>(n));
  CHECK(std::abs(moment(x, 1)) < error);
  CHECK(std::abs(moment(x, 2) - 1) < error * std::sqrt(2));
  CHECK(std::abs(moment(x, 3)) < error * std::sqrt(15));
  CHECK(std::abs(moment(x, 4) - 3) < error * std::sqrt(96));
  for (const std::int64_t lag : {1, 2, 3, 4}) {
    double product = 0, squares = 0;
    for (std::int64_t i = 0; i + lag < n; ++i) {
      const double a = static_cast<double>(x[i]), b = static_cast<double>(x[i + lag]);
      product += a * b;
      squares += (a * a - 1) * (b * b - 1);
    }
    CHECK(std::abs(product / static_cast<double>(n)) < error);
    CHECK(std::abs(squares / static_cast<double>(n)) < 2 * error);
  }
}

// Pearson's χ² with 6 degrees of freedom exceeds 22.5 with probability 0.001; with 11, 31.3.
TEST_CASE("below: every number equally often, none outside") {
  for (const auto& [n, bound] : {std::pair{7, 22.5}, std::pair{12, 31.3}}) {
    std::vector<double> counts(static_cast<std::size_t>(n));
    Rng rng(21);
    constexpr int draws = 70'000;
    bool inside = true;
    for (int i = 0; i < draws; ++i) {
      const std::int64_t draw = rng.below(n);
      inside = inside && draw >= 0 && draw < n;
      if (inside) ++counts[static_cast<std::size_t>(draw)];
    }
    CHECK(inside);
    double chi_square = 0;
    for (const double count : counts) chi_square += (count - draws / n) * (count - draws / n) / (draws / n);
    CHECK(chi_square < bound);
  }
  Rng rng(22);
  CHECK(rng.below(1) == 0);
  for (int i = 0; i < 100; ++i) CHECK(rng.below(std::int64_t{1} << 62) < std::int64_t{1} << 62);
  CHECK_THROWS_WITH_AS(rng.below(0), "below: n = 0 is not positive", ValueError);
  CHECK_THROWS_AS(rng.below(-5), ValueError);
}

TEST_CASE("split: streams differ from each other and from their origin, and are always the same") {
  const Rng rng(5);
  CHECK(rng.split(3) == rng.split(3));
  std::set<std::uint64_t> streams = {rng.stream()};
  std::set<Words> first = {rng.words(0)};
  for (std::uint64_t id = 0; id < 1000; ++id) {
    streams.insert(rng.split(id).stream());
    first.insert(rng.split(id).words(0));
    streams.insert(rng.split(0).split(id).stream());
  }
  CHECK(streams.size() == 2001);
  CHECK(first.size() == 1001);

  const std::int64_t n = 100'000;  // two streams do not go together: four standard errors
  const Tensor a = normal(rng.split(0), n), b = normal(rng.split(1), n);
  double product = 0;
  for (std::int64_t i = 0; i < n; ++i) product += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  CHECK(std::abs(product / static_cast<double>(n)) < 4 / std::sqrt(static_cast<double>(n)));
}

TEST_CASE("random_permutation is a permutation, every one equally often") {
  std::vector<std::int64_t> order = random_permutation(1000, Rng(9));
  CHECK(order == random_permutation(1000, Rng(9)));
  CHECK(order != random_permutation(1000, Rng(10)));
  std::sort(order.begin(), order.end());
  std::vector<std::int64_t> all(1000);
  std::iota(all.begin(), all.end(), 0);
  CHECK(order == all);
  CHECK(random_permutation(0, Rng(1)).empty());
  CHECK(random_permutation(1, Rng(1)) == std::vector<std::int64_t>{0});

  double counts[6] = {};
  constexpr int draws = 12'000;
  for (std::uint64_t i = 0; i < draws; ++i) {
    const std::vector<std::int64_t> p = random_permutation(3, Rng(31, i));
    ++counts[p[0] * 2 + (p[1] > p[2])];
  }
  double chi_square = 0;
  for (const double count : counts) chi_square += (count - draws / 6) * (count - draws / 6) / (draws / 6);
  CHECK(chi_square < 20.5);  // 5 degrees of freedom, probability 0.001
}
