#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include <cotape/engine/base/tensor.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// A tensor in few numbers. All but the counts are of its finite elements, and 0 when there are none.
struct Statistics {
  std::int64_t size = 0;
  std::int64_t zeros = 0;       // elements that are exactly 0
  std::int64_t not_finite = 0;  // NaN or infinite
  double minimum = 0;
  double maximum = 0;
  double mean = 0;
  double norm = 0;  // Euclidean

  // Whether there are elements and all are exactly 0.
  bool all_zero() const { return size > 0 && zeros == size; }
};
Statistics statistics(const Tensor& x);

// How many finite elements fall into each of some equal bins from the minimum to the maximum; a single bin when those
// are equal, none when there is no finite element.
std::vector<std::int64_t> histogram(const Tensor& x, const Statistics& of_x, int bins);

// A tensor as a small grey picture: `bytes` holds rows × columns levels from `low` (0) to `high` (254), and 255 where
// an element that is not finite went in. Larger tensors are averaged over blocks.
struct HeatMap {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  double low = 0;
  double high = 0;
  std::string part = {};   // what is shown of a tensor that is no matrix: "example 0, mean of 64 channels"
  std::string bytes = {};  // row by row
};

// A picture of at most `side` × `side`. Vectors are one row of up to side², wrapped into lines; of three axes the
// first example is shown; four are taken for images [batch, height, width, channels], or for [batch, samples, height,
// width] when the last two axes alone are equal; axes of a tensor without a batch are joined to a matrix. Empty for
// tensors of one element or none.
HeatMap heat_map(const Tensor& x, std::int64_t side, bool has_batch);

// All three.
struct Summary {
  Statistics statistics = {};
  std::vector<std::int64_t> histogram = {};
  HeatMap heat_map = {};
};
Summary summarize(const Tensor& x, std::int64_t heat_side, bool has_batch);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
