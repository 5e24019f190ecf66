#include <cotape/engine/kernels/panel.h>
#include <cotape/engine/kernels/transpose_lanes.h>

#include <algorithm>

namespace cotape {
inline namespace COTAPE_PRECISION {

void lay_out_panel(MatrixView matrix, std::int64_t k, std::int64_t columns, std::int64_t width, real* to) {
  if (!matrix.transposed) {
    for (std::int64_t l = 0; l < k; ++l) {
      for_lanes(columns, [&](std::int64_t j, auto n) {
        store_lanes(to + l * width + j, load_lanes(matrix.data + l * matrix.stride + j, n), n);
      });
      std::fill_n(to + l * width + columns, width - columns, real(0));
    }
    return;
  }
  const std::int64_t square_columns = columns / lane_count * lane_count, square_rows = k / lane_count * lane_count;
  for (std::int64_t j = 0; j < square_columns; j += lane_count)
    for (std::int64_t l = 0; l < square_rows; l += lane_count) {
      Lanes square[lane_count];
      for (std::int64_t i = 0; i < lane_count; ++i) square[i] = load_lanes(matrix.data + (j + i) * matrix.stride + l);
      transpose(square);
      for (std::int64_t i = 0; i < lane_count; ++i) store_lanes(to + (l + i) * width + j, square[i]);
    }
  for (std::int64_t l = 0; l < k; ++l) {
    for (std::int64_t j = l < square_rows ? square_columns : 0; j < columns; ++j)
      to[l * width + j] = matrix.data[j * matrix.stride + l];
    std::fill_n(to + l * width + columns, width - columns, real(0));
  }
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
