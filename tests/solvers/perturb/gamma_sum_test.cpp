#include <doctest/doctest.h>

#include <cmath>
#include <random>
#include <vector>

#include <cotape/engine/base/error.h>
#include <cotape/solvers/perturb/gamma_sum.h>

#include "kolmogorov_smirnov.h"

using namespace cotape;

namespace {

double relative(double a, double b) { return std::abs(a / b - 1); }

}  // namespace

TEST_CASE("gamma sum: one exponential") {
  const GammaSum sum(1, std::vector<double>{2.0});
  for (const double x : {1e-8, 0.01, 0.5, 1.0, 2.0, 5.0, 41.0}) {
    CHECK(relative(sum.at(x).upper, std::exp(-x / 2)) < 1e-12);
    CHECK(relative(sum.at(x).lower, -std::expm1(-x / 2)) < 1e-12);
    CHECK(relative(sum.at(x).density, std::exp(-x / 2) / 2) < 1e-12);
  }
}

TEST_CASE("gamma sum: two exponentials with different scales, both tails to 1e-9") {
  const double a = 3, b = 0.5;
  const GammaSum sum(1, std::vector<double>{a, b});
  for (const double x : {0.01, 0.5, 1.0, 4.0, 10.0, 62.0}) {
    const double upper = (a * std::exp(-x / a) - b * std::exp(-x / b)) / (a - b);
    CHECK(relative(sum.at(x).upper, upper) < 1e-11);
    CHECK(relative(sum.at(x).density, (std::exp(-x / a) - std::exp(-x / b)) / (a - b)) < 1e-11);
    CHECK(std::abs(sum.at(x).lower + sum.at(x).upper - 1) < 1e-12);
  }
  const double x = 6e-5;  // P(X ≤ x) = x²/2ab·(1 − x·(1/a + 1/b)/3 + …)
  CHECK(relative(sum.at(x).lower, x * x / (2 * a * b) * (1 - x * (1 / a + 1 / b) / 3)) < 1e-8);
}

TEST_CASE("gamma sum: half-integer shape is the error function") {
  const GammaSum sum(0.5, std::vector<double>{1.0});  // P(X ≤ x) = erf √x
  for (const double x : {1e-12, 1e-3, 0.3, 1.0, 2.0, 9.0, 18.0}) {
    CHECK(relative(sum.at(x).lower, std::erf(std::sqrt(x))) < 1e-12);
    CHECK(relative(sum.at(x).upper, std::erfc(std::sqrt(x))) < 1e-11);
  }
}

TEST_CASE("gamma sum: ten scales of one shape follow 200,000 sums of std::gamma_distribution") {
  std::vector<double> scales;
  for (int i = 1; i <= 10; ++i) scales.push_back(10.0 / i);
  const GammaSum sum(0.1, scales);
  CHECK(sum.mean() == doctest::Approx(2.92896825));
  CHECK(sum.deviation() == doctest::Approx(std::sqrt(15.49767731)));

  std::mt19937_64 random(11);
  std::vector<double> sample(200000);
  for (double& x : sample)
    for (const double scale : scales) x += std::gamma_distribution<double>(0.1, scale)(random);
  const auto distribution = [&](double x) { return sum.at(x).lower; };
  CHECK(kolmogorov_smirnov(std::span<const double>(sample), distribution) < 1.95);
}

TEST_CASE("gamma sum: quantiles invert the distribution on both sides") {
  const std::vector<GammaSum> sums = {GammaSum(0.1, std::vector<double>{10, 5, 2.5, 1}),
                                      GammaSum(1, std::vector<double>{1, 0.01}), GammaSum(3, std::vector<double>{7}),
                                      GammaSum(0.01, std::vector<double>{1})};
  for (const GammaSum& sum : sums)
    for (const double p : {1e-9, 6e-8, 1e-3, 0.2, 0.5}) {
      CHECK(relative(sum.at(sum.upper_quantile(p)).upper, p) < 1e-9);
      if (const double x = sum.lower_quantile(p); x > 0)
        CHECK(relative(sum.at(x).lower, p) < 1e-9);
      else
        CHECK(sum.at(1e-290).lower >= p);
    }
}

TEST_CASE("gamma sum: many scales, whose first weights underflow") {
  std::vector<double> scales;
  for (int i = 1; i <= 1000; ++i) scales.push_back(1.0 / i);
  const GammaSum sum(1, scales);  // the largest of 1000 exponentials (Rényi)
  for (const double x : {3.0, 6.9, 8.0, 20.0}) {
    CHECK(relative(sum.at(x).lower, std::pow(-std::expm1(-x), 1000)) < 1e-8);
    CHECK(relative(sum.at(x).upper, -std::expm1(1000 * std::log1p(-std::exp(-x)))) < 1e-8);
  }
}

TEST_CASE("gamma sum: refuses what is not positive") {
  CHECK_THROWS_WITH_AS(GammaSum(0, std::vector<double>{1}), doctest::Contains("shape 0 is not positive"), ValueError);
  CHECK_THROWS_WITH_AS(GammaSum(1, std::vector<double>{1, -2}), doctest::Contains("scale -2 is not"), ValueError);
  CHECK_THROWS_WITH_AS(GammaSum(1, std::vector<double>{}), doctest::Contains("no scales"), ValueError);
}
