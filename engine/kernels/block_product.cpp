#include <cotape/engine/kernels/block_product.h>
#include <cotape/engine/kernels/panel.h>
#include <cotape/engine/kernels/register_tile.h>

#include <algorithm>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr std::int64_t depth = 256;         // rows of b at a time: a panel of them stays in the first-level cache
constexpr std::int64_t direct_rows = 1024;  // of c: with fewer, b's own memory is read too seldom to lay it out anew

// Columns of b that lie beside each other, `depth` rows of them at most.
struct Panel {
  alignas(64) real numbers[depth * panel_width];
};

// c[m, columns] = or += a[m, k] · b, of which whole registers can be read.
template <bool transposed, int registers>
void multiply_panel(std::int64_t m, std::int64_t k, std::int64_t columns, MatrixView a, const real* b,
                    std::int64_t b_stride, real* c, std::int64_t stride, bool accumulate) {
  for_tile_rows(m, [&]<int rows>(std::int64_t row, std::integral_constant<int, rows>) {
    Lanes sums[rows][registers] = {};
    add_to_tile<transposed>(sums, k, a.from(row, 0).data, a.stride, b, b_stride);
    for (int i = 0; i < rows; ++i)
      for (int r = 0; r < registers; ++r) {
        real* to = c + (row + i) * stride + r * lane_count;
        const std::int64_t count = columns - r * lane_count;
        if (count >= lane_count)
          store_lanes(to, accumulate ? load_lanes(to) + sums[i][r] : sums[i][r]);
        else
          store_lanes(to, accumulate ? load_lanes(to, count) + sums[i][r] : sums[i][r], count);
      }
  });
}

}  // namespace

void block_product(std::int64_t m, std::int64_t n, std::int64_t k, MatrixView a, MatrixView b, real* c,
                   std::int64_t stride, bool accumulate) {
  if (k == 0 && !accumulate)
    for (std::int64_t i = 0; i < m; ++i) std::fill_n(c + i * stride, n, real(0));
  Panel panel;
  for (std::int64_t l = 0; l < k; l += depth)
    for (std::int64_t j = 0; j < n; j += panel_width) {
      const std::int64_t rows = std::min(depth, k - l), columns = std::min(panel_width, n - j);
      const bool narrow = columns <= lane_count, full = columns % lane_count == 0;
      const std::int64_t width = narrow ? lane_count : panel_width;
      const MatrixView part = b.from(l, j);
      const bool direct = !b.transposed && full && m <= direct_rows;
      if (!direct) lay_out_panel(part, rows, columns, width, panel.numbers);
      const auto multiply = narrow         ? a.transposed ? multiply_panel<true, 1> : multiply_panel<false, 1>
                                    : a.transposed ? multiply_panel<true, tile_registers>
                                           : multiply_panel<false, tile_registers>;
      multiply(m, rows, columns, a.from(0, l), direct ? part.data : panel.numbers, direct ? b.stride : width, c + j,
               stride, accumulate || l > 0);
    }
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
