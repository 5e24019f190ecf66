#pragma once
#include <cstdint>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// A 16-bit floating-point number (IEEE 754 binary16), for files: kept as bits, converted to compute with.
struct Half {
  std::uint16_t bits = 0;

  Half() = default;
  // The nearest number that a Half can be; of two equally near ones the one whose last bit is 0. Infinite from 65520
  // on.
  explicit Half(float value);
  // Exact. NaN stays NaN.
  explicit operator float() const;

  // Compares the bits: +0 differs from −0, and a NaN equals itself.
  bool operator==(const Half&) const = default;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
