#include <cotape/engine/base/error.h>
#include <cotape/nn/layers/conv.h>
#include <cotape/nn/layers/init.h>
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using namespace cotape;

namespace {

struct Moments {
  double mean = 0, variance = 0;
};

Moments moments(const Tensor& x) {
  Moments result;
  for (const real value : x.values()) result.mean += value;
  result.mean /= static_cast<double>(x.size());
  for (const real value : x.values()) result.variance += (value - result.mean) * (value - result.mean);
  result.variance /= static_cast<double>(x.size());
  return result;
}

}  // namespace

TEST_CASE("init: fans of matrices and convolution kernels") {
  CHECK(init::fans({300, 784}).in == 784);
  CHECK(init::fans({300, 784}).out == 300);
  CHECK(init::fans({8, 3, 5, 4}).in == 8 * 3 * 5);  // an output reads 8 × 3 pixels of 5 channels
  CHECK(init::fans({8, 3, 5, 4}).out == 8 * 3 * 4);
  CHECK(init::fans({7, 5, 4}).in == 35);
  CHECK(init::fans({8, 3, 5, 4}, 2).in == 8 * 3 * 5);   // of 10 channels in, 5 a group
  CHECK(init::fans({8, 3, 5, 4}, 2).out == 8 * 3 * 2);  // which feed 2 of 4
  CHECK_THROWS_WITH_AS(init::fans({8, 3, 5, 4}, 3),
                       "fans: the 4 channels out of a weight of shape [8,3,5,4] do not divide into 3 groups",
                       ShapeError);
  CHECK_THROWS_WITH_AS(init::fans({7}),
                       "fans: a weight of shape [7] is not [out, in] or [receptive..., in, out] with elements",
                       ShapeError);
  CHECK_THROWS_AS(init::fans({7, 0}), ShapeError);
}

TEST_CASE("init: variances are those of the papers, bounds are kept") {
  // 240,000 draws: the relative standard error of a variance is √(2/n) ≈ 0.3 % for normal draws and less for uniform
  // ones, of a mean σ/√n; five of them are allowed.
  constexpr std::int64_t in = 600, out = 400;
  constexpr double n = in * out;
  const auto check = [&](auto initialise, double variance, double bound) {
    Rng rng(7);
    Tensor w({out, in});
    initialise(w, rng);
    const Moments found = moments(w);
    CHECK(std::abs(found.mean) < 5 * std::sqrt(variance / n));
    CHECK(found.variance == doctest::Approx(variance).epsilon(5 * std::sqrt(2 / n)));
    const auto [least, most] = std::minmax_element(w.values().begin(), w.values().end());
    CHECK(*least > -bound);
    CHECK(*most < bound);
    CHECK(*most > 0.99 * std::min(bound, std::sqrt(variance)));
    CHECK(rng.index() == n / 4);
  };
  const double glorot = 2.0 / (in + out), he = 2.0 / in;
  check([](Tensor& w, Rng& rng) { init::glorot_uniform(w, rng); }, glorot, std::sqrt(3 * glorot));
  check([](Tensor& w, Rng& rng) { init::glorot_normal(w, rng); }, glorot, 8 * std::sqrt(glorot));
  check([](Tensor& w, Rng& rng) { init::he_uniform(w, rng); }, he, std::sqrt(3 * he));
  check([](Tensor& w, Rng& rng) { init::he_normal(w, rng); }, he, 8 * std::sqrt(he));
  check([](Tensor& w, Rng& rng) { init::glorot_uniform(w, {.in = 30, .out = 24}, rng); }, 2.0 / 54, 1.0 / 3);
  check([](Tensor& w, Rng& rng) { init::glorot_normal(w, {.in = 30, .out = 24}, rng); }, 2.0 / 54, 8.0 / 5);
  check([](Tensor& w, Rng& rng) { init::he_uniform(w, {.in = 24, .out = 1}, rng); }, 1.0 / 12, 0.5);
  check([](Tensor& w, Rng& rng) { init::he_normal(w, {.in = 8, .out = 1}, rng); }, 0.25, 4);
}

TEST_CASE("init: the weight of a convolution has the variance of its true fan, made anew as at first") {
  Rng rng(1);
  Conv2d conv(64, 64, 3, {}, rng);
  const double he = 2.0 / (64 * 9);
  CHECK(moments(conv.weight().value()).variance == doctest::Approx(he).epsilon(0.05));
  init::he_normal(conv.weight().mutable_value(), rng);
  CHECK(moments(conv.weight().value()).variance == doctest::Approx(he).epsilon(0.05));
  init::glorot_uniform(conv.weight().mutable_value(), rng);
  CHECK(moments(conv.weight().value()).variance == doctest::Approx(he / 2).epsilon(0.05));
}

TEST_CASE("init: constant, uniform and normal with given numbers") {
  Rng rng(3);
  Tensor x({100000});
  init::constant(x, 2.5f);
  CHECK(x == Tensor({100000}, 2.5f));
  init::uniform(x, 2, 4, rng);
  CHECK(moments(x).mean == doctest::Approx(3).epsilon(5 * std::sqrt(1.0 / 3 / 1e5) / 3));
  CHECK(std::all_of(x.values().begin(), x.values().end(), [](real v) { return v > 2 && v < 4; }));
  init::normal(x, -1, 3, rng);
  CHECK(moments(x).mean == doctest::Approx(-1).epsilon(5 * 3 / std::sqrt(1e5)));
  CHECK(moments(x).variance == doctest::Approx(9).epsilon(5 * std::sqrt(2 / 1e5)));
  CHECK_THROWS_WITH_AS(init::uniform(x, 1, 1, rng), "uniform: (1, 1) is not an interval", ValueError);
  CHECK_THROWS_AS(init::normal(x, 0, -1, rng), ValueError);
  CHECK_THROWS_AS(init::glorot_uniform(x, {.in = 0, .out = 3}, rng), ValueError);
}

TEST_CASE("init: the same generator gives the same weights") {
  Rng a(11), b(11), c(12);
  Tensor x({20, 30}), y({20, 30}), z({20, 30});
  init::he_normal(x, a);
  init::he_normal(y, b);
  init::he_normal(z, c);
  CHECK(x == y);
  CHECK(a == b);
  CHECK_FALSE(x == z);
}
