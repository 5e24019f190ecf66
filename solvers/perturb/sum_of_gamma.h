#pragma once
#include <cstdint>

#include <cotape/engine/base/real.h>
#include <cotape/solvers/perturb/noise.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Sum-of-Gamma noise (Niepert et al. 2021; Sahoo et al. 2023, eq. 17), made for k-subset scores with κ = k:
//   SoG(κ, τ, s) = τ/κ · (Σ_{i=1..s} Gamma(shape 1/κ, scale κ/i) − ln s).
// For κ = τ = s = 10 its mean is 0.63 and its standard deviation 3.94; with κ = 1 it tends to τ·Gumbel as s grows.
//
// The code published with both papers hands κ/i to a function that takes a rate, so its Gammas have scale i/κ: mean
// −1.75 and standard deviation 0.62 for the same settings. as_published_code = true draws that.
//
// Draws come from a table of the exact quantile function, made once when this becomes a Noise (some hundredths of a
// second) and shared by its copies. Between nodes the table is linear, 128 pieces an octave of min(u, 1 − u): the
// distribution function is off by at most 1e-5·min(u, 1 − u) for s ≥ κ, rounding to `real` aside. Throws ValueError
// unless κ > 0, τ > 0 and 1 ≤ s ≤ 1000.
struct SumOfGamma {
  real k = 10;  // κ
  real tau = 10;
  std::int64_t s = 10;
  bool as_published_code = false;

  operator Noise() const;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
