#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include <cotape/engine/base/error.h>
#include <cotape/solvers/core/oracle.h>
#include <cotape/solvers/select/topk.h>

using namespace cotape;

namespace {

std::vector<real> solve(const TopK& top, const std::vector<real>& scores) {
  std::vector<real> solution(scores.size(), real(-1));
  top.solve(scores, solution);
  return solution;
}

// The best of all k-subsets; of equal ones the first in lexicographic order of the chosen indices, which is the one
// whose 0/1 vector is lexicographically largest.
std::vector<real> brute_force(const std::vector<real>& scores, std::int64_t k) {
  const std::size_t n = scores.size();
  std::vector<real> best;
  real best_sum = 0;
  for (unsigned subset = 0; subset < (1u << n); ++subset) {
    if (std::popcount(subset) != k) continue;
    std::vector<real> y(n);
    for (std::size_t i = 0; i < n; ++i) y[i] = static_cast<real>(subset >> i & 1);
    const real sum = std::inner_product(y.begin(), y.end(), scores.begin(), real(0));
    if (best.empty() || sum > best_sum || (sum == best_sum && y > best)) {
      best = y;
      best_sum = sum;
    }
  }
  return best;
}

std::vector<real> by_stable_sort(const std::vector<real>& scores, std::int64_t k) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  std::vector<real> y(scores.size());
  for (std::size_t i = 0; i < static_cast<std::size_t>(k); ++i) y[order[i]] = 1;
  return y;
}

}  // namespace

TEST_CASE("top_k: equals the best of all subsets, ties included, on 5,000 instances") {
  std::mt19937 random(1);
  for (int instance = 0; instance < 5000; ++instance) {
    const auto n = static_cast<std::int64_t>(1 + random() % 9);
    const auto k = static_cast<std::int64_t>(1 + random() % static_cast<unsigned>(n));
    const unsigned levels = instance % 2 ? 4 : 1000;  // whole numbers: exact sums; four levels: many ties
    std::vector<real> scores(static_cast<std::size_t>(n));
    for (real& score : scores) score = static_cast<real>(static_cast<int>(random() % levels) - 2);
    REQUIRE(solve(TopK{.n = n, .k = k}, scores) == brute_force(scores, k));
  }
}

TEST_CASE("top_k: equals a stable sort for every size around the limits of its two methods") {
  std::mt19937 random(2);
  std::normal_distribution<real> normal;
  for (const std::int64_t n : {7, 8, 9, 15, 16, 17, 20, 31, 32, 33, 63, 64, 65, 100, 257, 1000}) {
    for (int instance = 0; instance < 60; ++instance) {
      const auto k = static_cast<std::int64_t>(1 + random() % static_cast<unsigned>(n));
      std::vector<real> scores(static_cast<std::size_t>(n));
      for (real& score : scores) score = instance % 3 ? normal(random) : static_cast<real>(random() % 5) - 2;
      REQUIRE(solve(TopK{.n = n, .k = k}, scores) == by_stable_sort(scores, k));
    }
  }
}

TEST_CASE("top_k: of equal scores the lower index wins, −0 equals 0, extremes are ordered") {
  constexpr real big = std::numeric_limits<real>::max(), least = std::numeric_limits<real>::denorm_min();
  CHECK(solve(TopK{.n = 4, .k = 2}, {1, 1, 1, 1}) == std::vector<real>{1, 1, 0, 0});
  CHECK(solve(TopK{.n = 4, .k = 1}, {0, 2, 2, 1}) == std::vector<real>{0, 1, 0, 0});
  CHECK(solve(TopK{.n = 3, .k = 1}, {-real(0), 0, -1}) == std::vector<real>{1, 0, 0});
  CHECK(solve(TopK{.n = 5, .k = 2}, {-big, 0, big, least, -least}) == std::vector<real>{0, 0, 1, 1, 0});
  for (const std::int64_t n : {80, 300}) {
    std::vector<real> scores(static_cast<std::size_t>(n), real(0));
    scores[40] = -real(0);
    scores[50] = least;
    scores[60] = -big;
    scores[70] = big;
    REQUIRE(solve(TopK{.n = n, .k = 45}, scores) == by_stable_sort(scores, 45));
    REQUIRE(solve(TopK{.n = n, .k = n}, scores) == std::vector<real>(static_cast<std::size_t>(n), real(1)));
    REQUIRE(solve(TopK{.n = n, .k = n - 1}, scores) == by_stable_sort(scores, n - 1));
  }
}

TEST_CASE("top_k: tells ties at its edge and no others") {
  const auto tied = [](const TopK& top, const std::vector<real>& scores) {
    return top.tied(scores, solve(top, scores)).value();
  };
  CHECK(tied(TopK{.n = 3, .k = 1}, {2, 2, 1}));
  CHECK_FALSE(tied(TopK{.n = 3, .k = 2}, {2, 2, 1}));
  CHECK_FALSE(tied(TopK{.n = 3, .k = 1}, {3, 2, 2}));
  CHECK(tied(TopK{.n = 3, .k = 2}, {3, 2, 2}));
  CHECK_FALSE(tied(TopK{.n = 3, .k = 3}, {2, 2, 2}));
}

TEST_CASE("top_k: says what it is, refuses impossible settings") {
  const Solver solver = TopK{.n = 20, .k = 10};
  const SolverTraits& traits = solver.traits();
  CHECK(traits.name == "top_k");
  CHECK(traits.sense == Sense::maximise);
  CHECK(traits.shape == Shape{20});
  CHECK_FALSE(traits.domain.bounded());
  CHECK(traits.exact);
  CHECK(traits.constant_sum);
  CHECK(traits.scale_invariant);
  CHECK_THROWS_WITH_AS(Solver(TopK{.n = 0, .k = 1}), doctest::Contains("top_k: n = 0 is not positive"), ValueError);
  CHECK_THROWS_WITH_AS(Solver(TopK{.n = 3, .k = 4}), doctest::Contains("top_k: k = 4 is outside 1 … n = 3"),
                       ValueError);
  CHECK_THROWS_WITH_AS(Solver(TopK{.n = 3, .k = 0}), doctest::Contains("k = 0"), ValueError);
}

TEST_CASE("top_k: an instance's own k and allowed scores give what its allowed scores alone give, 20,000 times") {
  std::mt19937 random(3);
  for (const std::int64_t n : {1, 5, 8, 20, 40, 64, 65, 100})
    for (int instance = 0; instance < 2500; ++instance) {
      std::vector<real> scores, allowed_scores;
      TopKInstance data{0, std::vector<std::uint8_t>(static_cast<std::size_t>(n))};
      const real unit = std::array{real(1), std::numeric_limits<real>::denorm_min(),
                                   std::numeric_limits<real>::max() / 4}[static_cast<std::size_t>(instance % 3)];
      for (std::uint8_t& allowed : data.allowed) {
        allowed = random() % 3 > 0;
        scores.push_back(unit * (static_cast<real>(random() % 7) - 3));
        if (allowed) allowed_scores.push_back(scores.back());
      }
      const std::size_t choices = allowed_scores.size();
      data.k = static_cast<std::int64_t>(random() % (choices + 1));
      std::vector<real> solution(scores.size(), real(-1)), expected(scores.size(), real(0)),
          mask(scores.size(), real(7));
      const TopK top{.n = n, .k = 1};
      top.solve(scores, data, solution);
      const std::vector<real> chosen = by_stable_sort(allowed_scores, data.k);
      for (std::size_t i = 0, j = 0; i < scores.size(); ++i)
        if (data.allowed[i]) expected[i] = chosen[j++];
      REQUIRE(solution == expected);
      top.mask(data, mask);
      REQUIRE(mask == std::vector<real>(data.allowed.begin(), data.allowed.end()));
      const bool tied = data.k > 0 && *TopK{.n = static_cast<std::int64_t>(choices), .k = data.k}.tied(
                                          allowed_scores, std::span(chosen));
      REQUIRE(top.tied(scores, data, solution) == tied);
      // Without marks all scores may be chosen.
      const std::int64_t k = 1 + static_cast<std::int64_t>(random() % static_cast<unsigned>(n));
      top.solve(scores, TopKInstance{k, {}}, solution);
      REQUIRE(solution == solve(TopK{.n = n, .k = k}, scores));
    }
}

TEST_CASE("top_k: instances that cannot be solved are named by their place in the batch") {
  Oracle oracle(TopK{.n = 3, .k = 1});
  const Tensor scores({2, 3}, {1, 2, 3, 3, 2, 1});
  Tensor solutions(scores.shape());
  using Data = std::vector<TopKInstance>;
  oracle.argmax(scores, solutions, Phase::forward, Data{{2, {}}, {1, {0, 1, 1}}});
  CHECK(solutions == Tensor({2, 3}, {0, 1, 1, 0, 1, 0}));
  CHECK_THROWS_WITH_AS(oracle.argmax(scores, solutions, Phase::forward, Data{{1, {}}, {3, {0, 1, 1}}}),
                       "top_k: instance 1: k = 3 is outside 0 … 2 scores that may be chosen", SolverError);
  CHECK_THROWS_WITH_AS(oracle.argmax(scores, solutions, Phase::forward, Data{{1, {}}, {1, {1, 1}}}),
                       "top_k: instance 1: 2 marks for 3 scores", SolverError);
}
