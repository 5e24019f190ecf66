#pragma once
#include <cotape/engine/kernels/lanes.h>

#include <utility>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The innermost loop of every matrix product: a tile of the result that stays in registers while one row of b after the
// other is read. Two registers side by side are used for every number of a; so many rows that all sums fit.
inline constexpr int tile_registers = 2;
inline constexpr int max_tile_rows = lane_bytes == 64 ? 8 : 6;

// sums[i] += Σ over l < k of a(i, l) · b's row l. Rows of b, and of a or where a is transposed of what it is the
// transpose of, are so many numbers apart.
template <bool transposed, int rows, int registers>
[[gnu::always_inline]] inline void add_to_tile(Lanes (&sums)[rows][registers], std::int64_t k, const real* a,
                                               std::int64_t a_stride, const real* b, std::int64_t b_stride) {
  for (std::int64_t l = 0; l < k; ++l) {
    Lanes row[registers];
    for (int r = 0; r < registers; ++r) row[r] = load_lanes(b + l * b_stride + r * lane_count);
    for (int i = 0; i < rows; ++i)
      for (int r = 0; r < registers; ++r)
        sums[i][r] += (transposed ? a[l * a_stride + i] : a[i * a_stride + l]) * row[r];
  }
}

// Calls tile(row, count) for `rows` rows, count ≤ max_tile_rows at a time; count is a compile-time constant. Counts
// differ by 1 at most: a tile of few rows would read b as often as one of many.
template <class Tile>
void for_tile_rows(std::int64_t rows, Tile tile) {
  const std::int64_t tiles = (rows + max_tile_rows - 1) / max_tile_rows;
  if (tiles == 0) return;
  const std::int64_t smaller = rows / tiles, larger_tiles = rows % tiles;
  std::int64_t row = 0;
  const auto walk = [&]<int count>(std::integral_constant<int, count> number) {
    const std::int64_t end = count == smaller ? rows : count == smaller + 1 ? larger_tiles * count : 0;
    for (; row < end; row += count) tile(row, number);
  };
  [&]<int... less>(std::integer_sequence<int, less...>) {
    (walk(std::integral_constant<int, max_tile_rows - less>{}), ...);
  }
  (std::make_integer_sequence<int, max_tile_rows>{});
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
