#pragma once
#include <cstdint>
#include <limits>

#include <cotape/engine/base/parallel.h>
#include <cotape/engine/base/real.h>
#include <cotape/engine/kernels/matrix_view.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// A rectangle of a result: rows [row, row + rows), columns [column, column + columns).
struct Tile {
  std::int64_t row, rows, column, columns;
};

// c[m,n] = a[m,k] · b[k,n], or added to c where `accumulate`; c's rows are `stride` apart. On the calling thread alone:
// the block of a larger computation that is already split over threads. By block_product where that is as fast as
// OpenBLAS on the processor that this file is compiled for, else by OpenBLAS, which knows the one that it runs on.
void gemm_block(std::int64_t m, std::int64_t n, std::int64_t k, MatrixView a, MatrixView b, real* c,
                std::int64_t stride, bool accumulate = false);

// The largest size and distance of rows that OpenBLAS takes: its integers have 32 bits.
inline constexpr std::int64_t max_blas_size = std::numeric_limits<std::int32_t>::max();

// The same by OpenBLAS. A product with a size or a distance of rows above max_size is cut into smaller ones.
void blas_block(std::int64_t m, std::int64_t n, std::int64_t k, MatrixView a, MatrixView b, real* c,
                std::int64_t stride, bool accumulate = false, std::int64_t max_size = max_blas_size);

// c[m,n] = a[m,k] · b[k,n], or added to c where `accumulate`; c's rows are `stride` apart. Split over threads into
// tiles that depend on m, n and k alone. `tail` is called for each finished tile, while it is still in the cache.
void gemm(std::int64_t m, std::int64_t n, std::int64_t k, MatrixView a, MatrixView b, real* c, std::int64_t stride,
          bool accumulate = false);
void gemm(std::int64_t m, std::int64_t n, std::int64_t k, MatrixView a, MatrixView b, real* c, std::int64_t stride,
          bool accumulate, FunctionRef<void(const Tile&)> tail);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
