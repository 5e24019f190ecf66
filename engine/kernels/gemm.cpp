#include <cotape/engine/base/parallel.h>
#include <cotape/engine/kernels/gemm.h>

#include <cblas.h>

#include <algorithm>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

[[maybe_unused]] constexpr auto blas_gemm(float) { return cblas_sgemm; }
[[maybe_unused]] constexpr auto blas_gemm(double) { return cblas_dgemm; }

// The part of a matrix that starts at (row, column), as op(matrix) sees it.
MatrixView part(MatrixView x, std::int64_t row, std::int64_t column) {
  const std::int64_t offset = x.transposed ? column * x.stride + row : row * x.stride + column;
  return {x.data + offset, x.stride, x.transposed};
}

struct Tiling {
  std::int64_t rows, columns;  // of one tile
};

// Cuts the result into at most sixteen tiles, halving the longer side each time. Every tile copies ("packs") its
// operands anew, so a tile has at least about four million multiply-adds, and no side is cut shorter than 128.
Tiling tiling(std::int64_t m, std::int64_t n, std::int64_t k) {
  constexpr std::int64_t work = std::int64_t{1} << 22, max_tiles = 16, edge = 64, min_side = 128;
  std::int64_t tiles = std::clamp<std::int64_t>(m * n * k / work, 1, max_tiles);
  std::int64_t row_tiles = 1, column_tiles = 1;
  for (; tiles > 1 && std::max(m / row_tiles, n / column_tiles) >= 2 * min_side; tiles /= 2)
    (m / row_tiles > n / column_tiles ? row_tiles : column_tiles) *= 2;
  const auto round_up = [](std::int64_t size, std::int64_t parts) {
    return parts == 1 ? size : ((size + parts - 1) / parts + edge - 1) / edge * edge;
  };
  return {std::max<std::int64_t>(1, round_up(m, row_tiles)), std::max<std::int64_t>(1, round_up(n, column_tiles))};
}

}  // namespace

// The only place that knows OpenBLAS, which is held to one thread: the tiles are what runs in parallel.
void gemm_block(std::int64_t m, std::int64_t n, std::int64_t k, MatrixView a, MatrixView b, real* c,
                std::int64_t stride, bool accumulate) {
  static const bool single_thread = (openblas_set_num_threads(1), true);
  static_cast<void>(single_thread);
  const auto op = [](bool transposed) { return transposed ? CblasTrans : CblasNoTrans; };
  blas_gemm(real{})(CblasRowMajor, op(a.transposed), op(b.transposed), static_cast<blasint>(m), static_cast<blasint>(n),
                    static_cast<blasint>(k), real(1), a.data, static_cast<blasint>(a.stride), b.data,
                    static_cast<blasint>(b.stride), real(accumulate ? 1 : 0), c, static_cast<blasint>(stride));
}

void gemm(std::int64_t m, std::int64_t n, std::int64_t k, MatrixView a, MatrixView b, real* c, std::int64_t stride,
          bool accumulate, FunctionRef<void(const Tile&)> tail) {
  if (m == 0 || n == 0) return;
  const Tiling size = tiling(m, n, k);
  const std::int64_t across = (n + size.columns - 1) / size.columns;
  const std::int64_t down = (m + size.rows - 1) / size.rows;
  parallel_for(down * across, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t t = begin; t < end; ++t) {
      const std::int64_t row = t / across * size.rows, column = t % across * size.columns;
      const Tile tile{row, std::min(size.rows, m - row), column, std::min(size.columns, n - column)};
      real* corner = c + row * stride + column;
      if (k > 0)
        gemm_block(tile.rows, tile.columns, k, part(a, row, 0), part(b, 0, column), corner, stride, accumulate);
      else if (!accumulate)
        for (std::int64_t i = 0; i < tile.rows; ++i) std::fill_n(corner + i * stride, tile.columns, real(0));
      tail(tile);
    }
  });
}

void gemm(std::int64_t m, std::int64_t n, std::int64_t k, MatrixView a, MatrixView b, real* c, std::int64_t stride,
          bool accumulate) {
  gemm(m, n, k, a, b, c, stride, accumulate, [](const Tile&) {});
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
