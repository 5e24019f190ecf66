#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include <cotape/engine/base/error.h>
#include <cotape/solvers/perturb/gamma_sum.h>
#include <cotape/solvers/perturb/sum_of_gamma.h>

#include "kolmogorov_smirnov.h"

using namespace cotape;

namespace {

double scale_of(const SumOfGamma& settings, std::int64_t i) {
  const double scale = settings.k / static_cast<double>(i);
  return settings.as_published_code ? 1 / scale : scale;
}

// The definition, drawn by the standard library.
std::vector<double> exact_sample(const SumOfGamma& settings, std::size_t n, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<double> sample(n);
  for (double& z : sample) {
    double sum = -std::log(static_cast<double>(settings.s));
    for (std::int64_t i = 1; i <= settings.s; ++i)
      sum += std::gamma_distribution<double>(1.0 / settings.k, scale_of(settings, i))(random);
    z = static_cast<double>(settings.tau) / settings.k * sum;
  }
  return sample;
}

GammaSum exact_distribution(const SumOfGamma& settings) {
  std::vector<double> scales;
  for (std::int64_t i = 1; i <= settings.s; ++i) scales.push_back(scale_of(settings, i));
  return GammaSum(1.0 / settings.k, scales);
}

}  // namespace

TEST_CASE("sum of gamma: both forms follow 200,000 exact draws") {
  for (const SumOfGamma& settings :
       {SumOfGamma{}, SumOfGamma{.as_published_code = true}, SumOfGamma{.k = 5, .tau = 2, .s = 20}}) {
    CAPTURE(Noise(settings).name());
    const std::vector<double> exact = exact_sample(settings, 200000, 12);
    Tensor z(Shape{200000});
    Rng rng(13);
    Noise(settings).sample(z, rng);
    CHECK(kolmogorov_smirnov(std::span<const double>(exact), std::as_const(z).values()) < 1.95);
  }
}

TEST_CASE("sum of gamma: the two forms differ as the published code does from the published formula") {
  const Noise stated = SumOfGamma{}, published = SumOfGamma{.as_published_code = true};
  CHECK(stated.mean() == doctest::Approx(0.626383));
  CHECK(stated.deviation() == doctest::Approx(3.936709));
  CHECK(published.mean() == doctest::Approx(-1.752585));
  CHECK(published.deviation() == doctest::Approx(0.620484));
}

TEST_CASE("sum of gamma: the table is within 1e-5 of the exact distribution, relative to both tails") {
  for (const SumOfGamma& settings :
       {SumOfGamma{}, SumOfGamma{.as_published_code = true}, SumOfGamma{.k = 1, .tau = 1, .s = 50}}) {
    CAPTURE(Noise(settings).name());
    const GammaSum exact = exact_distribution(settings);
    Tensor u(Shape{1 << 20}), z(Shape{1 << 20});
    Rng rng(14), same = rng;
    rng.uniform(u);
    Noise(settings).sample(z, same);
    const double factor = static_cast<double>(settings.tau) / settings.k;
    const double offset = std::log(static_cast<double>(settings.s));
    double worst = 0;
    for (std::int64_t i = 0; i < u.size(); ++i) {
      const double tail = std::min<double>(u[i], 1 - u[i]);
      if (i > 10000 && tail > 1e-4) continue;  // all far tails, and enough of the rest
      const GammaSum::Point point = exact.at(std::max(z[i] / factor + offset, 1e-12));
      const double error = std::abs(u[i] < real(0.5) ? point.lower - u[i] : point.upper - (1 - u[i]));
      // What rounding of nodes, of the interpolation and of z itself may move the probability by.
      const double rounding = 3 * std::numeric_limits<real>::epsilon() * (std::abs(z[i] / factor) + offset);
      worst = std::max(worst, (error - point.density * rounding) / tail);
    }
    CHECK(worst < 1e-5);
    CHECK(worst > 1e-8);  // the bound above is not met by the rounding allowance alone
  }
}

TEST_CASE("sum of gamma: κ = 1 and many terms is close to a Gumbel") {
  Tensor z(Shape{100000});
  Rng rng(15);
  Noise(SumOfGamma{.k = 1, .tau = 1, .s = 1000}).sample(z, rng);
  const auto gumbel = [](double x) { return std::exp(-std::exp(-x)); };
  CHECK(kolmogorov_smirnov(std::as_const(z).values(), gumbel) < 1.95);
}

TEST_CASE("sum of gamma: τ scales the draws") {
  Tensor one(Shape{1000}), ten(Shape{1000});
  Rng rng(16), same = rng;
  Noise(SumOfGamma{.tau = 1}).sample(one, rng);
  Noise(SumOfGamma{.tau = 10}).sample(ten, same);
  for (std::int64_t i = 0; i < one.size(); ++i) REQUIRE(ten[i] == doctest::Approx(10 * one[i]).epsilon(1e-5));
}

TEST_CASE("sum of gamma: refuses settings without a distribution") {
  CHECK_THROWS_WITH_AS(static_cast<void>(Noise(SumOfGamma{.k = 0})),
                       doctest::Contains("sum-of-gamma: κ = 0 is not positive"), ValueError);
  CHECK_THROWS_WITH_AS(static_cast<void>(Noise(SumOfGamma{.tau = -1})), doctest::Contains("τ = -1 is not positive"),
                       ValueError);
  CHECK_THROWS_WITH_AS(static_cast<void>(Noise(SumOfGamma{.s = 0})), doctest::Contains("s = 0 is outside 1 … 1000"),
                       ValueError);
  CHECK_THROWS_AS(static_cast<void>(Noise(SumOfGamma{.k = std::numeric_limits<real>::quiet_NaN()})), ValueError);
  CHECK_THROWS_AS(static_cast<void>(Noise(SumOfGamma{.s = 1001})), ValueError);
}
