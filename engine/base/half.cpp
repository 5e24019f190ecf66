#include <cotape/engine/base/half.h>

#include <bit>
#include <cmath>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr std::uint32_t sign_bit = 0x80000000, half_infinity = 0x7c00, quiet_bit = 0x0200;
constexpr std::uint32_t too_large = 0x477ff000;        // 65520 as a float: half a step beyond the largest Half
constexpr std::uint32_t smallest_normal = 0x38800000;  // 2⁻¹⁴
constexpr std::uint32_t float_infinity = 0x7f800000;
constexpr std::uint32_t rebias = 0x38000000;  // 127 − 15 in the place of the exponent
constexpr int dropped_bits = 13;              // 23 − 10 of the fraction

constexpr std::uint32_t bfloat16_dropped = 16;  // bits of a float
constexpr std::uint32_t bfloat16_quiet_bit = 0x0040;

}  // namespace

float rounded_to_odd(double value) {
  const auto near = static_cast<float>(value);
  const auto bits = std::bit_cast<std::uint32_t>(near);
  if (std::isnan(value) || static_cast<double>(near) == value || bits % 2 == 1) return near;
  return std::bit_cast<float>(std::abs(static_cast<double>(near)) > std::abs(value) ? bits - 1 : bits + 1);
}

Half::Half(float value) {
  const auto all = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = (all & sign_bit) >> 16, x = all & ~sign_bit;
  std::uint32_t magnitude;
  if (x > float_infinity) {
    magnitude = half_infinity | quiet_bit;
  } else if (x >= too_large) {
    magnitude = half_infinity;
  } else if (x >= smallest_normal) {
    // Rounds to nearest even; a carry out of the fraction is a step of the exponent, which is right.
    magnitude = (x - rebias + (1 << (dropped_bits - 1)) - 1 + ((x >> dropped_bits) & 1)) >> dropped_bits;
  } else {
    // ½ has the step 2⁻²⁴ of the subnormal numbers: the processor's addition rounds to it.
    magnitude = std::bit_cast<std::uint32_t>(std::bit_cast<float>(x) + 0.5f) - std::bit_cast<std::uint32_t>(0.5f);
  }
  bits = static_cast<std::uint16_t>(sign | magnitude);
}

Half::operator float() const {
  const std::uint32_t sign = (bits & 0x8000u) << 16, x = bits & 0x7fffu;
  std::uint32_t magnitude;
  if (x >= half_infinity)
    magnitude = float_infinity | (x - half_infinity) << dropped_bits;
  else if (x >= 0x0400)
    magnitude = (x << dropped_bits) + rebias;
  else
    magnitude = std::bit_cast<std::uint32_t>(static_cast<float>(x) * 0x1p-24f);
  return std::bit_cast<float>(sign | magnitude);
}

BFloat16::BFloat16(float value) {
  const auto all = std::bit_cast<std::uint32_t>(value);
  // Rounds to nearest even; a carry out of the fraction is a step of the exponent, up to infinity, which is right.
  const std::uint32_t half_step = (std::uint32_t{1} << (bfloat16_dropped - 1)) - 1 + ((all >> bfloat16_dropped) & 1);
  bits = static_cast<std::uint16_t>(std::isnan(value) ? all >> bfloat16_dropped | bfloat16_quiet_bit
                                                      : (all + half_step) >> bfloat16_dropped);
}

BFloat16::operator float() const { return std::bit_cast<float>(std::uint32_t{bits} << bfloat16_dropped); }

}  // namespace COTAPE_PRECISION
}  // namespace cotape
