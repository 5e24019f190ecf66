#pragma once
#include <memory>
#include <span>
#include <vector>

#include <cotape/solvers/core/solver.h>

namespace cotape::app {

// Shares of n assets, x ≥ 0 with Σx = 1, of the largest return ⟨r, x⟩ whose variance xᵀΣx is at most a limit: the
// portfolio problem of PyEPO. The scores are the returns, any finite numbers. Exact up to rounding in double.
//
// Method: Markowitz's critical line (1956). The best trade-offs t·⟨r, x⟩ − ½xᵀΣx are piecewise linear in t: the line is
// followed from the largest return, where t is infinite, to the piece on which the variance reaches the limit. Of
// several best portfolios, which have the same return without reaching it, the one of least variance is taken.
class Portfolio {
 public:
  // covariance [n, n], row by row. Throws ValueError when it is not symmetric and positive definite, or the limit is
  // not a positive number.
  Portfolio(std::vector<double> covariance, double limit);

  SolverTraits traits() const;
  // Throws SolverError when even the portfolio of least variance exceeds the limit.
  void solve(std::span<const real> returns, std::span<real> shares) const;

  // In double, with its multiplier: t for which x maximises t·⟨r, x⟩ − ½xᵀΣx, infinite where the limit is not reached.
  struct Point {
    std::vector<double> shares;
    double t;
  };
  Point best(std::span<const double> returns) const;

 private:
  std::int64_t n_;
  std::vector<double> covariance_;
  double limit_;
};

}  // namespace cotape::app
