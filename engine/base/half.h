#pragma once
#include <concepts>
#include <cstdint>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The float next to the number on either side whose last bit is 1, unless the number is a float: what is rounded again,
// to fewer bits, comes out as if it had been rounded once.
float rounded_to_odd(double value);

// A 16-bit floating-point number (IEEE 754 binary16), for files: kept as bits, converted to compute with.
struct Half {
  std::uint16_t bits = 0;

  Half() = default;
  // The nearest number that a Half can be; of two equally near ones the one whose last bit is 0. Infinite from 65520
  // on.
  explicit Half(float value);
  explicit Half(std::same_as<double> auto value) : Half(rounded_to_odd(value)) {}
  // Exact. NaN stays NaN.
  explicit operator float() const;
  explicit operator double() const { return static_cast<double>(static_cast<float>(*this)); }

  // Compares the bits: +0 differs from −0, and a NaN equals itself.
  bool operator==(const Half&) const = default;
};

// The upper 16 bits of a float: its range with eight bits of precision ("bfloat16"). Otherwise as Half.
struct BFloat16 {
  std::uint16_t bits = 0;

  BFloat16() = default;
  explicit BFloat16(float value);
  explicit BFloat16(std::same_as<double> auto value) : BFloat16(rounded_to_odd(value)) {}
  explicit operator float() const;
  explicit operator double() const { return static_cast<double>(static_cast<float>(*this)); }

  bool operator==(const BFloat16&) const = default;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
