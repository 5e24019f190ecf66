#pragma once
#include <cotape/engine/kernels/matrix_view.h>
#include <cotape/engine/kernels/register_tile.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Columns that a product reads side by side.
inline constexpr std::int64_t panel_width = tile_registers * lane_count;

// to [k, width] = the first k rows and `columns` ≤ width columns of a matrix, and 0 in the columns behind them.
void lay_out_panel(MatrixView matrix, std::int64_t k, std::int64_t columns, std::int64_t width, real* to);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
