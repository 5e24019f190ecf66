#include <cotape/apps/decide/portfolio.h>
#include <cotape/data/sets/decision_data.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/random.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

using namespace cotape;
using namespace cotape::app;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

double variance(const std::vector<double>& covariance, const std::vector<double>& x) {
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i)
    for (std::size_t j = 0; j < x.size(); ++j) sum += x[i] * covariance[i * x.size() + j] * x[j];
  return sum;
}
double dot(std::span<const double> a, std::span<const double> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

std::vector<double> draws(std::size_t n, Rng& rng) {
  Tensor x(Shape{static_cast<std::int64_t>(n)});
  rng.normal(x);
  return {x.data(), x.data() + n};
}

// A Aᵀ/n + 0.1 for random A.
std::vector<double> random_covariance(std::size_t n, Rng& rng) {
  const std::vector<double> a = draws(n * n, rng);
  std::vector<double> c(n * n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j <= i; ++j)
      c[i * n + j] = c[j * n + i] =
          dot(std::span(a).subspan(i * n, n), std::span(a).subspan(j * n, n)) / static_cast<double>(n) +
          (i == j ? 0.1 : 0);
  return c;
}

// Solves a small system by elimination with pivots: what the portfolio's Cholesky is checked against.
std::vector<double> solved(std::vector<double> a, std::vector<double> b) {
  const std::size_t n = b.size();
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t p = k;
    for (std::size_t i = k; i < n; ++i)
      if (std::abs(a[i * n + k]) > std::abs(a[p * n + k])) p = i;
    for (std::size_t j = 0; j < n; ++j) std::swap(a[k * n + j], a[p * n + j]);
    std::swap(b[k], b[p]);
    for (std::size_t i = 0; i < n; ++i) {
      if (i == k) continue;
      const double f = a[i * n + k] / a[k * n + k];
      for (std::size_t j = 0; j < n; ++j) a[i * n + j] -= f * a[k * n + j];
      b[i] -= f * b[k];
    }
  }
  for (std::size_t i = 0; i < n; ++i) b[i] /= a[i * n + i];
  return b;
}

// The largest return over all sets of assets that may be held: single ones, and mixtures on the limit of the variance,
// which are α + tβ for the t with that variance.
double best_return(const std::vector<double>& covariance, const std::vector<double>& returns, double limit) {
  const std::size_t n = returns.size();
  double best = -infinity;
  for (std::size_t set = 1; set < std::size_t{1} << n; ++set) {
    std::vector<std::size_t> which;
    for (std::size_t i = 0; i < n; ++i)
      if (set >> i & 1) which.push_back(i);
    const std::size_t m = which.size();
    // [Σ −1; 1 0] (x, η) = (t r, 1): linear in t.
    std::vector<double> a((m + 1) * (m + 1)), at_zero(m + 1), at_one(m + 1);
    for (std::size_t i = 0; i < m; ++i) {
      for (std::size_t j = 0; j < m; ++j) a[i * (m + 1) + j] = covariance[which[i] * n + which[j]];
      a[i * (m + 1) + m] = -1;
      a[m * (m + 1) + i] = 1;
      at_one[i] = returns[which[i]];
    }
    at_zero[m] = at_one[m] = 1;
    const std::vector<double> alpha = solved(a, at_zero), sum = solved(a, at_one);
    std::vector<double> x(n), start(n), slope(n);
    for (std::size_t i = 0; i < m; ++i) {
      start[which[i]] = alpha[i];
      slope[which[i]] = sum[i] - alpha[i];
    }
    const double square = variance(covariance, slope);
    const bool moves = square > 1e-12;  // otherwise only the mixture of least variance of assets that return the same
    std::vector<double> moved(n);
    for (std::size_t i = 0; i < n; ++i) moved[i] = start[i] + slope[i];
    const double half = (variance(covariance, moved) - variance(covariance, start) - square) / 2;
    const double rest = half * half - square * (variance(covariance, start) - limit);
    if (moves && rest < 0) continue;
    const double t = moves ? (std::sqrt(rest) - half) / square : 0;
    if (t < 0) continue;
    for (std::size_t i = 0; i < n; ++i) x[i] = start[i] + t * slope[i];
    if (*std::min_element(x.begin(), x.end()) < -1e-9 || variance(covariance, x) > limit * (1 + 1e-9)) continue;
    best = std::max(best, dot(returns, x));
  }
  return best;
}

}  // namespace

TEST_CASE("portfolio: the best of all mixtures, by trying every set of assets") {
  std::int64_t mixtures = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Rng rng(seed);
    const std::size_t n = 2 + seed % 5;
    const std::vector<double> covariance = random_covariance(n, rng);
    std::vector<double> returns = draws(n, rng);
    if (seed % 3 == 0)
      for (double& value : returns) value = std::round(value);  // ties
    const double mean = std::accumulate(covariance.begin(), covariance.end(), 0.0) / static_cast<double>(n * n);
    const double limit = mean * (1 + 0.5 * static_cast<double>(seed % 4));
    CAPTURE(seed);
    const Portfolio::Point point = Portfolio(covariance, limit).best(returns);
    CHECK(std::accumulate(point.shares.begin(), point.shares.end(), 0.0) == doctest::Approx(1));
    CHECK(*std::min_element(point.shares.begin(), point.shares.end()) >= 0);
    CHECK(variance(covariance, point.shares) <= limit * (1 + 1e-9));
    const double expected = best_return(covariance, returns, limit), found = dot(returns, point.shares);
    CHECK(found == doctest::Approx(expected).epsilon(1e-8));
    mixtures += std::isfinite(point.t);
  }
  CHECK(mixtures > 200);
}

TEST_CASE("portfolio: PyEPO's problem, by the conditions of optimality") {
  const PortfolioData data = generate_portfolio(50, {.count = 100, .degree = 4, .noise = 1, .seed = 3});
  const double limit = 2.25 * std::accumulate(data.covariance.begin(), data.covariance.end(), 0.0) / (50.0 * 50.0);
  const Portfolio portfolio(data.covariance, limit);
  for (std::int64_t row = 0; row < 100; ++row) {
    const std::vector<double> returns(data.returns.data() + row * 50, data.returns.data() + row * 50 + 50);
    const Portfolio::Point point = portfolio.best(returns);
    REQUIRE(std::isfinite(point.t));
    CHECK(variance(data.covariance, point.shares) == doctest::Approx(limit).epsilon(1e-10));
    // t r − Σx is the same where assets are held, and no more elsewhere.
    std::vector<double> slope(50);
    for (std::size_t i = 0; i < 50; ++i)
      slope[i] = point.t * returns[i] - dot(std::span(data.covariance).subspan(i * 50, 50), point.shares);
    const double most = *std::max_element(slope.begin(), slope.end()), size = std::abs(point.t) * 0.1;
    for (std::size_t i = 0; i < 50; ++i) {
      if (point.shares[i] > 1e-9) CHECK(std::abs(slope[i] - most) < 1e-9 * size);
    }
  }
}

TEST_CASE("portfolio: ties, returns of any size, and as a solver") {
  const Portfolio portfolio({1, 0, 0, 0, 2, 0, 0, 0, 4}, 10);
  // Nothing exceeds the limit. Of the same returns the mixture of least variance: shares in proportion to 1/variance.
  CHECK(portfolio.best(std::vector<double>{1, 3, 2}).shares == std::vector<double>{0, 1, 0});
  const std::vector<double> equal = portfolio.best(std::vector<double>{0, 0, 0}).shares;
  for (std::size_t i = 0; i < 3; ++i) CHECK(equal[i] == doctest::Approx(std::vector{4.0 / 7, 2.0 / 7, 1.0 / 7}[i]));
  const std::vector<double> two = portfolio.best(std::vector<double>{-1, 5, 5}).shares;
  CHECK(two[1] == doctest::Approx(2.0 / 3));
  CHECK(two[0] == 0);
  const Portfolio tight({1, 0, 0, 2}, 0.7);
  const std::vector<double> usual = tight.best(std::vector<double>{1, 2}).shares;
  for (const double size : {1e-300, 1e300}) {
    const std::vector<double> scaled = tight.best(std::vector<double>{size, 2 * size}).shares;
    CHECK(scaled[0] == doctest::Approx(usual[0]).epsilon(1e-12));
  }
  const Solver solver = tight;
  CHECK(solver.traits().constant_sum);
  Tensor returns({2}, {1, 2}), shares(Shape{2});
  solver.solve(returns.values(), shares.values());
  CHECK(shares[0] == doctest::Approx(usual[0]));
}

TEST_CASE("portfolio: what it refuses") {
  CHECK_THROWS_WITH_AS(Portfolio({1, 2, 3}, 1), "portfolio: 3 numbers are no covariance matrix", ValueError);
  CHECK_THROWS_WITH_AS(Portfolio({1, 0.5, 0.4, 1}, 1), doctest::Contains("is 0.4 and 0.5"), ValueError);
  CHECK_THROWS_WITH_AS(Portfolio({1, 2, 2, 1}, 1), "portfolio: the covariance is not positive definite", ValueError);
  CHECK_THROWS_WITH_AS(Portfolio({1}, 0), doctest::Contains("is 0, not a positive number"), ValueError);
  CHECK_THROWS_WITH_AS(Portfolio({1, 0, 0, 1}, 0.4).best(std::vector<double>{1, 2}),
                       "every portfolio has a variance above 0.4", SolverError);
}
