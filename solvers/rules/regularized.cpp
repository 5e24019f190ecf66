#include <cotape/engine/base/error.h>
#include <cotape/engine/kernels/rows.h>
#include <cotape/engine/tape/record.h>
#include <cotape/solvers/core/score_range.h>
#include <cotape/solvers/kit/workspace_pool.h>
#include <cotape/solvers/rules/regularized.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

using Directions = std::vector<std::vector<real>>;  // of each instance, [rank, n]

std::vector<real> directions_of(const HullPoint& point) {
  std::vector<real> all;
  for (std::int64_t i = 0; i < point.rank(); ++i)
    for (const double entry : point.direction(i)) all.push_back(static_cast<real>(entry));
  return all;
}

// The directions in which each instance's point moves, [instances, most of them, n], those that it does not have being
// zero: a sum over all of them needs no count.
void save_directions(Forward& c, const Directions& found, std::int64_t n) {
  std::size_t most = 0;
  for (const std::vector<real>& own : found) most = std::max(most, own.size());
  Tensor& directions = c.save(Shape{std::ssize(found), static_cast<std::int64_t>(most) / n, n});
  directions.fill(0);
  for (std::size_t row = 0; row < found.size(); ++row)
    std::copy(found[row].begin(), found[row].end(), directions.data() + row * most);
}

// dx = Σ_i ⟨dy, direction i⟩·direction i / λ, where the score is within the domain.
void project_cotangent(Vjp& v, const ScoreRange& range, real strength) {
  const Tensor& directions = v.saved(0);
  const std::int64_t most = directions.shape()[1], n = directions.shape()[2];
  for_rows(directions.shape()[0], n * (most + 1), [&](std::int64_t row) {
    real* dx = v.dx.data() + row * n;
    std::fill(dx, dx + n, real(0));
    for (std::int64_t i = 0; i < most; ++i) {
      const real* direction = directions.data() + (row * most + i) * n;
      const real part = row_dot(direction, v.dy.data() + row * n, n) / strength;
      for (std::int64_t j = 0; j < n; ++j) dx[j] += part * direction[j];
    }
    for (std::int64_t j = 0; j < n; ++j)
      if (!range.holds(v.input(0)[row * n + j])) dx[j] = 0;
  });
}

}  // namespace

void Regularized::describe(SettingVisitor& see) {
  see.number("regularized-strength", strength, RuleRange::positive, "Strength of regularized's quadratic penalty");
}

void Regularized::check_solver(const Solver& solver) const { solver.require_linear("regularized"); }

Var Regularized::operator()(Var scores, const BatchOracle& oracle) const {
  return record_rule(
      "regularized", "dθ = P dy / λ, P onto the flat of the solutions in y", scores, oracle,
      [&](Forward& c) {
        if (!(strength > 0) || !std::isfinite(strength))
          fail<ValueError>("λ = ", strength, " is not a positive number");
        check_solver(oracle.oracle()->solver());
        const Tensor& theta = c.in(0);
        const std::int64_t n = oracle.traits().shape.size();
        Tensor& y = c.out(theta.shape());
        const bool backward = c.needs_gradient();
        Directions directions(static_cast<std::size_t>(oracle.instances(theta.shape())));
        const WorkspacePool<HullPoint> points;
        oracle.for_each(theta, Phase::forward, [&](std::int64_t row, InstanceSolver& solver) {
          const WorkspacePool<HullPoint>::Lease found(points);
          found->find(theta.values().subspan(row * n, n), static_cast<double>(strength), limits, solver);
          std::transform(found->point().begin(), found->point().end(), y.data() + row * n,
                         [](double x) { return static_cast<real>(x); });
          if (backward) directions[static_cast<std::size_t>(row)] = directions_of(*found);
        });
        if (backward) save_directions(c, directions, n);
      },
      [oracle, lambda = strength](Vjp& v) { project_cotangent(v, ScoreRange(oracle.traits()), lambda); });
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
