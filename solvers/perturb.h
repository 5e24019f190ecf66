#pragma once
#include <cotape/engine/tape.h>
#include <cotape/solvers/noise.h>

namespace cotape::inline COTAPE_PRECISION {

// y = x + τ·ε with fresh noise ε of x's shape: an ordinary op, dx = dy. In score form; costs are negated scores.
Var perturb(Var x, const Noise& noise, Rng& rng, real tau = 1);

}  // namespace cotape::inline COTAPE_PRECISION
