#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include <cotape/engine/base/error.h>
#include <cotape/engine/base/random.h>
#include <cotape/solvers/select/enumerated.h>
#include <cotape/solvers/select/ranking.h>

using namespace cotape;

namespace {

using Numbers = std::vector<real>;

Numbers solve(const Ranking& ranking, const Numbers& scores) {
  Numbers ranks(scores.size(), real(-1));
  ranking.solve(scores, ranks);
  return ranks;
}

double value(const Numbers& scores, const Numbers& ranks) {
  return std::inner_product(scores.begin(), scores.end(), ranks.begin(), 0.0);
}

}  // namespace

TEST_CASE("ranking: argmax gives the largest score rank n, argmin gives it rank 1") {
  CHECK(solve(Ranking{.n = 4}, {3, -1, 7, 0}) == Numbers{3, 1, 4, 2});
  CHECK(solve(Ranking{.n = 4, .sense = Sense::minimise}, {3, -1, 7, 0}) == Numbers{2, 4, 1, 3});
  CHECK(solve(Ranking{.n = 3, .values = {-1, 0, 5}}, {2, 9, 1}) == Numbers{0, 5, -1});
  CHECK(solve(Ranking{.n = 3, .sense = Sense::minimise, .values = {-1, 0, 5}}, {2, 9, 1}) == Numbers{0, -1, 5});
  CHECK(solve(Ranking{.n = 1}, {-4}) == Numbers{1});
}

TEST_CASE("ranking: no permutation is better, for n up to 6, ties included") {
  Rng random(1);
  for (std::int64_t n = 1; n <= 6; ++n) {
    const Tensor all = all_permutations(n);
    for (int instance = 0; instance < 60; ++instance) {
      const std::int64_t levels = instance % 2 ? 3 : 1000;
      Numbers scores(static_cast<std::size_t>(n));
      for (real& score : scores) score = static_cast<real>(random.below(levels) - 1);
      const double most = value(scores, solve(Ranking{.n = n}, scores));
      const double least = value(scores, solve(Ranking{.n = n, .sense = Sense::minimise}, scores));
      for (std::int64_t r = 0; r < all.shape()[0]; ++r) {
        const double other = value(scores, Numbers(all.data() + r * n, all.data() + (r + 1) * n));
        REQUIRE(other <= most);
        REQUIRE(other >= least);
      }
    }
  }
}

TEST_CASE("ranking: of equal scores the lower index gets the smaller rank, in both senses, for small and large n") {
  CHECK(solve(Ranking{.n = 4}, {1, 0, 1, -real(0)}) == Numbers{3, 1, 4, 2});
  CHECK(solve(Ranking{.n = 4, .sense = Sense::minimise}, {1, 0, 1, -real(0)}) == Numbers{1, 3, 2, 4});
  Rng random(2);
  using Limits = std::numeric_limits<real>;
  const std::vector<std::function<real()>> kinds{
      [&] { return static_cast<real>(random.below(20) - 10); },         // many are equal
      [&] { return static_cast<real>(random.uniform()) - real(0.5); },  // none
      [&] { return random.below(2) == 0 ? real(0) : -real(0); },        // all, though not in their bits
      [&] {
        return std::ldexp(static_cast<real>(random.uniform()) - real(0.5), static_cast<int>(random.below(240)) - 120);
      },
      [&] { return real(random.below(2) == 0 ? 1 : -1) * Limits::denorm_min() * static_cast<real>(random.below(3)); },
      [&] { return real(random.below(2) == 0 ? 1 : -1) * Limits::max() / static_cast<real>(1 + random.below(3)); }};
  for (const std::int64_t n : {50, 128, 129, 400, 3000})
    for (std::size_t kind = 0; kind < 2 * kinds.size(); ++kind) {
      const Sense sense = kind % 2 == 0 ? Sense::maximise : Sense::minimise;
      Numbers scores(static_cast<std::size_t>(n));
      for (real& score : scores) score = kinds[kind / 2]();
      std::vector<std::size_t> order(scores.size());
      std::iota(order.begin(), order.end(), std::size_t{0});
      std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return sense == Sense::maximise ? scores[a] < scores[b] : scores[a] > scores[b];
      });
      Numbers expected(scores.size());
      for (std::size_t p = 0; p < order.size(); ++p) expected[order[p]] = static_cast<real>(p + 1);
      CHECK(solve(Ranking{.n = n, .sense = sense}, scores) == expected);
    }
}

TEST_CASE("ranking: tells ties that matter") {
  const auto tied = [](const Ranking& ranking, const Numbers& scores) {
    return ranking.tied(scores, solve(ranking, scores)).value();
  };
  CHECK(tied(Ranking{.n = 3}, {2, 1, 2}));
  CHECK_FALSE(tied(Ranking{.n = 3}, {2, 1, 3}));
  CHECK_FALSE(tied(Ranking{.n = 3, .values = {0, 1, 1}}, {2, 1, 2}));
  CHECK(tied(Ranking{.n = 3, .values = {0, 0, 1}}, {2, 1, 2}));
}

TEST_CASE("ranking: says what it is, refuses impossible settings") {
  const SolverTraits traits = Ranking{.n = 5, .sense = Sense::minimise}.traits();
  CHECK(traits.name == "ranking");
  CHECK(traits.sense == Sense::minimise);
  CHECK(traits.shape == Shape{5});
  CHECK(traits.constant_sum);
  CHECK(traits.scale_invariant);
  CHECK(Ranking{}.traits().sense == Sense::maximise);
  CHECK_THROWS_WITH_AS(Solver(Ranking{.n = 0}), doctest::Contains("ranking: n = 0 is not positive"), ValueError);
  CHECK_THROWS_WITH_AS(Solver(Ranking{.n = 3, .values = {1, 2}}), doctest::Contains("ranking: 2 values for n = 3"),
                       ValueError);
  CHECK_THROWS_WITH_AS(Solver(Ranking{.n = 2, .values = {2, 1}}), doctest::Contains("ranking: value 1, 1, is not"),
                       ValueError);
  CHECK_THROWS_WITH_AS(Solver(Ranking{.n = 1, .values = {real(NAN)}}), doctest::Contains("ranking: value 0"),
                       ValueError);
}
