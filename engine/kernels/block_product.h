#pragma once
#include <cstdint>

#include <cotape/engine/kernels/matrix_view.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// c[m,n] = a[m,k] · b[k,n], or added to c where `accumulate`; c's rows are `stride` apart. On the calling thread alone.
// A number of c is the same, to the last bit, whatever m and n are. Made for blocks of up to some hundred rows and
// columns: b is laid out anew only where that pays, and a never, so that larger ones read too much memory.
void block_product(std::int64_t m, std::int64_t n, std::int64_t k, MatrixView a, MatrixView b, real* c,
                   std::int64_t stride, bool accumulate = false);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
