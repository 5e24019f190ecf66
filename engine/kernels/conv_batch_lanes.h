#pragma once
#include <cotape/engine/kernels/conv_geometry.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Convolution with an image in each lane of a register: the numbers of as many images as there are lanes are laid out
// side by side, and a window needs no columns. For small images and few filters, whose channels would leave lanes
// empty. `winners`: as in conv_lowered.h.
bool batch_lanes_apply(const ConvGeometry& g);
void batch_lanes_forward(const ConvGeometry& g, const real* x, const real* weight, const ConvTail& tail, real* y,
                         real* winners, std::pmr::memory_resource* memory);
void batch_lanes_weight_gradient(const ConvGeometry& g, const real* x, const real* dy, const real* winners,
                                 real* dweight, std::pmr::memory_resource* memory);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
