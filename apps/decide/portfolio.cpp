#include <cotape/apps/decide/portfolio.h>
#include <cotape/engine/base/error.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace cotape::app {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// The factor of Cholesky of the rows and columns `which` of a matrix [n, n]; nothing when it is not positive definite.
std::optional<std::vector<double>> factor(const std::vector<double>& matrix, std::size_t n,
                                          std::span<const std::size_t> which) {
  const std::size_t m = which.size();
  std::vector<double> lower(m * m);
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = matrix[which[i] * n + which[j]];
      for (std::size_t k = 0; k < j; ++k) sum -= lower[i * m + k] * lower[j * m + k];
      if (i == j && !(sum > 0)) return {};
      lower[i * m + j] = i == j ? std::sqrt(sum) : sum / lower[j * m + j];
    }
  return lower;
}

// Solves L Lᵀ x = b in place.
void solve_factored(const std::vector<double>& lower, std::vector<double>& x) {
  const std::size_t m = x.size();
  for (std::size_t i = 0; i < m; ++i) {
    for (std::size_t k = 0; k < i; ++k) x[i] -= lower[i * m + k] * x[k];
    x[i] /= lower[i * m + i];
  }
  for (std::size_t i = m; i-- > 0;) {
    for (std::size_t k = i + 1; k < m; ++k) x[i] -= lower[k * m + i] * x[k];
    x[i] /= lower[i * m + i];
  }
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

// The critical line of some assets: x(t) = start + t·slope on a set of assets that are held, and by how much the others
// are kept away from 0, gap(t) = gap_start + t·gap_slope ≥ 0.
class CriticalLine {
 public:
  // Begins at t = ∞, where the assets `held` are the best.
  CriticalLine(const std::vector<double>& covariance, std::size_t n, std::span<const double> returns,
               std::vector<bool> held)
      : covariance_(covariance), n_(n), returns_(returns), held_(std::move(held)) {
    find_piece();
  }

  // Goes down to the variance `limit`, or to t = 0. Returns whether it was reached.
  bool follow(double limit) {
    std::size_t last = n_;  // the asset that came or went last: it does not turn back at once
    const std::size_t max_pieces = 100 * n_ + 1000;
    for (std::size_t piece = 0; piece < max_pieces; ++piece) {
      std::size_t next = n_;
      double at = 0;  // where the piece ends
      for (std::size_t i = 0; i < n_; ++i) {
        if (i == last) continue;
        const double from = held_[i] ? start_[i] : gap_start_[i], slope = held_[i] ? slope_[i] : gap_slope_[i];
        if (!(slope > 0)) continue;  // grows as t falls
        if (const double zero = std::min(t, -from / slope); zero > at) {
          at = zero;
          next = i;
        }
      }
      if (variance(at) <= limit) {
        t = std::clamp(reach(limit), at, t);
        return true;
      }
      t = at;
      if (next == n_) return false;
      held_[next] = !held_[next];
      last = next;
      find_piece();
    }
    fail<SolverError>("the critical line does not come to an end");
  }

  std::vector<double> shares() const {
    std::vector<double> x(n_);
    double sum = 0;
    for (std::size_t i = 0; i < n_; ++i) sum += x[i] = held_[i] ? std::max(0.0, value(i)) : 0;
    for (double& share : x) share /= sum;
    return x;
  }
  const std::vector<bool>& held() const { return held_; }

  double t = infinity;

 private:
  double value(std::size_t i) const { return slope_[i] == 0 ? start_[i] : start_[i] + t * slope_[i]; }

  void find_piece() {
    std::vector<std::size_t> which;
    for (std::size_t i = 0; i < n_; ++i)
      if (held_[i]) which.push_back(i);
    const auto lower = factor(covariance_, n_, which);
    if (!lower) fail<SolverError>("the covariance is not positive definite");
    std::vector<double> ones(which.size(), 1), gains;
    for (const std::size_t i : which) gains.push_back(returns_[i]);
    const bool moves = std::any_of(gains.begin(), gains.end(), [&](double gain) { return gain != gains.front(); });
    solve_factored(*lower, ones);
    solve_factored(*lower, gains);
    double whole = 0, gain = 0;
    for (std::size_t j = 0; j < which.size(); ++j) {
      whole += ones[j];
      gain += gains[j];
    }
    // Σx = t r + η 1 on the assets that are held, η = eta_start + t·eta_slope such that the shares add up to 1.
    const double eta_start = 1 / whole, eta_slope = -gain / whole;
    start_.assign(n_, 0);
    slope_.assign(n_, 0);
    for (std::size_t j = 0; j < which.size(); ++j) {
      start_[which[j]] = eta_start * ones[j];
      slope_[which[j]] = moves ? gains[j] + eta_slope * ones[j] : 0;
    }
    gap_start_.assign(n_, 0);
    gap_slope_.assign(n_, 0);
    std::vector<double> at_start(n_), at_slope(n_);
    for (std::size_t i = 0; i < n_; ++i)
      for (const std::size_t j : which) {
        at_start[i] += covariance_[i * n_ + j] * start_[j];
        at_slope[i] += covariance_[i * n_ + j] * slope_[j];
      }
    for (std::size_t i = 0; i < n_; ++i) {
      if (held_[i]) continue;
      gap_start_[i] = at_start[i] - eta_start;
      gap_slope_[i] = at_slope[i] - returns_[i] - eta_slope;
    }
    square_[0] = dot(start_, at_start);
    square_[1] = dot(start_, at_slope);
    square_[2] = dot(slope_, at_slope);
  }

  // The variance at t, which never falls as t grows.
  double variance(double at) const {
    return square_[2] > 0 ? square_[0] + at * (2 * square_[1] + at * square_[2]) : square_[0];
  }
  // The t of this piece that has this variance.
  double reach(double limit) const {
    if (!(square_[2] > 0)) return t;
    const double half = square_[1] / square_[2], rest = (square_[0] - limit) / square_[2];
    const double root = std::sqrt(std::max(0.0, half * half - rest));
    return half <= 0 ? root - half : -rest / (half + root);
  }

  const std::vector<double>& covariance_;
  std::size_t n_;
  std::span<const double> returns_;
  std::vector<bool> held_;
  std::vector<double> start_, slope_, gap_start_, gap_slope_;
  double square_[3] = {};  // of the variance, a polynomial in t
};

// Among the assets that return most, those of the mixture with the least variance.
std::vector<bool> best_mixture(const std::vector<double>& covariance, std::size_t n, std::span<const double> returns) {
  const double most = *std::max_element(returns.begin(), returns.end());
  std::vector<std::size_t> best;
  for (std::size_t i = 0; i < n; ++i)
    if (returns[i] == most) best.push_back(i);
  std::vector<bool> held(n, false);
  if (best.size() == 1) {
    held[best.front()] = true;
    return held;
  }
  // The line of these alone, by returns that differ, ends at t = 0 with the least variance.
  std::vector<double> part, made_up;
  for (const std::size_t i : best) {
    made_up.push_back(-static_cast<double>(made_up.size()));
    for (const std::size_t j : best) part.push_back(covariance[i * n + j]);
  }
  std::vector<bool> first(best.size(), false);
  first[0] = true;
  CriticalLine line(part, best.size(), made_up, first);
  line.follow(0);
  const std::vector<double> shares = line.shares();
  for (std::size_t j = 0; j < best.size(); ++j) held[best[j]] = shares[j] > 0;
  return held;
}

}  // namespace

Portfolio::Portfolio(std::vector<double> covariance, double limit)
    : n_(std::llround(std::sqrt(static_cast<double>(covariance.size())))),
      covariance_(std::move(covariance)),
      limit_(limit) {
  const auto n = static_cast<std::size_t>(n_);
  if (n == 0 || n * n != covariance_.size())
    fail<ValueError>("portfolio: ", covariance_.size(), " numbers are no covariance matrix");
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (covariance_[i * n + j] != covariance_[j * n + i])
        fail<ValueError>("portfolio: the covariance of ", i, " and ", j, " is ", covariance_[i * n + j], " and ",
                         covariance_[j * n + i]);
  std::vector<std::size_t> all(n);
  for (std::size_t i = 0; i < n; ++i) all[i] = i;
  if (!factor(covariance_, n, all)) fail<ValueError>("portfolio: the covariance is not positive definite");
  if (!(limit > 0) || std::isinf(limit))
    fail<ValueError>("portfolio: the limit of the variance is ", limit, ", not a positive number");
}

SolverTraits Portfolio::traits() const {
  return {.name = "portfolio",
          .sense = Sense::maximise,
          .shape = Shape{n_},
          .ties = "of portfolios with the same return the one of least variance",
          .constant_sum = true};
}

Portfolio::Point Portfolio::best(std::span<const double> returns) const {
  // Only differences and proportions of returns matter.
  std::vector<double> scaled(returns.begin(), returns.end());
  double size = 0;
  for (const double value : scaled) size = std::max(size, std::abs(value));
  for (double& value : scaled) value = size > 0 ? value / size : 0;
  const auto n = static_cast<std::size_t>(n_);
  CriticalLine line(covariance_, n, scaled, best_mixture(covariance_, n, scaled));
  if (!line.follow(limit_)) fail<SolverError>("every portfolio has a variance above ", limit_);
  return {line.shares(), size > 0 ? line.t / size : infinity};
}

void Portfolio::solve(std::span<const real> returns, std::span<real> shares) const {
  const Point point = best(std::vector<double>(returns.begin(), returns.end()));
  for (std::size_t i = 0; i < shares.size(); ++i) shares[i] = static_cast<real>(point.shares[i]);
}

}  // namespace cotape::app
