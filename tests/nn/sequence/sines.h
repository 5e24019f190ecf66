#pragma once
#include <cotape/nn/layers/module.h>

#include <cmath>

namespace cotape {
inline namespace COTAPE_PRECISION {

// sin(first), sin(first + 1), …: numbers that are easy to make elsewhere too.
inline Tensor sines(const Shape& shape, int first) {
  Tensor x(shape);
  for (std::int64_t i = 0; i < x.size(); ++i)
    x[i] = static_cast<real>(std::sin(static_cast<double>(first + static_cast<int>(i))));
  return x;
}

// The i-th parameter becomes sines from i on.
inline void set_sines(Module& module) {
  int first = 0;
  for (Parameter* parameter : module.parameters())
    parameter->mutable_value() = sines(parameter->value().shape(), first++);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
