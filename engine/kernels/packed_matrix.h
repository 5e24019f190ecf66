#pragma once
#include <cotape/engine/base/tensor.h>
#include <cotape/engine/kernels/gemm.h>
#include <cotape/engine/kernels/panel.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// A matrix [k, n] laid out for the registers: panels [panels, k, width] of so many columns beside each other, the last
// ones filled up with 0. The memory is somebody else's.
class PackedView {
 public:
  PackedView(std::int64_t k, std::int64_t n, const real* panels) : k_(k), n_(n), panels_(panels) {}

  // c[m, n] = start[n] + a[m, k] · matrix on the calling thread alone; the rows of a and c are so many numbers apart.
  // start may be nullptr: 0. A row of c depends on its row of a alone, to the last bit.
  void multiply(std::int64_t m, const real* a, std::int64_t a_stride, const real* start, real* c,
                std::int64_t c_stride) const;

  // Numbers of a panel's row, numbers of all panels, and the place of a number of the matrix in them.
  static constexpr std::int64_t width() { return panel_width; }
  static std::int64_t size(std::int64_t k, std::int64_t n) { return (n + width() - 1) / width() * width() * k; }
  static std::int64_t place(std::int64_t k, std::int64_t row, std::int64_t column) {
    return (column / width() * k + row) * width() + column % width();
  }

 private:
  std::int64_t k_, n_;
  const real* panels_;
};

// A matrix [k, n] that many products with few rows share, as the steps of a recurrent layer do: it is laid out once,
// where a product of its own (gemm_block) would do so each time.
class PackedMatrix {
 public:
  PackedMatrix(std::int64_t k, std::int64_t n, MatrixView matrix, std::pmr::memory_resource* memory);

  // As PackedView.
  void multiply(std::int64_t m, const real* a, std::int64_t a_stride, const real* start, real* c,
                std::int64_t c_stride) const {
    view().multiply(m, a, a_stride, start, c, c_stride);
  }
  // The same, the rows split over threads.
  void multiply_in_parallel(std::int64_t m, const real* a, std::int64_t a_stride, const real* start, real* c,
                            std::int64_t c_stride) const;

 private:
  PackedView view() const { return {k_, n_, panels_.data()}; }

  std::int64_t k_, n_;
  Tensor panels_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
