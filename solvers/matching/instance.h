#pragma once
#include <span>

#include <cotape/solvers/core/solver.h>
#include <cotape/solvers/kit/allowed_edges.h>
#include <cotape/solvers/matching/blossom.h>
#include <cotape/solvers/matching/matching_result.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace matching {

// What a solver keeps from one solve() to the next.
struct Workspace {
  Blossoms best;
  Blossoms other;  // for has_other()
};

// One instance, as the solvers are given it.
struct Instance {
  const char* solver;  // its name, for errors
  const SparseGraph& graph;
  Goal goal;
  Sense sense;
  const AllowedEdges& edges;
};

// Throws ValueError when the graph is directed.
void check_undirected(const char* solver, const SparseGraph& graph);

// The best matching. Throws ValueError when `edges` are not the graph's, SolverError when no matching is perfect and
// one is wanted.
void find_best(const Instance& instance, std::span<const real> cost, Blossoms& best);

// Sets 1 for chosen edges, 0 for others.
void write_solution(const Instance& instance, const Blossoms& best, std::span<real> solution);

// Whether there is another matching that is as good. Changes `work.best`, which find_best() left, in nothing.
bool has_other(const Instance& instance, Workspace& work);

// Throws ShapeError when there is not one cost for each edge; ValueError for a cost that is NaN, or infinite and does
// not forbid the edge; and what find_best() throws.
MatchingResult solve_with_report(const Instance& instance, std::span<const double> cost);

}  // namespace matching
}  // namespace COTAPE_PRECISION
}  // namespace cotape
