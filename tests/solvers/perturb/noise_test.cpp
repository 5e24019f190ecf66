#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <numbers>
#include <vector>

#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/solvers/perturb/noise.h>
#include <cotape/solvers/perturb/sum_of_gamma.h>

#include "kolmogorov_smirnov.h"

using namespace cotape;

namespace {

constexpr std::int64_t draws = 200000;

Tensor sample(const Noise& noise, const Shape& shape = {draws}, std::uint64_t seed = 7) {
  Tensor out(shape, real(99));
  Rng rng(seed);
  noise.sample(out, rng);
  return out;
}

const std::vector<Noise>& all_kinds() {
  static const std::vector<Noise> kinds = {NoNoise{}, Gumbel{},   Normal{},     Laplace{},
                                           Uniform{}, TwoPoint{}, SumOfGamma{}, SumOfGamma{.as_published_code = true}};
  return kinds;
}

}  // namespace

TEST_CASE("noise: by name") {
  for (const char* name : {"none", "gumbel", "normal", "laplace", "uniform"}) CHECK(noise_named(name).name() == name);
  CHECK(sample(noise_named("gumbel")) == sample(Gumbel{}));
  CHECK_THROWS_WITH_AS(noise_named("pink"), "no noise is named \"pink\"", ValueError);
}

TEST_CASE("noise: 200,000 draws follow the distribution function") {
  const auto statistic = [](const Noise& noise, const std::function<double(double)>& distribution) {
    const Tensor z = sample(noise);
    return kolmogorov_smirnov(z.values(), distribution);
  };
  CHECK(statistic(Gumbel{}, [](double z) { return std::exp(-std::exp(-z)); }) < 1.95);
  CHECK(statistic(Normal{}, [](double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }) < 1.95);
  CHECK(statistic(Laplace{}, [](double z) { return z < 0 ? 0.5 * std::exp(z) : 1 - 0.5 * std::exp(-z); }) < 1.95);
  CHECK(statistic(Uniform{}, [](double z) { return (z + 1) / 2; }) < 1.95);
  // The test itself can fail: a Gumbel with the sign wrong.
  CHECK(statistic(Gumbel{}, [](double z) { return 1 - std::exp(-std::exp(z)); }) > 10);
}

TEST_CASE("noise: two-point draws are ±α/2, each about half the time") {
  const Tensor z = sample(TwoPoint{.alpha = real(0.5)});
  std::int64_t high = 0;
  for (const real x : z.values()) {
    REQUIRE(std::abs(x) == real(0.25));
    high += x > 0;
  }
  CHECK(std::abs(static_cast<double>(high) - draws / 2.0) < 4 * std::sqrt(draws) / 2);
}

TEST_CASE("noise: none is zero and leaves the generator alone") {
  Tensor z(Shape{1000}, real(3));
  Rng rng(1);
  Noise(NoNoise{}).sample(z, rng);
  CHECK(z == Tensor(Shape{1000}));
  CHECK(rng == Rng(1));
}

TEST_CASE("noise: mean and deviation are those of the draws, within five standard errors") {
  for (const Noise& noise : all_kinds()) {
    CAPTURE(noise.name());
    const Tensor z = sample(noise);
    double sum = 0, squares = 0, fourths = 0;
    for (const double x : z.values()) sum += x;
    const double mean = sum / draws;
    for (const double x : z.values()) {
      squares += std::pow(x - mean, 2);
      fourths += std::pow(x - mean, 4);
    }
    const double variance = squares / draws;
    CHECK(std::abs(mean - noise.mean()) <= 5 * noise.deviation() / std::sqrt(draws));
    const double error_of_variance = std::sqrt(std::max(0.0, fourths / draws - variance * variance) / draws);
    CHECK(std::abs(variance - std::pow(noise.deviation(), 2)) <= 5 * error_of_variance + 1e-5);
  }
  CHECK(Noise(Gumbel{}).mean() == doctest::Approx(0.5772156649));
  CHECK(Noise(Gumbel{}).deviation() == doctest::Approx(1.2825498));
  CHECK(Noise(TwoPoint{.alpha = 3}).deviation() == 1.5);
}

TEST_CASE("noise: one thread and two draw the same bits and advance the generator alike") {
  for (const Noise& noise : all_kinds()) {
    CAPTURE(noise.name());
    Rng first(5), second(5);
    Tensor a(Shape{77, 1001}), b(Shape{77, 1001});
    {
      const ThreadLimit limit(1);
      noise.sample(a, first);
    }
    {
      const ThreadLimit limit(2);
      noise.sample(b, second);
    }
    CHECK(std::memcmp(a.data(), b.data(), static_cast<std::size_t>(a.size()) * sizeof(real)) == 0);
    CHECK(first == second);
    CHECK(a.finite());
  }
}

TEST_CASE("noise: one draw after another differs, a copied generator repeats") {
  for (const Noise& noise : {Noise(Gumbel{}), Noise(Laplace{}), Noise(SumOfGamma{})}) {
    Rng rng(3);
    const Rng start = rng;
    Tensor a(Shape{100}), b(Shape{100}), c(Shape{100});
    noise.sample(a, rng);
    noise.sample(b, rng);
    Rng again = start;
    noise.sample(c, again);
    CHECK_FALSE(a == b);
    CHECK(a == c);
  }
}

TEST_CASE("noise: score derivatives are the derivatives of −ln density") {
  const auto derivative = [](const Noise& noise, real z) {
    Tensor out(Shape{1});
    noise.score_derivative(Tensor({1}, {z}), out);
    return static_cast<double>(out[0]);
  };
  for (const real z : {real(-2.5), real(-0.3), real(0.4), real(3)}) {
    CHECK(derivative(Gumbel{}, z) == doctest::Approx(1 - std::exp(-static_cast<double>(z))).epsilon(1e-6));
    CHECK(derivative(Normal{}, z) == z);
    CHECK(derivative(Laplace{}, z) == (z > 0 ? 1 : -1));
  }
  CHECK(derivative(Laplace{}, 0) == 0);

  // E[ν'(Z)] = 0 and E[Z·ν'(Z)] = 1 for any density (integration by parts).
  for (const Noise& noise : {Noise(Gumbel{}), Noise(Normal{}), Noise(Laplace{})}) {
    CAPTURE(noise.name());
    CHECK(noise.has_score_derivative());
    const Tensor z = sample(noise);
    Tensor slope(z.shape());
    noise.score_derivative(z, slope);
    double sum = 0, product = 0;
    for (std::int64_t i = 0; i < draws; ++i) {
      sum += slope[i];
      product += static_cast<double>(z[i]) * slope[i];
    }
    CHECK(std::abs(sum / draws) < 5 / std::sqrt(draws));
    CHECK(std::abs(product / draws - 1) < 5 * 2 / std::sqrt(draws));
  }
}

TEST_CASE("noise: what has no score derivative says so, with its name") {
  const Tensor z(Shape{3});
  Tensor out(Shape{3}), other(Shape{4});
  for (const Noise& noise : {Noise(NoNoise{}), Noise(Uniform{}), Noise(TwoPoint{}), Noise(SumOfGamma{})}) {
    CHECK_FALSE(noise.has_score_derivative());
    CHECK_THROWS_WITH_AS(noise.score_derivative(z, out), doctest::Contains("has no density with a derivative"),
                         ValueError);
    CHECK_THROWS_WITH_AS(noise.score_derivative(z, out), doctest::Contains(noise.name().c_str()), ValueError);
  }
  CHECK_THROWS_WITH_AS(Noise(Gumbel{}).score_derivative(z, other), doctest::Contains("z [3] out [4]"), ShapeError);
}

TEST_CASE("noise: names and bad settings") {
  CHECK(Noise(TwoPoint{.alpha = real(0.5)}).name() == "two-point(α = 0.5)");
  CHECK(Noise(SumOfGamma{}).name() == "sum-of-gamma(κ = 10, τ = 10, s = 10)");
  CHECK_THROWS_WITH_AS(static_cast<void>(Noise(TwoPoint{.alpha = -1})), doctest::Contains("α = -1 is negative"),
                       ValueError);
  CHECK_THROWS_AS(static_cast<void>(Noise(TwoPoint{.alpha = std::numeric_limits<real>::quiet_NaN()})), ValueError);
}
