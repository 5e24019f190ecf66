#pragma once
#include <cmath>
#include <cstdint>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Random numbers as functions of a point in the plane, for textures. They have no state; functions with different seeds
// are independent of each other.

// 32 random bits for a point with whole coordinates (the finaliser of MurmurHash3 on a sum of odd multiples).
inline std::uint32_t place_bits(std::uint32_t seed, int x, int y) {
  std::uint32_t h = seed + static_cast<std::uint32_t>(x) * 0x9e3779b1u + static_cast<std::uint32_t>(y) * 0x85ebca77u;
  h = (h ^ (h >> 16)) * 0x85ebca6bu;
  h = (h ^ (h >> 13)) * 0xc2b2ae35u;
  return h ^ (h >> 16);
}

// Uniform in [0, 1) for a point with whole coordinates.
inline float place_unit(std::uint32_t seed, int x, int y) {
  return static_cast<float>(place_bits(seed, x, y) >> 8) * 0x1p-24f;
}

// Linear interpolation: a for share 0, b for share 1. std::lerp, which also handles huge numbers, takes ten times as
// long.
inline float between(float a, float b, float share) { return a + share * (b - a); }

// Value noise in [−1, 1): uniform numbers at points with whole coordinates, interpolated smoothly in between.
inline float value_noise(std::uint32_t seed, float x, float y) {
  const float left = std::floor(x), top = std::floor(y);
  const int i = static_cast<int>(left), j = static_cast<int>(top);
  const auto smooth = [](float t) { return t * t * (3 - 2 * t); };
  const float u = smooth(x - left), v = smooth(y - top);
  const float above = between(place_unit(seed, i, j), place_unit(seed, i + 1, j), u);
  const float below = between(place_unit(seed, i, j + 1), place_unit(seed, i + 1, j + 1), u);
  return 2 * between(above, below, v) - 1;
}

// A sum of `octaves` value noises, each twice as fine and half as strong as the one before; within (−2, 2).
inline float fractal_noise(std::uint32_t seed, float x, float y, int octaves) {
  float sum = 0, strength = 1;
  for (int octave = 0; octave < octaves; ++octave, strength /= 2, x *= 2, y *= 2)
    sum += strength * value_noise(seed + static_cast<std::uint32_t>(octave), x, y);
  return sum;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
