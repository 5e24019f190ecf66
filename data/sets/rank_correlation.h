#pragma once
#include <span>

#include <cotape/engine/base/real.h>

// How well two rankings of the same items agree: 1 equal, −1 reversed. Both take ranks or any numbers to rank by, with
// ties. Where one side has all numbers equal there is no correlation, and 0 is returned.
// Each throws ShapeError for sides of different lengths, ValueError for fewer than two numbers or one that is NaN.
namespace cotape {
inline namespace COTAPE_PRECISION {

// Spearman's ρ: the correlation of the ranks, equal numbers sharing the mean of their ranks. Of two permutations of n
// it is 1 − 6·Σ d² / (n (n² − 1)).
double spearman(std::span<const real> a, std::span<const real> b);

// Kendall's τ_b: pairs in the same order less pairs in the opposite order, over the geometric mean of the pairs that
// are not tied in a, and in b (Kendall, "The treatment of ties in ranking problems", 1945). Without ties, over all
// pairs.
double kendall(std::span<const real> a, std::span<const real> b);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
