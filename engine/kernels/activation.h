#pragma once
#include <cstdint>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The function that linear layers, convolutions and normalisations apply to their results, in the same pass over
// memory.
enum class Activation { none, relu };

inline real activate(real x, Activation activation) { return activation == Activation::relu && x <= 0 ? 0 : x; }

// y[r, j] = activation(y[r, j] + bias[j]) in place, for a matrix y [rows, columns] whose rows are `stride` numbers
// apart. bias [columns] may be nullptr: nothing is added then.
inline void finish_rows(real* y, std::int64_t stride, std::int64_t rows, std::int64_t columns, const real* bias,
                        Activation activation) {
  for (std::int64_t r = 0; r < rows; ++r) {
    real* row = y + r * stride;
    if (bias)
      for (std::int64_t j = 0; j < columns; ++j) row[j] += bias[j];
    if (activation == Activation::relu)
      for (std::int64_t j = 0; j < columns; ++j) row[j] = activate(row[j], Activation::relu);
  }
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
