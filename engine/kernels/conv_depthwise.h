#pragma once
#include <cotape/engine/kernels/conv_geometry.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// A convolution of each channel by itself, with one filter: weight [kh, kw, 1, channels]. There is nothing to multiply
// as a matrix; instead a loop runs along the channels of a pixel, as in pooling.

// Whether it can be used for this convolution.
bool depthwise_applies(const ConvGeometry& g);

// Arguments are as in conv_lowered.h.
void depthwise_forward(const ConvGeometry& g, const real* x, const real* weight, const ConvTail& tail, real* y);
void depthwise_input_gradient(const ConvGeometry& g, const real* dy, const real* weight, real* dx);
void depthwise_weight_gradient(const ConvGeometry& g, const real* x, const real* dy, real* dweight,
                               std::pmr::memory_resource* memory);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
