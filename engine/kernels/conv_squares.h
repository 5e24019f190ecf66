#pragma once
#include <cotape/engine/kernels/conv_geometry.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Convolution with filters of 7×7 or 8×8 at stride 2, as first layers have it, by one at stride 1 with filters of 4×4:
// of an image with half as many rows and columns, whose channels are those of the four pixels of a square of 2×2
// ("space to depth"). Winograd's F(3×3, 4×4) then takes a third of the multiplications (conv_winograd.h).

// Whether it can be used for this convolution and is the faster way.
bool squares_apply(const ConvGeometry& g);

// Arguments are as in conv_lowered.h; there is no pooling.
void squares_forward(const ConvGeometry& g, const real* x, const real* weight, const ConvTail& tail, real* y,
                     std::pmr::memory_resource* memory);
void squares_input_gradient(const ConvGeometry& g, const real* dy, const real* weight, real* dx,
                            std::pmr::memory_resource* memory);
void squares_weight_gradient(const ConvGeometry& g, const real* x, const real* dy, real* dweight,
                             std::pmr::memory_resource* memory);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
