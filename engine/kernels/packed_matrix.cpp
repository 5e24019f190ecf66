#include <cotape/engine/kernels/packed_matrix.h>
#include <cotape/engine/kernels/register_tile.h>

#include <algorithm>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// `rows` rows of c, of which `columns` lie in so many registers of this panel.
template <int rows, int registers>
void multiply_panel(std::int64_t k, const real* a, std::int64_t a_stride, const real* panel, const real* start, real* c,
                    std::int64_t c_stride, std::int64_t columns) {
  Lanes sums[rows][registers];
  const auto columns_of = [columns](std::int64_t r) {
    return std::clamp<std::int64_t>(columns - r * lane_count, 0, lane_count);
  };
  const auto is_full = [columns](std::int64_t r) { return columns >= (r + 1) * lane_count; };
  for (std::int64_t r = 0; r < registers; ++r) {
    Lanes first{};
    if (start) {
      const real* from = start + r * lane_count;
      first = is_full(r) ? load_lanes(from) : load_lanes(from, columns_of(r));
    }
    for (int i = 0; i < rows; ++i) sums[i][r] = first;
  }
  add_to_tile<false>(sums, k, a, a_stride, panel, panel_width);
  for (int i = 0; i < rows; ++i)
    for (std::int64_t r = 0; r < registers; ++r) {
      real* to = c + i * c_stride + r * lane_count;
      if (is_full(r))
        store_lanes(to, sums[i][r]);
      else
        store_lanes(to, sums[i][r], columns_of(r));
    }
}

}  // namespace

PackedMatrix::PackedMatrix(std::int64_t k, std::int64_t n, MatrixView matrix, std::pmr::memory_resource* memory)
    : k_(k), n_(n), panels_(Tensor::uninitialized(Shape{(n + panel_width - 1) / panel_width, k, panel_width}, memory)) {
  parallel_for(panels_.shape()[0], 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t p = begin; p < end; ++p) {
      const std::int64_t columns = std::min(panel_width, n - p * panel_width);
      real* to = panels_.data() + p * k * panel_width;
      lay_out_panel(matrix.from(0, p * panel_width), k, columns, panel_width, to);
    }
  });
}

void PackedView::multiply(std::int64_t m, const real* a, std::int64_t a_stride, const real* start, real* c,
                          std::int64_t c_stride) const {
  for (std::int64_t p = 0; p * panel_width < n_; ++p) {
    const real* panel = panels_ + p * k_ * panel_width;
    const real* first = start ? start + p * panel_width : nullptr;
    const std::int64_t columns = std::min(panel_width, n_ - p * panel_width);
    const auto multiply_by = [&]<int registers>(std::integral_constant<int, registers>) {
      for_tile_rows(m, [&]<int count>(std::int64_t row, std::integral_constant<int, count>) {
        multiply_panel<count, registers>(k_, a + row * a_stride, a_stride, panel, first,
                                         c + row * c_stride + p * panel_width, c_stride, columns);
      });
    };
    if (columns <= lane_count)
      multiply_by(std::integral_constant<int, 1>{});
    else
      multiply_by(std::integral_constant<int, tile_registers>{});
  }
}

void PackedMatrix::multiply_in_parallel(std::int64_t m, const real* a, std::int64_t a_stride, const real* start,
                                        real* c, std::int64_t c_stride) const {
  constexpr std::int64_t rows_per_block = 64;
  parallel_for(m, rows_per_block, [&](std::int64_t begin, std::int64_t end) {
    multiply(end - begin, a + begin * a_stride, a_stride, start, c + begin * c_stride, c_stride);
  });
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
