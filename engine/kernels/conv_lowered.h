#pragma once
#include <cotape/engine/kernels/conv_geometry.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Convolution as matrix products, block by block: the windows of a few rows of y are copied side by side ("columns"),
// and multiplied while they are in the cache. Any kernel, stride, padding and max_pool. Workspaces come from `memory`.
// `winners` [as y] says which number of its window a maximum was; nullptr without pooling.
void lowered_forward(const ConvGeometry& g, const real* x, const real* weight, const ConvTail& tail, real* y,
                     real* winners, std::pmr::memory_resource* memory);
void lowered_input_gradient(const ConvGeometry& g, const real* dy, const real* winners, const real* weight, real* dx,
                            std::pmr::memory_resource* memory);
void lowered_weight_gradient(const ConvGeometry& g, const real* x, const real* dy, const real* winners, real* dweight,
                             std::pmr::memory_resource* memory);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
