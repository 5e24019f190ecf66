#include <cotape/data/formats/half.h>

#include <bit>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr std::uint32_t sign_bit = 0x80000000, half_infinity = 0x7c00, quiet_bit = 0x0200;
constexpr std::uint32_t too_large = 0x477ff000;        // 65520 as a float: half a step beyond the largest Half
constexpr std::uint32_t smallest_normal = 0x38800000;  // 2⁻¹⁴
constexpr std::uint32_t float_infinity = 0x7f800000;
constexpr std::uint32_t rebias = 0x38000000;  // 127 − 15 in the place of the exponent
constexpr int dropped_bits = 13;              // 23 − 10 of the fraction

}  // namespace

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

}  // namespace COTAPE_PRECISION
}  // namespace cotape
