#pragma once
#include <cotape/engine/base/random.h>
#include <cotape/engine/tape/tape.h>
#include <cotape/solvers/core/solver.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Margins (Sahoo et al. 2023, section 3.3): ordinary ops before the solver, in training only, that make the right
// answer hold by a distance. Without one, scores may shrink until noise decides.

// x + ξ, ξ_i = ±α/2 with probability ½ each, fresh at every call. Throws ValueError for α < 0.
Var noise_margin(Var x, real alpha, Rng& rng);

// Makes the wanted solution y* (0/1 vectors of x's shape) worse and all others better: of costs, which are minimised,
// ω + α/2·y* − α/2·(1 − y*); of scores, which are maximised, the negative, θ − α/2·y* + α/2·(1 − y*).
// Throws ValueError for α < 0, ShapeError for shapes that differ.
Var informed_margin(Var x, Var target, real alpha, Sense sense);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
