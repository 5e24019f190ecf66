#pragma once
#include <cotape/engine/kernels/conv_geometry.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// A convolution and its products, by the way that is fastest for its sizes: one matrix product, Winograd's tiles
// (conv_winograd.h), a loop over channels (conv_depthwise.h), or columns (conv_lowered.h, where the arguments are
// said).
void convolve(const ConvGeometry& g, const real* x, const real* weight, const ConvTail& tail, real* y, real* winners,
              std::pmr::memory_resource* memory);
void convolve_input_gradient(const ConvGeometry& g, const real* dy, const real* winners, const real* weight, real* dx,
                             std::pmr::memory_resource* memory);
void convolve_weight_gradient(const ConvGeometry& g, const real* x, const real* dy, const real* winners, real* dweight,
                              std::pmr::memory_resource* memory);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
