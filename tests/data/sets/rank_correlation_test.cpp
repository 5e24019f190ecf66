#include <cotape/data/sets/rank_correlation.h>
#include <cotape/engine/base/error.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

using namespace cotape;

namespace {

using Numbers = std::vector<real>;

}  // namespace

TEST_CASE("rank correlations of permutations, by hand") {
  struct Case {
    Numbers a, b;
    double rho, tau;
  };
  const Case cases[] = {
      {{1, 2, 3, 4}, {1, 2, 3, 4}, 1, 1},
      {{1, 2, 3, 4}, {4, 3, 2, 1}, -1, -1},
      {{1, 2}, {2, 1}, -1, -1},
      {{1, 2, 3, 4}, {2, 1, 4, 3}, 0.6, 2.0 / 6},         // Σd² = 4: 1 − 24/60; 4 pairs agree, 2 do not
      {{1, 2, 3, 4}, {2, 1, 3, 4}, 0.8, 4.0 / 6},         // Σd² = 2; 5 − 1 pairs
      {{3, 1, 2}, {1, 2, 3}, -0.5, -1.0 / 3},             // Σd² = 6: 1 − 36/24; 1 − 2 pairs
      {{1, 2, 3, 4, 5}, {3, 1, 2, 5, 4}, 0.6, 4.0 / 10},  // Σd² = 8: 1 − 48/120; 7 − 3 pairs
      {{10, -2, 0.5, 7}, {4, 1, 2, 3}, 1, 1},             // any numbers to rank by
      {{1, 2, 3, 4, 5}, {100, 1, 2, 3, 4}, 0, 2.0 / 10},  // Σd² = 16 + 4: 1 − 120/120; 6 − 4 pairs
  };
  for (const Case& c : cases) {
    CHECK(spearman(c.a, c.b) == doctest::Approx(c.rho).epsilon(1e-12));
    CHECK(kendall(c.a, c.b) == doctest::Approx(c.tau).epsilon(1e-12));
    CHECK(spearman(c.b, c.a) == spearman(c.a, c.b));
    CHECK(kendall(c.b, c.a) == kendall(c.a, c.b));
  }
}

TEST_CASE("rank correlations with ties, by hand") {
  // Ranks 1, 2.5, 2.5, 4 and 1, 2, 3, 4: covariance 4.5, variances 4.5 and 5; five pairs agree, one is tied.
  const Numbers tied = {1, 2, 2, 3}, plain = {1, 2, 3, 4};
  CHECK(spearman(tied, plain) == doctest::Approx(4.5 / std::sqrt(4.5 * 5)).epsilon(1e-12));
  CHECK(kendall(tied, plain) == doctest::Approx(5 / std::sqrt(5.0 * 6)).epsilon(1e-12));
  CHECK(spearman(tied, tied) == 1);
  CHECK(kendall(tied, tied) == 1);
  CHECK(spearman(Numbers{5, 5, 5}, Numbers{1, 2, 3}) == 0);
  CHECK(kendall(Numbers{1, 2, 3}, Numbers{5, 5, 5}) == 0);
}

TEST_CASE("rank correlations over all permutations have mean 0") {
  Numbers order(5), fixed(5);
  std::iota(order.begin(), order.end(), real(1));
  fixed = order;
  double rho = 0, tau = 0, squares = 0;
  do {
    double distance = 0;
    for (std::size_t i = 0; i < 5; ++i) distance += std::pow(static_cast<double>(order[i] - fixed[i]), 2);
    CHECK(spearman(order, fixed) == doctest::Approx(1 - 6 * distance / (5 * 24)).epsilon(1e-12));
    rho += spearman(order, fixed);
    tau += kendall(order, fixed);
    squares += std::pow(spearman(order, fixed), 2);
  } while (std::next_permutation(order.begin(), order.end()));
  CHECK(std::abs(rho) < 1e-12);
  CHECK(std::abs(tau) < 1e-12);
  CHECK(squares / 120 == doctest::Approx(1.0 / 4).epsilon(1e-12));  // variance 1/(n − 1)
}

TEST_CASE("rank correlations refuse what cannot be compared") {
  CHECK_THROWS_WITH_AS(spearman(Numbers{1, 2}, Numbers{1, 2, 3}), "spearman: lengths differ: 2 and 3", ShapeError);
  CHECK_THROWS_WITH_AS(kendall(Numbers{1}, Numbers{1}), "kendall: 1 numbers, two or more are needed", ValueError);
  CHECK_THROWS_WITH_AS(kendall(Numbers{1, 2}, Numbers{NAN, 2}), "kendall: a number is NaN", ValueError);
}
