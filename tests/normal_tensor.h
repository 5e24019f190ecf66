#pragma once
#include <cotape/engine/base/random.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Standard normal numbers, the same for the same seed.
inline Tensor normal_tensor(const Shape& shape, std::uint64_t seed = 7) {
  Tensor x(shape);
  Rng(seed).normal(x);
  return x;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
