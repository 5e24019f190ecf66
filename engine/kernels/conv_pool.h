#pragma once
#include <cotape/engine/kernels/conv_geometry.h>
#include <cotape/engine/kernels/lanes.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// A convolution with max_pool never has the whole convolved image in memory. It computes a band of it at a time, as
// many rows as a window is high, and keeps only the row of y that they become. Without pooling a band is a row of y.

// The largest number of a window so far, lane by lane, and which one it is. A NaN is larger than any number.
struct LargestLanes {
  Lanes value, winner{};

  explicit LargestLanes(const Lanes& first) : value(first) {}
  void next(const Lanes& v, std::int64_t number) {
    const auto better = (v > value) | (v != v);
    value = better ? v : value;
    winner = better ? Lanes{} + static_cast<real>(number) : winner;
  }
};

// y [out_w / pool, out] = the largest number of each window of a band [pool, out_w, out]. `winners`, of the same shape
// as y, says which number of its window that was, counted in row-major order; of equal numbers the first one wins.
void pool_band(const ConvGeometry& g, const real* band, real* y, real* winners);
// The way back: band [pool, out_w, out] = dy where a number won its window, 0 elsewhere.
void unpool_band(const ConvGeometry& g, const real* dy, const real* winners, real* band);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
