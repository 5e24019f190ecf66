#pragma once
#include <cotape/engine/conv_geometry.h>

namespace cotape::inline COTAPE_PRECISION {

// Convolution as matrix products, block by block: the windows of a few rows of y are copied side by side ("columns"),
// and multiplied while they are in the cache. Any kernel, stride and padding. Workspaces come from `memory`.
void lowered_forward(const ConvGeometry& g, const real* x, const real* weight, const ConvTail& tail, real* y,
                     std::pmr::memory_resource* memory);
void lowered_input_gradient(const ConvGeometry& g, const real* dy, const real* weight, real* dx,
                            std::pmr::memory_resource* memory);
void lowered_weight_gradient(const ConvGeometry& g, const real* x, const real* dy, real* dweight,
                             std::pmr::memory_resource* memory);

}  // namespace cotape::inline COTAPE_PRECISION
