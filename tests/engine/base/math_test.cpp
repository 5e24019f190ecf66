#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <numbers>

#include <cotape/engine/base/math.h>

using namespace cotape;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

// Largest error of f against the double overload, in units of the last place of the float result, over every
// 4,999th bit pattern in [low, high]. Results that are denormal in float may be 0; overflow must be overflow.
template <class F>
double worst_error(F f, float low, float high) {
  double worst = 0;
  for (std::uint64_t pattern = 0; pattern < (std::uint64_t{1} << 32); pattern += 4999) {
    const float x = std::bit_cast<float>(static_cast<std::uint32_t>(pattern));
    if (!(x >= low && x <= high)) continue;
    const double expected = f(static_cast<double>(x));
    const float result = f(x);
    double error = 0;
    if (std::isinf(static_cast<float>(expected))) {
      error = result == static_cast<float>(expected) ? 0 : infinity;
    } else if (std::abs(expected) < std::numeric_limits<float>::min()) {
      error = std::abs(result - expected) <= std::numeric_limits<float>::min() ? 0 : infinity;
    } else {
      error = std::abs(result - expected) / std::ldexp(1.0, std::ilogb(expected) - 23);
    }
    if (!(error <= worst)) worst = error;
  }
  return worst;
}

const auto exp_of = [](auto x) { return vexp(x); };
const auto expm1_of = [](auto x) { return vexpm1(x); };
const auto log_of = [](auto x) { return vlog(x); };
const auto log2_of = [](auto x) { return vlog2(x); };
const auto log10_of = [](auto x) { return vlog10(x); };
const auto log1p_of = [](auto x) { return vlog1p(x); };
const auto tanh_of = [](auto x) { return vtanh(x); };
const auto sigmoid_of = [](auto x) { return vsigmoid(x); };
const auto softplus_of = [](auto x) { return vsoftplus(x); };
const auto erf_of = [](auto x) { return verf(x); };
const auto erfc_of = [](auto x) { return verfc(x); };

}  // namespace

TEST_CASE("math: float functions are within their stated units of the last place") {
  constexpr float largest = std::numeric_limits<float>::max();
  CHECK(worst_error(exp_of, -largest, largest) < 1.1);
  CHECK(worst_error(expm1_of, -largest, largest) < 2);
  CHECK(worst_error(log_of, 0, largest) < 1);
  CHECK(worst_error(log2_of, 0, largest) < 2);
  CHECK(worst_error(log10_of, 0, largest) < 2);
  CHECK(worst_error(log1p_of, -1, largest) < 2);
  CHECK(worst_error(tanh_of, -largest, largest) < 2);
  CHECK(worst_error(sigmoid_of, -largest, largest) < 3);
  CHECK(worst_error(softplus_of, -largest, largest) < 3);
  CHECK(worst_error(erf_of, -largest, largest) < 2);
  CHECK(worst_error(erfc_of, -largest, largest) < 5);
}

TEST_CASE("math: small and large arguments keep relative accuracy") {
  CHECK(vlog1p(1e-20f) == 1e-20f);
  CHECK(vlog1p(-1e-20f) == -1e-20f);
  CHECK(vtanh(1e-20f) == 1e-20f);
  CHECK(vsoftplus(-80.0f) == doctest::Approx(std::exp(-80.0)).epsilon(1e-6));
  CHECK(vsigmoid(-80.0f) == doctest::Approx(std::exp(-80.0)).epsilon(1e-6));
  CHECK(vsoftplus(1e30f) == 1e30f);
  CHECK(vexpm1(-1e-20f) == -1e-20f);
  CHECK(vexpm1(-1e30f) == -1.0f);
  CHECK(verf(1e-20f) == doctest::Approx(1.1283791671e-20).epsilon(1e-6));
  CHECK(verf(5.0f) == 1.0f);
  CHECK(verfc(8.0f) == doctest::Approx(std::erfc(8.0)).epsilon(1e-6));
  CHECK(verfc(-5.0f) == 2.0f);
  CHECK(vtanh(30.0f) == 1.0f);
  CHECK(vtanh(-30.0f) == -1.0f);
}

TEST_CASE("math: denormal arguments of the logarithm") {
  CHECK(vlog(1e-40f) == doctest::Approx(std::log(static_cast<double>(1e-40f))).epsilon(1e-6));
  CHECK(vlog(std::numeric_limits<float>::denorm_min()) == doctest::Approx(-149 * std::log(2.0)).epsilon(1e-6));
}

TEST_CASE("math: the logarithm of numbers that are positive, finite and not denormal is the same by the shorter way") {
  for (std::uint32_t bits = 0x00800000; bits < 0x7f800000; bits += 4099) {
    const auto x = std::bit_cast<float>(bits);
    CHECK(vlog_of_normal(x) == vlog(x));
  }
}

TEST_CASE("math: logarithms of powers of their base") {
  for (int n = -140; n <= 127; ++n) CHECK(vlog2(std::ldexp(1.0f, n)) == static_cast<float>(n));
  for (const int n : {-3, 0, 1, 2, 3, 6, 10})
    CHECK(vlog10(static_cast<float>(std::pow(10.0, n))) == static_cast<float>(n));
}

TEST_CASE("math: cosine and sine of turns") {
  for (std::int64_t i = -400000; i <= 400000; ++i) {
    const float x = static_cast<float>(i) * 0x1p-17f;  // up to three turns either way, quarter turns among them
    const double angle = 2 * std::numbers::pi * static_cast<double>(x);
    const Turn<float> turn = vturn(x);
    REQUIRE(std::abs(static_cast<double>(turn.cosine) - std::cos(angle)) < 1e-7);
    REQUIRE(std::abs(static_cast<double>(turn.sine) - std::sin(angle)) < 1e-7);
  }
  CHECK(vturn(0.0f).cosine == 1);
  CHECK(vturn(0.25f).sine == 1);
  CHECK(vturn(0.5f).cosine == -1);
  CHECK(vturn(0.75f).sine == -1);
  CHECK(vturn(0.25).sine == 1);
}

TEST_CASE("math: limits, infinities and NaN") {
  CHECK(vexp(0.0f) == 1.0f);
  CHECK(vexp(infinity) == infinity);
  CHECK(vexp(-infinity) == 0.0f);
  CHECK(vexp(88.0f) < infinity);
  CHECK(vexp(88.8f) == infinity);
  CHECK(vexpm1(infinity) == infinity);
  CHECK(vexpm1(-infinity) == -1.0f);
  CHECK(std::signbit(vexpm1(-0.0f)));
  CHECK(vlog(1.0f) == 0.0f);
  CHECK(vlog2(0.0f) == -infinity);
  CHECK(vlog2(infinity) == infinity);
  CHECK(std::isnan(vlog2(-1.0f)));
  CHECK(vlog10(-0.0f) == -infinity);
  CHECK(vlog10(infinity) == infinity);
  CHECK(std::isnan(vlog10(-infinity)));
  CHECK(verf(infinity) == 1.0f);
  CHECK(verf(-infinity) == -1.0f);
  CHECK(verfc(infinity) == 0.0f);
  CHECK(verfc(-infinity) == 2.0f);
  CHECK(vlog(0.0f) == -infinity);
  CHECK(vlog(-0.0f) == -infinity);
  CHECK(vlog(infinity) == infinity);
  CHECK(std::isnan(vlog(-1.0f)));
  CHECK(std::isnan(vlog(-infinity)));
  CHECK(std::isnan(vlog(-std::numeric_limits<float>::denorm_min())));
  CHECK(vlog1p(0.0f) == 0.0f);
  CHECK(vlog1p(-1.0f) == -infinity);
  CHECK(vlog1p(infinity) == infinity);
  CHECK(std::isnan(vlog1p(-1.5f)));
  CHECK(vtanh(infinity) == 1.0f);
  CHECK(vtanh(-infinity) == -1.0f);
  CHECK(std::signbit(vtanh(-0.0f)));
  CHECK(vsigmoid(0.0f) == 0.5f);
  CHECK(vsigmoid(infinity) == 1.0f);
  CHECK(vsigmoid(-infinity) == 0.0f);
  CHECK(vsoftplus(infinity) == infinity);
  CHECK(vsoftplus(-infinity) == 0.0f);
  for (const float x : {not_a_number, -not_a_number}) {
    CHECK(std::isnan(vexp(x)));
    CHECK(std::isnan(vlog(x)));
    CHECK(std::isnan(vlog1p(x)));
    CHECK(std::isnan(vtanh(x)));
    CHECK(std::isnan(vsigmoid(x)));
    CHECK(std::isnan(vsoftplus(x)));
    CHECK(std::isnan(vexpm1(x)));
    CHECK(std::isnan(vlog2(x)));
    CHECK(std::isnan(vlog10(x)));
    CHECK(std::isnan(verf(x)));
    CHECK(std::isnan(verfc(x)));
  }
}

TEST_CASE("math: the double overloads") {
  for (const double x : {-700.0, -40.0, -1.0, -1e-12, 0.0, 1e-12, 0.5, 3.0, 40.0}) {
    CHECK(vexp(x) == std::exp(x));
    CHECK(vtanh(x) == std::tanh(x));
    CHECK(vexpm1(x) == std::expm1(x));
    CHECK(verf(x) == std::erf(x));
    CHECK(verfc(x) == std::erfc(x));
    CHECK(vsigmoid(x) == doctest::Approx(std::exp(x) / (1 + std::exp(x))).epsilon(1e-14));
    CHECK(vsoftplus(x) == doctest::Approx(std::log1p(std::exp(x))).epsilon(1e-14));
  }
  CHECK(vsoftplus(1e4) == 1e4);
  CHECK(vsigmoid(-1e4) == 0);
  CHECK(vlog(2.0) == std::log(2.0));
  CHECK(vlog2(8.0) == 3);
  CHECK(vlog10(1000.0) == 3);
  CHECK(vlog1p(1e-12) == std::log1p(1e-12));
}
