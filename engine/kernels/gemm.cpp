#include <cotape/engine/base/parallel.h>
#include <cotape/engine/kernels/block_product.h>
#include <cotape/engine/kernels/gemm.h>
#include <cotape/engine/kernels/lanes.h>

#include <cblas.h>

#include <algorithm>
#include <utility>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

[[maybe_unused]] constexpr auto blas_gemm(float) { return cblas_sgemm; }
[[maybe_unused]] constexpr auto blas_gemm(double) { return cblas_dgemm; }
[[maybe_unused]] constexpr auto blas_gemv(float) { return cblas_sgemv; }
[[maybe_unused]] constexpr auto blas_gemv(double) { return cblas_dgemv; }

// Whether block_product is to be taken. With vectors of 64 bytes it is twice as fast as OpenBLAS where that does not
// know the processor, and else about as fast; with 32 bytes OpenBLAS's hand-written loops are ahead in large products.
bool by_registers(std::int64_t m, std::int64_t n, std::int64_t k) {
  constexpr double small = 1 << 22;
  if (m == 1 || n == 1 || lane_bytes < 32) return false;
  return lane_bytes == 64 || static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k) <= small;
}

struct Tiling {
  std::int64_t rows, columns;  // of one tile
};

// Cuts the result into at most sixteen tiles, halving the longer side each time. Every tile copies ("packs") its
// operands anew, OpenBLAS's both, so a tile has at least about four million multiply-adds and sides of 128 there; a
// million and 64 are enough for block_product.
Tiling tiling(std::int64_t m, std::int64_t n, std::int64_t k) {
  constexpr bool registers = lane_bytes == 64;
  constexpr std::int64_t work = std::int64_t{1} << (registers ? 20 : 22), min_side = registers ? 64 : 128;
  constexpr std::int64_t max_tiles = 16, edge = 64;
  const double products = static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k);
  std::int64_t tiles = static_cast<std::int64_t>(std::clamp<double>(products / work, 1, max_tiles));
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
void blas_block(std::int64_t m, std::int64_t n, std::int64_t k, MatrixView a, MatrixView b, real* c,
                std::int64_t stride, bool accumulate, std::int64_t max_size) {
  // Where rows lie too far apart, their number is halved until one is left, which needs no distance.
  const auto too_far = [max_size](std::int64_t rows, std::int64_t distance) { return rows > 1 && distance > max_size; };
  const auto product = [=](std::int64_t rows, std::int64_t columns, std::int64_t inner, MatrixView x, MatrixView z,
                           real* to, bool add) { blas_block(rows, columns, inner, x, z, to, stride, add, max_size); };
  if (m > max_size || too_far(m, stride) || (!a.transposed && too_far(m, a.stride))) {
    const std::int64_t half = m / 2;
    product(half, n, k, a, b, c, accumulate);
    return product(m - half, n, k, a.from(half, 0), b, c + half * stride, accumulate);
  }
  if (n > max_size || (b.transposed && too_far(n, b.stride))) {
    const std::int64_t half = n / 2;
    product(m, half, k, a, b, c, accumulate);
    return product(m, n - half, k, a, b.from(0, half), c + half, accumulate);
  }
  if (k > max_size || (a.transposed && too_far(k, a.stride)) || (!b.transposed && too_far(k, b.stride))) {
    const std::int64_t half = k / 2;
    product(m, n, half, a, b, c, accumulate);
    return product(m, n, k - half, a.from(0, half), b.from(half, 0), c, true);
  }
  static const bool single_thread = (openblas_set_num_threads(1), true);
  static_cast<void>(single_thread);
  const auto op = [](bool transposed) { return transposed ? CblasTrans : CblasNoTrans; };
  const auto distance = [max_size](std::int64_t rows) { return static_cast<blasint>(std::min(rows, max_size)); };
  // A matrix times a vector: reading the matrix is all the work, and gemm would copy it as well.
  const auto gemv = [&](MatrixView matrix, std::int64_t rows, std::int64_t columns, const real* x,
                        std::int64_t x_stride, std::int64_t y_stride) {
    if (matrix.transposed) std::swap(rows, columns);
    const auto transposition = op(matrix.transposed);
    if (!accumulate)  // gemv may multiply what is there by 0, NaN included
      for (std::int64_t i = 0; i < (matrix.transposed ? columns : rows); ++i) c[i * y_stride] = 0;
    blas_gemv(real{})(CblasRowMajor, transposition, static_cast<blasint>(rows), static_cast<blasint>(columns), real(1),
                      matrix.data, distance(matrix.stride), x, distance(x_stride), real(1), c, distance(y_stride));
  };
  if (n == 1 && k > 1) return gemv(a, m, k, b.data, b.transposed ? 1 : b.stride, stride);
  if (m == 1 && k > 1) return gemv({b.data, b.stride, !b.transposed}, n, k, a.data, a.transposed ? a.stride : 1, 1);
  blas_gemm(real{})(CblasRowMajor, op(a.transposed), op(b.transposed), static_cast<blasint>(m), static_cast<blasint>(n),
                    static_cast<blasint>(k), real(1), a.data, distance(a.stride), b.data, distance(b.stride),
                    real(accumulate ? 1 : 0), c, distance(stride));
}

void gemm_block(std::int64_t m, std::int64_t n, std::int64_t k, MatrixView a, MatrixView b, real* c,
                std::int64_t stride, bool accumulate) {
  if (by_registers(m, n, k)) return block_product(m, n, k, a, b, c, stride, accumulate);
  blas_block(m, n, k, a, b, c, stride, accumulate);
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
        gemm_block(tile.rows, tile.columns, k, a.from(row, 0), b.from(0, column), corner, stride, accumulate);
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
