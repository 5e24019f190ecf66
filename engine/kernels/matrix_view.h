#pragma once
#include <cstdint>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// A matrix in memory, rows `stride` apart; `transposed` stands for its transpose.
struct MatrixView {
  const real* data;
  std::int64_t stride;
  bool transposed = false;

  // The part that starts at (row, column), as the transpose is seen.
  MatrixView from(std::int64_t row, std::int64_t column) const {
    return {data + (transposed ? column * stride + row : row * stride + column), stride, transposed};
  }
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
