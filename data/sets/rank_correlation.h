#pragma once
#include <span>

#include <cotape/engine/base/real.h>

// How well two rankings of the same items agree: 1 when they are equal, −1 when one is the other reversed. Both sides
// may be ranks or any numbers to rank by; equal numbers are allowed. When all numbers of a side are equal, the
// correlation is not defined, and 0 is returned.
// Each throws ShapeError for sides of different lengths, ValueError for fewer than two numbers or one that is NaN.
namespace cotape {
inline namespace COTAPE_PRECISION {

// Spearman's ρ: the correlation of the ranks, equal numbers sharing the mean of their ranks. Of two permutations of n
// it is 1 − 6·Σ d² / (n (n² − 1)).
double spearman(std::span<const real> a, std::span<const real> b);

// Kendall's τ_b: the number of pairs in the same order minus the number of pairs in the opposite order, divided by the
// geometric mean of two numbers: of pairs that are not equal in a, and of pairs that are not equal in b (Kendall, "The
// treatment of ties in ranking problems", 1945). Without equal numbers both are the number of all pairs.
double kendall(std::span<const real> a, std::span<const real> b);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
