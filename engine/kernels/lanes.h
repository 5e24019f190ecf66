#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include <cotape/engine/base/real.h>

// Vectors of this size cross no interface between objects, so their calling convention does not matter.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpsabi"

namespace cotape {
inline namespace COTAPE_PRECISION {

// Numbers that the processor works on side by side (SIMD), for loops that a compiler would not vectorise by itself. All
// such code uses these names. Arithmetic acts on each lane; a comparison gives a mask, by which ?: selects lane by
// lane. They are the vectors that GCC and Clang offer, and may share memory with plain numbers.

template <class T, std::size_t bytes>
struct LanesType {
  typedef T type __attribute__((vector_size(bytes)));  // GCC ignores the attribute in a template's `using`
};
// 64 bytes of numbers: one AVX-512 register, or several smaller ones. As many as `bytes` says.
template <class T, std::size_t bytes = 64>
using LanesOf = typename LanesType<T, bytes>::type;
template <class T, std::size_t bytes = 64>
inline constexpr std::int64_t lane_count_of = bytes / sizeof(T);

// The widest register that this file is compiled for. Vectors of several registers would do, but GCC 12 keeps them in
// memory, and compares and selects one number after the other.
#if defined(__AVX512F__)
inline constexpr std::size_t lane_bytes = 64;
#elif defined(__AVX__)
inline constexpr std::size_t lane_bytes = 32;
#else
inline constexpr std::size_t lane_bytes = 16;
#endif
using Lanes = LanesOf<real, lane_bytes>;
inline constexpr std::int64_t lane_count = lane_count_of<real, lane_bytes>;

// The share of the lanes of registers that hold so many numbers.
inline double filled_lanes(std::int64_t numbers) {
  const std::int64_t registers = (numbers + lane_count - 1) / lane_count;
  return static_cast<double>(numbers) / static_cast<double>(registers * lane_count);
}

// The lanes in memory that starts at p, a multiple of 64 bytes.
template <class T>
LanesOf<T>& lanes_at(T* p) {
  return *reinterpret_cast<LanesOf<T>*>(p);
}
template <class T>
const LanesOf<T>& lanes_at(const T* p) {
  return *reinterpret_cast<const LanesOf<T>*>(p);
}

// Copies from and to memory at any address.
inline Lanes load_lanes(const real* x) {
  Lanes lanes;
  std::memcpy(&lanes, x, sizeof lanes);
  return lanes;
}
inline void store_lanes(real* x, const Lanes& lanes) { std::memcpy(x, &lanes, sizeof lanes); }

// The first n ≤ lane_count numbers alone; the other lanes are read as 0 and not written.
#if defined(__AVX512F__)
// One instruction, with a mask of a bit for each lane. Masked stores are no gain: what is read soon after them waits.
inline LanesOf<float> load_masked(const float* x, unsigned mask) {
  return __builtin_ia32_loadups512_mask(x, LanesOf<float>{}, static_cast<unsigned short>(mask));
}
inline LanesOf<double> load_masked(const double* x, unsigned mask) {
  return __builtin_ia32_loadupd512_mask(x, LanesOf<double>{}, static_cast<unsigned char>(mask));
}
inline Lanes load_lanes(const real* x, std::int64_t n) { return load_masked(x, (1U << n) - 1); }
#else
inline Lanes load_lanes(const real* x, std::int64_t n) {
  Lanes lanes{};
  std::memcpy(&lanes, x, static_cast<std::size_t>(n) * sizeof(real));
  return lanes;
}
#endif
inline void store_lanes(real* x, const Lanes& lanes, std::int64_t n) {
  std::memcpy(x, &lanes, static_cast<std::size_t>(n) * sizeof(real));
}

// All of them, where that is known when the code is compiled.
using AllLanes = std::integral_constant<std::int64_t, lane_count>;
inline Lanes load_lanes(const real* x, AllLanes) { return load_lanes(x); }
inline void store_lanes(real* x, const Lanes& lanes, AllLanes) { store_lanes(x, lanes); }

// Walks over `size` numbers a register at a time: calls body(first, n) for n numbers from `first` on. For every full
// register n is a compile-time constant, lane_count, so that its code has no branch; a last shorter one gives n as a
// plain number.
template <class Body>
void for_lanes(std::int64_t size, Body body) {
  std::int64_t i = 0;
  for (; i + lane_count <= size; i += lane_count) body(i, AllLanes{});
  if (i < size) body(i, size - i);
}

// The same without the shorter one where size ≥ lane_count: the last register then starts early enough to be full, and
// some numbers are visited twice.
template <class Body>
void for_overlapping_lanes(std::int64_t size, Body body) {
  if (size < lane_count) return for_lanes(size, body);
  for (std::int64_t i = 0; i < size; i += lane_count) body(std::min(i, size - lane_count), AllLanes{});
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape

#pragma GCC diagnostic pop
