#pragma once
#include <cotape/engine/base/tensor.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Sums over tensors. The order of additions depends on the shapes alone, so results are the same for any number of
// threads.

// target += x, elementwise. Sizes must agree.
void add_to(Tensor& target, const Tensor& x);
// The reverse of broadcasting: target = the sum of `full` over the axes along which broadcasting target to full's shape
// would repeat it. Where such axes are not neighbours, `memory` holds intermediate sums.
void sum_to(Tensor& target, const Tensor& full, std::pmr::memory_resource* memory);
// Sum of n numbers.
double sum_of(const real* x, std::int64_t n);
// Sum of squares of n numbers; in the float library of numbers of any size.
double sum_of_squares(const real* x, std::int64_t n);
// Sum of products of n pairs of numbers.
double sum_of_products(const real* x, const real* y, std::int64_t n);

// target[o, i] = Σ_r x[o, r, i] for x seen as [view.outer, view.size, view.inner].
void sum_middle(real* target, const real* x, const AxisView& view);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
