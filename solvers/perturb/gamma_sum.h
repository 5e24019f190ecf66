#pragma once
#include <span>
#include <vector>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The exact distribution of a sum of independent Gammas, Σ_i Gamma(shape, scale_i): a mixture of Gammas that share
// the smallest scale (Moschopoulos 1985, "The distribution of the sum of independent gamma random variables"). Sums of
// positive terms only, so both tails keep their digits (relative error below 1e-10 for probabilities down to 1e-9).
class GammaSum {
 public:
  // Throws ValueError unless the shape and all scales are positive and finite and there is at least one.
  GammaSum(double shape, std::span<const double> scales);

  struct Point {
    double lower;    // P(X ≤ x)
    double upper;    // P(X > x)
    double density;  // at x
  };
  // For x > 0.
  Point at(double x) const;

  // The x with P(X ≤ x) = p, and the x with P(X > x) = p, for 0 < p < 1. For p ≤ ½ neither loses digits.
  double lower_quantile(double p) const { return quantile(p, false); }
  double upper_quantile(double p) const { return quantile(p, true); }

  double mean() const { return mean_; }
  double deviation() const { return deviation_; }

 private:
  double quantile(double p, bool upper) const;

  double shape_ = 0;  // of the mixture's first Gamma; the j-th has shape_ + j
  double scale_ = 0;  // of all of them
  double mean_ = 0;
  double deviation_ = 0;
  // Of component j: its weight, the weight of components 0 … j, and that of components j+1 ….
  std::vector<double> weights_;
  std::vector<double> weights_to_;
  std::vector<double> weights_after_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
