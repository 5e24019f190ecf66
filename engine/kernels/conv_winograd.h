#pragma once
#include <cotape/engine/kernels/conv_geometry.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Convolution with 3×3 filters at stride 1 by Winograd's minimal filtering F(4×4, 3×3) (Lavin and Gray, "Fast
// algorithms for convolutional neural networks", CVPR 2016, §4.2): a tile of 4×4 outputs takes 36 multiplications a
// channel pair instead of 144. With 4×4 filters, by F(3×3, 4×4), which has the same points, it is 36 instead of 144
// for 3×3 outputs. Tiles are transformed, multiplied and transformed back block by block, in a core's second-level
// cache; where windows of 2×2 are pooled, so are those of a tile of 4×4. The three products are exact transposes of
// one bilinear form; in float they differ from plain sums by about 1e-6 of the largest value. Transforms add up all
// inputs of a tile, so that an ∞ or NaN among them reaches outputs of the tile that do not read it; a test for them
// would be one more pass over x.

// Whether it can be used for this convolution and is the faster way.
bool winograd_applies(const ConvGeometry& g);

// Arguments are as in conv_lowered.h. Filters of 4×4 are without pooling.
void winograd_forward(const ConvGeometry& g, const real* x, const real* weight, const ConvTail& tail, real* y,
                      real* winners, std::pmr::memory_resource* memory);
void winograd_input_gradient(const ConvGeometry& g, const real* dy, const real* winners, const real* weight, real* dx,
                             std::pmr::memory_resource* memory);
void winograd_weight_gradient(const ConvGeometry& g, const real* x, const real* dy, const real* winners, real* dweight,
                              std::pmr::memory_resource* memory);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
