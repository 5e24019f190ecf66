#include <cotape/engine/base/error.h>
#include <cotape/solvers/linear/proximal.h>
#include <cotape/solvers/losses/nonnegative_least_squares.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// A constraint ⟨terms, x⟩ ≥ bound, or = bound, whose dual is sign·its multiplier.
struct Constraint {
  std::span<const Normals::Term> terms;
  double sign;  // −1: of the upper bound, ⟨−terms, x⟩ ≥ −bound
  double bound;
  double* dual;
};

// Calls f(constraint, equation) for each bound of rows and variables.
template <class F>
void for_constraints(const IlpInstance& instance, const std::vector<std::vector<Normals::Term>>& rows, IlpResult& found,
                     F f) {
  const auto add = [&](std::span<const Normals::Term> terms, double lower, double upper, double& dual) {
    if (std::isfinite(lower)) f(Constraint{terms, 1, lower, &dual}, lower == upper);
    if (std::isfinite(upper) && lower != upper) f(Constraint{terms, -1, upper, &dual}, false);
  };
  for (std::size_t i = 0; i < rows.size(); ++i)
    add(rows[i], instance.row_lower()[i], instance.row_upper()[i], found.duals[i]);
  for (std::int64_t j = 0; j < instance.variables(); ++j) {
    const Normals::Term variable{j, 1};
    add({&variable, 1}, instance.lower()[j], instance.upper()[j], found.reduced_costs[j]);
  }
}

std::vector<std::vector<Normals::Term>> rows_of(const IlpInstance& instance) {
  std::vector<std::vector<Normals::Term>> rows(static_cast<std::size_t>(instance.rows()));
  for (std::int64_t j = 0; j < instance.variables(); ++j)
    for (int k = instance.first_factor()[j]; k < instance.first_factor()[j + 1]; ++k)
      rows[instance.row_of_factor()[k]].push_back({j, instance.factors()[k]});
  return rows;
}

}  // namespace

// With x = p + s·z, p = center − cost/ρ the point without constraints and s how far it lies from the center: the
// shortest z with ⟨a, z⟩ ≥ t = (bound − ⟨a, p⟩)/s. Of the vectors (a, t) the non-negative mix nearest to (0, …, 0, 1)
// leaves a rest (r, r'), and z = −r/r' with multipliers −weights/r' (Lawson and Hanson). No longer than 1, as the
// center satisfies the constraints: so r' is at most −½, and nothing is lost.
IlpResult solve_proximal(const IlpInstance& instance, std::span<const double> costs, std::span<const double> center,
                         double rho, Sense sense) {
  const std::size_t n = costs.size();
  const double sign = sense == Sense::minimise ? 1 : -1;
  std::vector<double> p(n), aim(n + 1, 0.0);
  double squares = 0;
  for (std::size_t j = 0; j < n; ++j) {
    const double reach = -sign * costs[j] / rho;
    p[j] = center[j] + reach;
    squares += reach * reach;
  }
  const double scale = squares > 0 ? std::sqrt(squares) : 1;
  aim[n] = 1;

  IlpResult found{.values = p, .optimal = true};
  found.duals.assign(static_cast<std::size_t>(instance.rows()), 0);
  found.reduced_costs.assign(n, 0);
  const std::vector<std::vector<Normals::Term>> rows = rows_of(instance);
  Normals columns;
  for_constraints(instance, rows, found, [&](const Constraint& constraint, bool equation) {
    equation ? columns.begin_equation() : columns.begin_inequality();
    double at = 0;
    for (const Normals::Term& term : constraint.terms) {
      at += term.factor * p[static_cast<std::size_t>(term.entry)];
      columns.add(term.entry, constraint.sign * term.factor);
    }
    columns.add(static_cast<std::int64_t>(n), constraint.sign * (constraint.bound - at) / scale);
  });
  NonNegativeLeastSquares mix;
  mix.solve(aim, columns);
  const double rest = mix.fit()[n] - 1;
  if (!(rest < -1e-6)) fail<SolverError>("no values satisfy all ", instance.rows(), " constraints and the bounds");
  for (std::size_t j = 0; j < n; ++j)
    found.values[j] = std::clamp(p[j] - scale * mix.fit()[j] / rest, instance.lower()[j], instance.upper()[j]);
  std::size_t column = 0;
  for_constraints(instance, rows, found, [&](const Constraint& constraint, bool) {
    *constraint.dual -= sign * constraint.sign * rho * scale * mix.weights()[column++] / rest;
  });
  for (std::size_t j = 0; j < n; ++j) found.objective += costs[j] * found.values[j];
  found.bound = found.objective;
  return found;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
