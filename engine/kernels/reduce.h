#pragma once
#include <cotape/engine/base/tensor.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Kernels that tensors are added up with. The order of every sum is fixed by the shapes alone.

// target += x, elementwise. Sizes must agree.
void add_to(Tensor& target, const Tensor& x);
// target = full summed over the axes that broadcasting target to full's shape repeats. Where these are not neighbours,
// partial sums are kept in `memory`.
void sum_to(Tensor& target, const Tensor& full, std::pmr::memory_resource* memory);
// Sum of n numbers.
double sum_of(const real* x, std::int64_t n);
// Sum of squares of n numbers.
double sum_of_squares(const real* x, std::int64_t n);
// Sum of products of n pairs of numbers.
double sum_of_products(const real* x, const real* y, std::int64_t n);

// target[o, i] = Σ_r x[o, r, i].
void sum_middle(real* target, const real* x, const AxisView& view);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
