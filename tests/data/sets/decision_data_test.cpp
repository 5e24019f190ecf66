#include <cotape/data/sets/decision_data.h>
#include <cotape/data/sets/numpy_random.h>
#include <cotape/engine/base/error.h>

#include <doctest/doctest.h>

#include <cstring>
#include <limits>

using namespace cotape;

// All expected numbers are what NumPy 1.24.2 (Debian 12) gives.

namespace {

template <class T>
std::uint64_t hash(const std::vector<T>& values) {
  std::vector<unsigned char> bytes(values.size() * sizeof(T));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  std::uint64_t hash = 14695981039346656037U;  // FNV-1a
  for (const unsigned char byte : bytes) hash = (hash ^ byte) * 1099511628211U;
  return hash;
}

template <class Draw>
auto drawn(std::size_t n, const Draw& draw) {
  std::vector<decltype(draw())> values(n);
  for (auto& value : values) value = draw();
  return values;
}

// Rounding to real forgives the last bits of a double.
void check_values(const Tensor& got, const Shape& shape, const std::vector<double>& expected) {
  REQUIRE(got.shape() == shape);
  REQUIRE(got.size() == std::ssize(expected));
  for (std::int64_t i = 0; i < got.size(); ++i)
    CHECK(got[i] == doctest::Approx(expected[i]).epsilon(4 * std::numeric_limits<real>::epsilon()));
}

}  // namespace

TEST_CASE("numpy random: words, unit and uniform numbers") {
  NumpyRandom words(135);
  CHECK(drawn(4, [&] { return words.word(); }) ==
        std::vector<std::uint32_t>{0xa94cda9f, 0x1dc454bb, 0x53e3ccdb, 0x26e921cb});
  NumpyRandom units(135);
  CHECK(drawn(3, [&] { return units.unit(); }) ==
        std::vector{0x1.5299b50771152p-1, 0x1.4f8f33137490ep-2, 0x1.902ceb2fa1fccp-3});
  NumpyRandom uniforms(7);
  CHECK(drawn(3, [&] { return uniforms.uniform(0.5, 1.5); }) ==
        std::vector{0x1.2711e14e8cb93p-1, 0x1.47a8c20a35054p+0, 0x1.e0772cbe9b343p-1});
  CHECK(NumpyRandom(4294967295U).unit() == 0x1.8fe69a3924820p-4);
}

TEST_CASE("numpy random: normal draws come in pairs, also around other draws") {
  NumpyRandom random(7);
  CHECK(drawn(5, [&] { return random.normal(); }) == std::vector{0x1.b0c64ae2deb29p+0, -0x1.dd1eafa1d414dp-2,
                                                                 0x1.0cdcdf34c3aedp-5, 0x1.a14bf2d03adc9p-2,
                                                                 -0x1.93edb81e0483fp-1});
  CHECK(random.unit() == 0x1.12e1ab020959cp-2);
  CHECK(2 + 3 * random.normal() == doctest::Approx(0x1.00cb0dd81e29ep+1).epsilon(1e-15));
}

TEST_CASE("numpy random: binomial by inversion, whole numbers, permutations") {
  NumpyRandom random(7);
  CHECK(drawn(20, [&] { return random.binomial(1, 0.5); }) ==
        std::vector<std::int64_t>{0, 1, 0, 1, 1, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 1, 0});
  CHECK(drawn(12, [&] { return random.binomial(10, 0.3); }) ==
        std::vector<std::int64_t>{3, 5, 2, 3, 5, 1, 3, 4, 4, 3, 2, 3});
  CHECK(drawn(12, [&] { return random.binomial(20, 0.9); }) ==
        std::vector<std::int64_t>{19, 18, 19, 17, 17, 19, 18, 19, 18, 19, 18, 19});
  CHECK(random.binomial(0, 0.5) == 0);
  CHECK(random.binomial(5, 0) == 0);
  CHECK(random.unit() == 0x1.d61c783777c18p-2);

  random = NumpyRandom(7);
  CHECK(drawn(15, [&] { return random.below(300, 800); }) ==
        std::vector<std::int64_t>{475, 496, 325, 367, 511, 707, 403, 648, 485, 698, 323, 372, 645, 666, 342});
  CHECK(drawn(3, [&] { return random.below(0, std::int64_t{1} << 32); }) ==
        std::vector<std::int64_t>{1152936666, 68334472, 2146978983});
  CHECK(random.below(-5, -4) == -5);  // takes no word
  CHECK(random.unit() == 0x1.0e372feb78811p-1);
  CHECK(NumpyRandom(7).permutation(12) == std::vector<std::int64_t>{7, 10, 2, 5, 0, 1, 11, 8, 3, 6, 9, 4});
  CHECK(NumpyRandom(7).permutation(0).empty());
}

TEST_CASE("numpy random: 100,000 draws of each kind, one after the other") {
  constexpr std::size_t n = 100000;
  NumpyRandom random(0);
  CHECK(hash(drawn(n, [&] { return random.normal(); })) == 0xcfd2934ea6ff4b2d);
  CHECK(hash(drawn(n, [&] { return static_cast<std::uint8_t>(random.binomial(1, 0.5)); })) == 0x85d3c32303fa73dd);
  CHECK(hash(drawn(n, [&] { return random.uniform(-2, 2); })) == 0x8f6a34226035509d);
  const auto order = random.permutation(n);
  CHECK(hash(std::vector<std::int32_t>(order.begin(), order.end())) == 0x811534b334bf80a1);
}

TEST_CASE("numpy random: what it refuses") {
  NumpyRandom random(1);
  CHECK_THROWS_WITH_AS(random.binomial(100, 0.5),
                       "NumpyRandom::binomial: 100 trials with probability 0.5; n >= 0, 0 <= p <= 1 and "
                       "n min(p, 1 - p) <= 30 are allowed",
                       ValueError);
  CHECK_THROWS_AS(random.binomial(-1, 0.5), ValueError);
  CHECK_THROWS_AS(random.binomial(1, -0.1), ValueError);
  CHECK_THROWS_AS(random.binomial(1, std::numeric_limits<double>::quiet_NaN()), ValueError);
  CHECK_THROWS_WITH_AS(random.below(3, 3), "NumpyRandom::below: no numbers, or more than 2^32, from 3 to below 3",
                       ValueError);
  CHECK_THROWS_AS(random.below(std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()),
                  ValueError);
  CHECK_THROWS_AS(random.permutation(-1), ValueError);
}

TEST_CASE("decision data: the generators of PyEPO") {
  const DecisionOptions options{.count = 3, .features = 2, .degree = 4, .noise = 0.5, .seed = 135};
  const DecisionData paths = generate_path_costs(2, 3, options);
  check_values(paths.features, {3, 2},
               {0.09512655801855247, -0.36923720707867397, -0.7262184577610507, -0.5007409845159126, 0.5363497011847818,
                -0.23053894259801608});
  check_values(paths.costs, {3, 7},
               {0.6455694185601397,  0.417160183525391,   0.32430862270877797, 0.5607442560597403,  0.43495528427789953,
                0.8105781991018394,  0.7849759410047684,  0.16425255861825888, 0.34171311325917725, 0.3747649843442408,
                0.07866480749354948, 0.29101194240202516, 0.7838506548564662,  0.5851811518931871,  1.2152463920041425,
                0.5756481695678544,  1.1524154270634244,  0.7905695038922523,  0.37449256355329147, 0.49750039083699665,
                0.5925414604699154});

  const KnapsackData knapsacks = generate_knapsack_values(4, 2, options);
  CHECK(knapsacks.weights == std::vector{4.59, 4.87, 5.19, 7.59, 6.8, 4.97, 4.84, 3.22});
  check_values(knapsacks.values, {3, 4}, {1, 1, 2, 3, 2, 3, 3, 5, 2, 1, 2, 4});

  const DecisionData tours = generate_tour_costs(5, {.count = 2, .features = 2, .degree = 4, .noise = 0.5});
  check_values(tours.features, {2, 2},
               {0.6643223576910698, 0.3807876011240028, 1.1706297039998896, 0.15586236527466285});
  check_values(tours.costs, {2, 10}, {5.6674, 3.6346, 13.2056, 6.1981, 5.2834, 5.071,  4.3828, 7.2562, 4.226,  4.3033,
                                      6.114,  5.5557, 15.5981, 6.6155, 4.4989, 4.5001, 5.1974, 3.5926, 2.3847, 4.7718});

  const PortfolioData portfolio = generate_portfolio(3, {.count = 2, .features = 2, .degree = 4, .noise = 1});
  const std::vector covariance{0.00010539198516846983, 4.760082790414646e-06,   -4.383953261601128e-06,
                               4.760082790414646e-06,  0.00010963332295615134,  -2.5880148027211433e-06,
                               -4.383953261601128e-06, -2.5880148027211433e-06, 0.0001038670674895729};
  REQUIRE(portfolio.covariance.size() == covariance.size());
  for (std::size_t i = 0; i < covariance.size(); ++i)
    CHECK(portfolio.covariance[i] == doctest::Approx(covariance[i]).epsilon(1e-14));
  check_values(portfolio.returns, {2, 3},
               {0.07875049130957716, 0.08793773082020648, 0.09369638386412325, 0.10474740013296002, 0.08787298754528225,
                0.09546918349527994});
}

TEST_CASE("decision data: sizes and settings that are refused") {
  CHECK(generate_path_costs(1, 2, {.count = 0}).costs.shape() == Shape{0, 1});
  CHECK_THROWS_WITH_AS(generate_path_costs(1, 1, {}),
                       "generate_path_costs: 1000 instances with 5 features, degree 1, noise 0, and a size that is too "
                       "small",
                       ValueError);
  CHECK_THROWS_WITH_AS(generate_knapsack_values(3, 1, {.degree = 0}),
                       "generate_knapsack_values: 1000 instances with 5 features, degree 0, noise 0", ValueError);
  CHECK_THROWS_AS(generate_knapsack_values(0, 1, {}), ValueError);
  CHECK_THROWS_AS(generate_tour_costs(2, {}), ValueError);
  CHECK_THROWS_AS(generate_tour_costs(4, {.noise = -1}), ValueError);
  CHECK_THROWS_AS(generate_portfolio(0, {}), ValueError);
  CHECK_THROWS_AS(generate_portfolio(1, {.count = -1}), ValueError);
  CHECK_THROWS_AS(generate_portfolio(1, {.features = 0}), ValueError);
}
