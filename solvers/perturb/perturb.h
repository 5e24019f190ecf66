#pragma once
#include <cotape/engine/tape/tape.h>
#include <cotape/solvers/perturb/noise.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// y = x + τ·ε with fresh noise ε of x's shape: an ordinary op, dx = dy. In score form; costs are negated scores.
Var perturb(Var x, const Noise& noise, Rng& rng, real tau = 1);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
