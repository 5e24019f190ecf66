#pragma once
#include <cotape/engine/random.h>

namespace cotape::inline COTAPE_PRECISION {

// Standard normal numbers, the same for the same seed.
inline Tensor normal_tensor(const Shape& shape, std::uint64_t seed = 7) {
  Tensor x(shape);
  Rng(seed).normal(x);
  return x;
}

}  // namespace cotape::inline COTAPE_PRECISION
