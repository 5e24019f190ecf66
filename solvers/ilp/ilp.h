#pragma once
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include <cotape/solvers/core/solver.h>
#include <cotape/solvers/ilp/ilp_instance.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// When the search gives up. Ilp then throws; it never gives values that are not proven to be the best.
struct IlpLimits {
  std::int64_t nodes = std::numeric_limits<std::int64_t>::max();  // of branch and bound
  double seconds = std::numeric_limits<double>::infinity();       // the answer then depends on the machine's speed
};

// An integer linear program, or with no integers a linear one: the values of n variables that cost least, or are worth
// most, under linear constraints and bounds. The costs are the solver's input, any finite numbers; the solution is the
// variables' values, whole numbers for integers. For what no other solver here is made for, which is faster where there
// is one.
//
// Variables and constraints are instance data (IlpInstance), one for each row of a batch; or `fixed` ones, the same for
// all, where no data is given. An instance may have fewer variables than n: the rest is padding (Ability::mask).
//
// Method: simplex, then branch and cut, by the library CBC (J. Forrest and others, COIN-OR); in a build without CBC
// this room is not there. It calculates in double precision. Constraints may be missed by 1e-9 and values may fall
// short of the best by about 1e-9, in proportion to the numbers they are sums of; numbers that differ by many orders of
// magnitude within one instance need care. Of equally good solutions the one that the search meets: always the same for
// the same instance and costs, as every search begins anew. CBC takes memory for itself in every call.
// Made as Ilp{.n = 20}, with data, or
//   Ilp{.n = 3, .fixed = {{{0, 1}, {0, 1}, {0, 1}}, {{.terms = {{0, 3}, {1, 1}, {2, 2}}, .upper = 4}}}}.
struct Ilp {
  using Instance = IlpInstance;

  std::int64_t n = 1;
  Instance fixed = {};  // for instances without data of their own
  Sense sense = Sense::minimise;
  IlpLimits limits = {};

  // Throws ValueError for n < 1, more than n fixed variables and limits that are not positive.
  SolverTraits traits() const;
  // Throw SolverError when no values satisfy all constraints, there are always better ones (unbounded), a limit is
  // reached, CBC cannot solve it for its numbers, there are more than n variables, or there is neither data nor
  // `fixed`.
  void solve(std::span<const real> costs, const Instance& instance, std::span<real> solution) const;
  void solve(std::span<const real> costs, std::span<real> solution) const { solve(costs, fixed, solution); }

  // Rows and bounds that the values reach, up to rounding: those of the linear program, in which integers need not be
  // whole.
  void normals(std::span<const real> solution, const Instance& instance, Normals& to) const;
  void normals(std::span<const real> solution, Normals& to) const { normals(solution, fixed, to); }

  // 1 for the variables of the instance.
  void mask(const Instance& instance, std::span<real> mask) const;
};

// Values of the variables and how they were found.
struct IlpResult {
  std::vector<double> values = {};  // [variables]; empty when a limit was reached before any were found
  double objective = 0;             // ⟨cost, values⟩; 0 when there are no values
  double bound = 0;                 // no values cost less, or are worth more; the objective itself when `optimal`
  bool optimal = false;             // whether the values are proven to be the best
  std::int64_t nodes = 0;           // that branch and bound visited; 0 when it was not needed
  double seconds = 0;
  // Where no variable is an integer: what the objective changes by per unit of a row's bound that holds, and of a
  // variable's bound; 0 where none holds. cost = Σ duals·factors + reduced_costs. Else empty.
  std::vector<double> duals = {};          // [rows]
  std::vector<double> reduced_costs = {};  // [variables]
};

// What Ilp does, in double precision and with a report, for costs [variables]. When a limit is reached the best values
// found are returned with optimal = false. Throws ShapeError when there is not one cost for each variable, ValueError
// for a cost that is not finite and limits that are not positive, SolverError as Ilp::solve() does.
IlpResult solve_ilp(const IlpInstance& instance, std::span<const double> costs, Sense sense = Sense::minimise,
                    const IlpLimits& limits = {});

}  // namespace COTAPE_PRECISION
}  // namespace cotape
