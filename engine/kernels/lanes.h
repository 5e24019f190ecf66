#pragma once
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include <cotape/engine/base/real.h>

// Vectors of this size cross no interface between objects, so their calling convention does not matter.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpsabi"

namespace cotape {
inline namespace COTAPE_PRECISION {

// 64 bytes of numbers side by side: one AVX-512 register, or several smaller ones. For kernels along channels whose
// loops a compiler would not vectorise by itself. Arithmetic and comparisons are those of the compiler's vectors.
using Lanes = real __attribute__((vector_size(64)));
inline constexpr std::int64_t lane_count = 64 / sizeof(real);

inline Lanes load_lanes(const real* x) {
  Lanes lanes;
  std::memcpy(&lanes, x, sizeof lanes);
  return lanes;
}

inline void store_lanes(real* x, const Lanes& lanes) { std::memcpy(x, &lanes, sizeof lanes); }

// The first n < lane_count of them; the others are read as 0 and not written.
inline Lanes load_lanes(const real* x, std::int64_t n) {
  Lanes lanes{};
  std::memcpy(&lanes, x, static_cast<std::size_t>(n) * sizeof(real));
  return lanes;
}

inline void store_lanes(real* x, const Lanes& lanes, std::int64_t n) {
  std::memcpy(x, &lanes, static_cast<std::size_t>(n) * sizeof(real));
}

// Calls body(first, n) for pieces of [0, size), n being lane_count as a constant for all but the last.
template <class Body>
void for_lanes(std::int64_t size, Body body) {
  std::int64_t i = 0;
  for (; i + lane_count <= size; i += lane_count) body(i, std::integral_constant<std::int64_t, lane_count>{});
  if (i < size) body(i, size - i);
}

// The same for a body that may do a number twice: where there are enough, the last piece is full too and begins inside
// the one before.
template <class Body>
void for_overlapping_lanes(std::int64_t size, Body body) {
  if (size < lane_count) return for_lanes(size, body);
  constexpr std::integral_constant<std::int64_t, lane_count> full;
  for (std::int64_t i = 0; i < size; i += lane_count) body(std::min(i, size - lane_count), full);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape

#pragma GCC diagnostic pop
