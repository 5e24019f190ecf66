#pragma once
#include <cotape/engine/kernels/conv_geometry.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// What a convolution with max_pool computes and forgets at a time: a band of max_pool rows of the convolved image,
// which become one row of y. Without pooling a band is a row of y.

// y [out_w / pool, out] = the largest number of each window of a band [pool, out_w, out], and where it stands in its
// window, counted in row-major order: the first of equal ones.
void pool_band(const ConvGeometry& g, const real* band, real* y, real* winners);
// The band whose numbers that won are dy, and 0 elsewhere.
void unpool_band(const ConvGeometry& g, const real* dy, const real* winners, real* band);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
