#pragma once
#include <cotape/engine/base/tensor.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// 0, 1, 2, …
inline Tensor counting_tensor(const Shape& shape) {
  Tensor x(shape);
  for (std::int64_t i = 0; i < x.size(); ++i) x[i] = static_cast<real>(i);
  return x;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
