#pragma once
#include <cotape/engine/ops/reduce.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Spread over axes, which are given as in reduce.h: Σ (x − mean)² / (n − correction) of n numbers, and its root. 0 is
// the correction of all there is, and NumPy's; 1 that of a sample, and PyTorch's. As exact for numbers that lie close
// together far from 0. Throw ShapeError unless n > correction, ValueError for a negative correction.
Var variance(Var x, const Axes& axes = {}, bool keepdims = false, std::int64_t correction = 0);
// For numbers of any size: squares neither overflow nor vanish. Where all numbers are equal the gradient is 0.
Var standard_deviation(Var x, const Axes& axes = {}, bool keepdims = false, std::int64_t correction = 0);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
