#pragma once
#include <cotape/solvers/relax/relaxations.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// What relaxations of k out of n have in common. The size n of the last axis; throws ValueError for a temperature that
// is not positive and finite and k outside 1 … n, ShapeError for a scalar.
std::int64_t check_relaxation(const char* name, Var scores, std::int64_t k, real temperature);

// `soft` itself, or its k largest as ones with soft's gradient; of instances that differ those that `subsets` tell.
Var in_form(Relaxed form, Var soft, std::int64_t n, std::int64_t k, const Instances& subsets = {});

}  // namespace COTAPE_PRECISION
}  // namespace cotape
