#pragma once
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Elementary functions for loops over tensors. The float versions are branch-free polynomials (after Moshier's
// Cephes), so that a loop that calls them vectorises without -ffast-math; the double versions call the standard
// library. Both are right at ±∞ and hand NaN on. Largest error of the float versions, in units of the last place:
// vexp 1, vexpm1 2, vlog 1, vlog2 2, vlog10 2, vlog1p 2, vtanh 2, vsigmoid 3, vsoftplus 3, verf 2, verfc 5; of vturn
// 1e-7 in all; denormal results may become 0.

inline double vexp(double x) { return std::exp(x); }
inline double vexpm1(double x) { return std::expm1(x); }
inline double vlog(double x) { return std::log(x); }
inline double vlog_of_normal(double x) { return std::log(x); }
inline double vlog2(double x) { return std::log2(x); }
inline double vlog10(double x) { return std::log10(x); }
inline double vlog1p(double x) { return std::log1p(x); }
inline double vtanh(double x) { return std::tanh(x); }
inline double vsigmoid(double x) { return 1 / (1 + std::exp(-x)); }
inline double vsoftplus(double x) { return (x > 0 ? x : 0) + std::log1p(std::exp(-std::abs(x))); }
inline double verf(double x) { return std::erf(x); }
inline double verfc(double x) { return std::erfc(x); }

// Of an angle.
template <class T>
struct Turn {
  T cosine, sine;
};
inline Turn<double> vturn(double x) {
  const double angle = 2 * std::numbers::pi * x;
  return {std::cos(angle), std::sin(angle)};
}

namespace detail {

// `condition ? a : b` through masks: a ternary lets the compiler move the work that leads to a behind a branch, and
// then the loop around it no longer vectorises.
inline float choose(bool condition, float a, float b) {
  const std::uint32_t mask = -static_cast<std::uint32_t>(condition);
  return std::bit_cast<float>((std::bit_cast<std::uint32_t>(a) & mask) | (std::bit_cast<std::uint32_t>(b) & ~mask));
}

// 2ⁿ for −126 ≤ n ≤ 127.
inline float power_of_two(std::int32_t n) { return std::bit_cast<float>(static_cast<std::uint32_t>(n + 127) << 23); }

// ln x + power·ln 2 for finite x that is positive and not denormal.
inline float log_of_normal(float x, float power = 0) {
  constexpr std::uint32_t root_half = 0x3f3504f3;  // the bits of √½
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(x) - root_half;
  const float exponent = static_cast<float>(static_cast<std::int32_t>(bits) >> 23) + power;
  const float f = std::bit_cast<float>((bits & 0x007fffff) + root_half) - 1;  // x = 2^exponent · (1 + f)
  const float square = f * f;
  float p = 7.0376836292e-2f;
  p = p * f - 1.1514610310e-1f;
  p = p * f + 1.1676998740e-1f;
  p = p * f - 1.2420140846e-1f;
  p = p * f + 1.4249322787e-1f;
  p = p * f - 1.6668057665e-1f;
  p = p * f + 2.0000714765e-1f;
  p = p * f - 2.4999993993e-1f;
  p = p * f + 3.3333331174e-1f;
  const float tail = p * f * square - exponent * 2.12194440e-4f - 0.5f * square;
  return (f + tail) + exponent * 0.693359375f;  // ln 2 in two parts
}

}  // namespace detail

namespace detail {

// eˣ = 2^power · (1 + rest), for −105 ≤ x ≤ 89.
struct Exponential {
  float rest;
  std::int32_t power;
};
inline Exponential exponential(float x) {
  constexpr float shift = 0x1.8p23f;  // adding it rounds to the nearest integer, which the low bits then hold
  const float shifted = x * 1.44269504088896341f + shift;
  const float n = shifted - shift;
  const float r = (x - n * 0.693359375f) + n * 2.12194440e-4f;  // x − n·ln 2 with ln 2 in two parts
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  return {(p * r) * r + r, std::bit_cast<std::int32_t>(shifted) - std::bit_cast<std::int32_t>(shift)};
}

}  // namespace detail

// eˣ
inline float vexp(float x) {
  const auto [rest, power] =
      detail::exponential(detail::choose(x > 89.0f, 89.0f, detail::choose(x < -105.0f, -105.0f, x)));
  // Two factors, because 2ⁿ alone leaves the range of normal numbers where the product may not.
  const std::int32_t half = power >> 1;
  return (rest + 1) * detail::power_of_two(half) * detail::power_of_two(power - half);
}

// eˣ − 1, accurate relative to the result for small x too.
inline float vexpm1(float x) {
  const auto [rest, power] =
      detail::exponential(detail::choose(x > 89.0f, 89.0f, detail::choose(x < -30.0f, -30.0f, x)));
  // Half of the result, because 2ⁿ itself may not be a number where 2ⁿ eʳ is.
  const float scale = detail::power_of_two(power - 1);
  const float half = scale * rest + (scale - 0.5f);
  return std::copysign(half + half, x);
}

namespace detail {

// ln x; −∞ at 0, NaN below, given what it is for ordinary x. +∞ and NaN are their own logarithms.
inline float logarithm_or_limit(float x, float logarithm) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  const float positive = choose(x < infinity, logarithm, x);
  const float not_negative = choose(x == 0, -infinity, positive);
  return choose(x < 0, std::numeric_limits<float>::quiet_NaN(), not_negative);
}

// The logarithm of x to another base. `unit` is 1 / ln base; that of 2, high + low, comes in two parts.
inline float log_to_base(float x, float unit, float high, float low) {
  constexpr std::uint32_t root_half = 0x3f3504f3;  // the bits of √½
  const bool small = x < std::numeric_limits<float>::min();
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(x * choose(small, 0x1p23f, 1.0f)) - root_half;
  const float exponent = static_cast<float>(static_cast<std::int32_t>(bits) >> 23) - choose(small, 23.0f, 0.0f);
  const float mantissa = std::bit_cast<float>((bits & 0x007fffff) + root_half);
  return logarithm_or_limit(x, (log_of_normal(mantissa) * unit + exponent * low) + exponent * high);
}

}  // namespace detail

// ln x; −∞ at 0, NaN below.
inline float vlog(float x) {
  const bool small = x < std::numeric_limits<float>::min();
  const float scaled = x * detail::choose(small, 0x1p23f, 1.0f);
  return detail::logarithm_or_limit(x, detail::log_of_normal(scaled, detail::choose(small, -23.0f, 0.0f)));
}

// The same number for finite x that is positive and not denormal, in half the time.
inline float vlog_of_normal(float x) { return detail::log_of_normal(x); }

// The logarithms to the bases 2, exact for powers of 2, and 10.
inline float vlog2(float x) { return detail::log_to_base(x, 1.44269504088896341f, 1, 0); }
inline float vlog10(float x) { return detail::log_to_base(x, 0.434294481903251828f, 0.30102539f, 4.6050390e-6f); }

// ln(1 + x), accurate relative to the result for small x too.
inline float vlog1p(float x) {
  const float u = 1 + x;
  // What 1 + x lost in rounding, to first order. The smallest positive number keeps 0/0 away at x = −1.
  const float lost = detail::choose(x < 0x1p24f, x - (u - 1), 0.0f) / (u + std::numeric_limits<float>::min());
  return vlog(u) + lost;
}

// tanh x
inline float vtanh(float x) {
  const float size = std::abs(x);
  const float far = 1 - 2 / (vexp(2 * size) + 1);
  const float square = x * x;
  float p = -5.70498872745e-3f;
  p = p * square + 2.06390887954e-2f;
  p = p * square - 5.37397155531e-2f;
  p = p * square + 1.33314422036e-1f;
  p = p * square - 3.33332819422e-1f;
  const float near = p * square * size + size;
  return std::copysign(detail::choose(size < 0.625f, near, far), x);
}

// 1/(1 + e⁻ˣ), accurate relative to the result for large negative x too.
inline float vsigmoid(float x) { return 1 / (1 + vexp(-x)); }

// ln(1 + eˣ), accurate relative to the result for large negative x too.
inline float vsoftplus(float x) {
  const float t = vexp(-std::abs(x));
  const float u = 1 + t;
  return detail::choose(x > 0, x, 0.0f) + (detail::log_of_normal(u) + (t - (u - 1)) / u);
}

namespace detail {

// erfc x for x ≥ 0: (1 + 2x) e^x² erfc x is a polynomial in (x − 2)/(x + 2) (Shepherd and Laframboise 1981).
inline float erfc_of_positive(float x) {
  const float bounded = choose(x > 10.1f, 10.1f, x);  // where nothing is left of it
  const float q = (bounded - 2) / (bounded + 2);
  float p = -4.01139259e-4f;
  p = p * q - 1.23075210e-3f;
  p = p * q + 1.31355342e-3f;
  p = p * q + 8.63227434e-3f;
  p = p * q - 8.05991981e-3f;
  p = p * q - 5.42046614e-2f;
  p = p * q + 1.64055392e-1f;
  p = p * q - 1.66031361e-1f;
  p = p * q - 9.27639827e-2f;
  p = p * q + 2.76978403e-1f;
  // e^−x² = e^−h² · e^((h − x)(h + x)), where h has half of x's digits, so that h² is exact, and the rest is small.
  const float h = std::bit_cast<float>(std::bit_cast<std::uint32_t>(bounded) & 0xfffff000);
  const float rest = (h - bounded) * (h + bounded);
  const float rest_exp = 1 + rest * (1 + rest * (0.5f + rest * (1.6666667e-1f + rest * 4.1666667e-2f)));
  return (1 + p) / (1 + 2 * bounded) * rest_exp * vexp(-h * h);
}

}  // namespace detail

// 1 − erf x, accurate relative to the result for large x too.
inline float verfc(float x) {
  const float tail = detail::erfc_of_positive(std::abs(x));
  return detail::choose(x < 0, 2 - tail, tail);
}

// The error function, 2/√π ∫₀ˣ e^−t² dt.
inline float verf(float x) {
  const float size = std::abs(x), square = x * x;
  float p = -5.96761703e-4f;
  p = p * square + 4.99119423e-3f;
  p = p * square - 2.67681349e-2f;
  p = p * square + 1.12819925e-1f;
  p = p * square - 3.76125336e-1f;
  p = p * square + 1.28379166e-1f;
  const float near = p * x + x;
  const float far = std::copysign(1 - detail::erfc_of_positive(size), x);
  return detail::choose(size < 0.927734375f, near, far);
}

// Cosine and sine of x whole turns, 2πx, for |x| < 2²⁰.
inline Turn<float> vturn(float x) {
  constexpr float shift = 0x1.8p23f;  // adding it rounds to the nearest integer, which the low bits then hold
  const float shifted = 4 * x + shift;
  const float angle =
      (4 * x - (shifted - shift)) * 1.57079632679489662f;  // from the nearest quarter turn, |angle| ≤ π/4
  const std::uint32_t quarter = std::bit_cast<std::uint32_t>(shifted);
  const float square = angle * angle;
  float s = -1.9515295891e-4f;
  s = s * square + 8.3321608736e-3f;
  s = s * square - 1.6666654611e-1f;
  const float sine = s * square * angle + angle;
  float c = 2.443315711809948e-5f;
  c = c * square - 1.388731625493765e-3f;
  c = c * square + 4.166664568298827e-2f;
  const float cosine = c * square * square - 0.5f * square + 1;
  const bool odd = (quarter & 1) != 0;  // a quarter turn more: (cos, sin) → (−sin, cos)
  const auto flip = [](float value, std::uint32_t sign) {
    return std::bit_cast<float>(std::bit_cast<std::uint32_t>(value) ^ (sign << 31));
  };
  return {flip(detail::choose(odd, sine, cosine), ((quarter + 1) >> 1) & 1),
          flip(detail::choose(odd, cosine, sine), (quarter >> 1) & 1)};
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
