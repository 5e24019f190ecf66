#pragma once
#include <cotape/engine/kernels/conv_geometry.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Convolution as matrix products ("im2col"): the windows of a few rows of y are copied one below the other into a
// matrix, the columns, which is multiplied by the filters while it is in the cache; then come the next rows. Works for
// any kernel, stride, padding, dilation, max_pool and groups, which are worked on one after the other. `winners`, of
// y's shape, says which number of its window each maximum was, counted in row-major order; nullptr without pooling.
// Working memory comes from `memory`.
void lowered_forward(const ConvGeometry& g, const real* x, const real* weight, const ConvTail& tail, real* y,
                     real* winners, std::pmr::memory_resource* memory);
void lowered_input_gradient(const ConvGeometry& g, const real* dy, const real* winners, const real* weight, real* dx,
                            std::pmr::memory_resource* memory);
void lowered_weight_gradient(const ConvGeometry& g, const real* x, const real* dy, const real* winners, real* dweight,
                             std::pmr::memory_resource* memory);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
