#pragma once
#include <cotape/engine/base/tensor.h>
#include <cotape/engine/kernels/gemm.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// A matrix [k, n] that many products with few rows share, as the steps of a recurrent layer do: it is laid out for the
// registers once, where a product of its own (gemm_block) would do so each time.
class PackedMatrix {
 public:
  PackedMatrix(std::int64_t k, std::int64_t n, MatrixView matrix, std::pmr::memory_resource* memory);

  // c[m, n] = start[n] + a[m, k] · matrix on the calling thread alone; the rows of a and c are so many numbers apart.
  // start may be nullptr: 0. A row of c depends on its row of a alone, to the last bit.
  void multiply(std::int64_t m, const real* a, std::int64_t a_stride, const real* start, real* c,
                std::int64_t c_stride) const;

  // The same, the rows split over threads.
  void multiply_in_parallel(std::int64_t m, const real* a, std::int64_t a_stride, const real* start, real* c,
                            std::int64_t c_stride) const;

 private:
  std::int64_t k_, n_;
  Tensor panels_;  // [panels, k, width]: so many columns beside each other, the last ones filled up with 0
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
