#include <cotape/engine/base/error.h>
#include <cotape/solvers/core/hull_point.h>
#include <cotape/solvers/core/score_range.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace

std::span<const double> HullPoint::row(const std::vector<double>& rows, std::int64_t i) const {
  return {rows.data() + i * size_, static_cast<std::size_t>(size_)};
}

void HullPoint::find(std::span<const real> scores, double strength, const HullLimits& limits, InstanceSolver& solver) {
  size_ = static_cast<std::int64_t>(scores.size());
  const ScoreRange range(solver.traits());
  target_.resize(scores.size());
  gradient_.resize(scores.size());
  solution_.resize(scores.size());
  double largest = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    gradient_[i] = range.nearest(scores[i]);
    largest = std::max(largest, std::abs(static_cast<double>(gradient_[i])));
  }
  // Beyond a target this far away, all others in the same direction have the same nearest point.
  constexpr double far = 1e100;
  const double lambda = std::max(strength, largest / far);
  for (std::size_t i = 0; i < scores.size(); ++i) target_[i] = static_cast<double>(gradient_[i]) / lambda;

  vertices_.clear();
  weights_.clear();
  basis_.clear();
  triangle_.clear();
  solver.argmax(gradient_, solution_);
  add(solution_);
  weights_[0] = 1;
  set_point();
  for (std::int64_t solved = 1;; ++solved) {
    for (std::size_t i = 0; i < scores.size(); ++i) {
      gradient_[i] = static_cast<real>(lambda * (target_[i] - point_[i]));
      if (!range.holds(gradient_[i]) && std::isfinite(gradient_[i]))
        fail<ValueError>("the penalty's gradient leaves the domain ", solver.traits().domain.lower, " … ",
                         solver.traits().domain.upper, " of ", solver.traits().name, ", whose best solutions for it ",
                         "are then not known");
    }
    solver.argmax(gradient_, solution_);
    double gain = 0, size = 0;
    for (std::size_t i = 0; i < scores.size(); ++i) {
      const auto s = static_cast<double>(solution_[i]), g = target_[i] - point_[i];
      gain += g * (s - point_[i]);
      size += std::abs(g) * (std::abs(s) + std::abs(point_[i]));
    }
    constexpr double rounding = 2 * static_cast<double>(std::numeric_limits<real>::epsilon());
    if (gain <= rounding * size || holds(solution_) || !add(solution_)) return;
    find_affine_weights();
    if (affine_.back() <= 0) return drop();  // nothing is gained but by rounding
    correct();
    if (solved == limits.solutions)
      fail<SolverError>("the nearest point of the hull was not found with ", limits.solutions, " solutions");
  }
}

bool HullPoint::holds(std::span<const real> solution) const {
  for (std::int64_t a = 0; a < count(); ++a) {
    const auto vertex = row(vertices_, a);
    if (std::equal(vertex.begin(), vertex.end(), solution.begin(),
                   [](double x, real s) { return x == static_cast<double>(s); }))
      return true;
  }
  return false;
}

// Takes a solution among the vertices, with no weight yet; returns false, and leaves it, where it lies in their flat.
bool HullPoint::add(std::span<const real> solution) {
  for (const real s : solution) vertices_.push_back(static_cast<double>(s));
  weights_.push_back(0);
  if (count() == 1 || extend_basis(count() - 1) > 1e-10) return true;
  weights_.pop_back();
  vertices_.resize(weights_.size() * solution.size());
  basis_.resize(static_cast<std::size_t>(rank() * size_));
  triangle_.resize(static_cast<std::size_t>(rank() * (rank() + 1) / 2));
  return false;
}

// Adds the direction in which a vertex lies outside the flat of those before it, by Gram and Schmidt, done twice so
// that directions are at right angles up to rounding. Returns how large that part is of its distance to the first
// vertex.
double HullPoint::extend_basis(std::int64_t vertex) {
  const std::int64_t known = vertex - 1;
  basis_.resize(static_cast<std::size_t>(vertex * size_));
  triangle_.resize(static_cast<std::size_t>(vertex * (vertex + 1) / 2), 0);
  double* const fresh = basis_.data() + known * size_;
  double* const parts = triangle_.data() + known * vertex / 2;
  const auto own = row(vertices_, vertex), first = row(vertices_, 0);
  for (std::int64_t i = 0; i < size_; ++i) fresh[i] = own[i] - first[i];
  const auto rest = row(basis_, known);
  const double length = std::sqrt(dot(rest, rest));
  for (int pass = 0; pass < 2; ++pass)
    for (std::int64_t b = 0; b < known; ++b) {
      const auto unit = row(basis_, b);
      const double part = dot(unit, rest);
      parts[b] += part;
      for (std::int64_t i = 0; i < size_; ++i) fresh[i] -= part * unit[i];
    }
  const double left = std::sqrt(dot(rest, rest));
  parts[known] = left;
  for (std::int64_t i = 0; i < size_; ++i) fresh[i] /= left;
  return left / length;
}

// The point of the vertices' flat nearest to the target, as weights of the vertices.
void HullPoint::find_affine_weights() {
  const std::int64_t r = rank();
  affine_.resize(weights_.size());
  const auto first = row(vertices_, 0);
  for (std::int64_t b = 0; b < r; ++b) {
    const auto unit = row(basis_, b);
    double part = 0;
    for (std::int64_t i = 0; i < size_; ++i) part += unit[i] * (target_[i] - first[i]);
    affine_[b + 1] = part;
  }
  double others = 0;
  for (std::int64_t a = r - 1; a >= 0; --a) {  // difference a is a sum of basis vectors 0 … a
    for (std::int64_t later = a + 1; later < r; ++later)
      affine_[a + 1] -= triangle_[later * (later + 1) / 2 + a] * affine_[later + 1];
    affine_[a + 1] /= triangle_[a * (a + 1) / 2 + a];
    others += affine_[a + 1];
  }
  affine_[0] = 1 - others;
}

// The weights of the best mean of the vertices, and the point.
void HullPoint::correct() {
  for (;;) {
    find_affine_weights();
    // How far the weights can go towards those before one of them is used up.
    const auto reach = [&](std::size_t a) { return affine_[a] <= 0 ? weights_[a] / (weights_[a] - affine_[a]) : 2; };
    double step = 1;
    for (std::size_t a = 0; a < weights_.size(); ++a) step = std::min(step, reach(a));
    for (std::size_t a = 0; a < weights_.size(); ++a)
      weights_[a] = reach(a) <= step ? 0 : weights_[a] + step * (affine_[a] - weights_[a]);
    if (std::none_of(affine_.begin(), affine_.end(), [](double weight) { return weight <= 0; })) break;
    drop();
  }
  set_point();
}

// Takes out the vertices without weight.
void HullPoint::drop() {
  std::int64_t kept = 0;
  for (std::int64_t a = 0; a < count(); ++a) {
    if (weights_[a] <= 0) continue;
    std::copy_n(vertices_.begin() + a * size_, size_, vertices_.begin() + kept * size_);
    weights_[kept++] = weights_[a];
  }
  vertices_.resize(static_cast<std::size_t>(kept * size_));
  weights_.resize(static_cast<std::size_t>(kept));
  basis_.clear();
  triangle_.clear();
  for (std::int64_t a = 1; a < kept; ++a) extend_basis(a);
}

void HullPoint::set_point() {
  point_.assign(static_cast<std::size_t>(size_), 0);
  for (std::int64_t a = 0; a < count(); ++a)
    for (std::int64_t i = 0; i < size_; ++i) point_[i] += weights_[a] * vertices_[a * size_ + i];
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
