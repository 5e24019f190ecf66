#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <cotape/solvers/core/solver.h>
#include <cotape/solvers/kit/graph.h>
#include <cotape/solvers/kit/workspace_pool.h>
#include <cotape/solvers/quadratic/limits.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace quadratic {
struct Workspace;
}

// The two graphs of an instance, undirected, which may be smaller than the solver's shape, and the pairs of nodes that
// may be matched.
struct MatchedGraphs {
  SparseGraph left = {}, right = {};
  // [left nodes, right nodes] of the solver, row by row: 0 for nodes that may not be matched. Empty: all may.
  std::vector<std::uint8_t> allowed = {};
};

// How many nodes and edges the graphs of a batch have at most, and so what costs and solutions look like. Both are
// flat, [size()]:
//   place(i, j)             left node i is matched with right node j
//   place(e, f, crossed)    both ends of the left edge e = {i, k} are matched with those of the right edge f = {j, l},
//   each
//                           as the edge was given: i with j and k with l; or, crossed, i with l and k with j
// So they are the rows of [left nodes, right nodes], and behind them those of [left edges, right edges, 2].
struct GraphMatchingLayout {
  std::int64_t left_nodes = 1, right_nodes = 1;
  std::int64_t left_edges = 0, right_edges = 0;

  std::int64_t size() const { return left_nodes * right_nodes + 2 * left_edges * right_edges; }
  std::int64_t place(std::int64_t i, std::int64_t j) const { return i * right_nodes + j; }
  std::int64_t place(std::int64_t e, std::int64_t f, bool crossed) const {
    return left_nodes * right_nodes + (e * right_edges + f) * 2 + (crossed ? 1 : 0);
  }
};

// Matching of the nodes of two graphs, each at most once, so that the pairs of nodes and the pairs of edges that are
// matched with them cost least: a quadratic assignment problem. Costs and solution are as GraphMatchingLayout says, any
// finite costs; the solution is 1 for what is matched and 0 elsewhere, so that ⟨cost, y⟩ is the cost of the matching.
//   by default                as many pairs as there can be: all nodes of the graph with fewer of them
//   with an unassigned_cost   fewer where that is cheaper: each node of the smaller graph (the left one of two equally
//                             large ones) that is not matched costs this much
// Exact: matchings whose costs differ by less than 1e-11 of what the largest costs add up to count as equally cheap. Of
// several cheapest ones, which is taken follows from the costs alone.
//
// Which edges there are is instance data; or `fixed` graphs are the same for all instances. What an instance has not,
// and what it may not match, is padding (Ability::mask). Edges may be parallel, but no loops.
//
// Method: branch and bound (branch_and_bound.h) with the bound of P. Hahn and T. Grant, 1998 (relaxation.h), from a
// matching that a tabu search found (local_search.h). A pass of the bound takes O(nodes⁵), and it needs 16 · nodes⁴
// bytes for a start. The search can take exponentially long. Where nodes and edges tell well what belongs together the
// bound alone proves the matching, some 30 nodes are solved soon; where they do not, some 15 are. Made as
// GraphMatching{{.left_nodes = 10, .right_nodes = 12, .left_edges = 20, .right_edges = 25}}.
struct GraphMatching {
  using Instance = MatchedGraphs;

  GraphMatchingLayout layout = {};
  std::optional<real> unassigned_cost = {};
  QuadraticLimits limits = {};
  Instance fixed = {};  // for instances without data of their own
  WorkspacePool<quadratic::Workspace> workspaces = {};

  // Throws ValueError for sizes that are not positive (edges: negative) or make more than 2²⁶ entries, graphs of more
  // than 2²⁵ entries of nodes⁴, an unassigned_cost that is not finite, limits that are not positive, and fixed graphs
  // that do not fit.
  SolverTraits traits() const;
  // Throws SolverError when every matching takes a forbidden pair, and when a limit is reached; ValueError for graphs
  // that are directed, have loops, or are larger than the layout.
  void solve(std::span<const real> cost, const Instance& instance, std::span<real> solution) const;
  // Of the fixed graphs; throws SolverError when there are none.
  void solve(std::span<const real> cost, std::span<real> solution) const;
  // Whether another matching is as cheap as this one, which solve() gave for this cost: for each node of the smaller
  // graph the cheapest matching that does something else with it is looked for, which takes as many searches as it has
  // nodes. Nothing when a limit is reached.
  std::optional<bool> tied(std::span<const real> cost, const Instance& instance, std::span<const real> solution) const;
  std::optional<bool> tied(std::span<const real> cost, std::span<const real> solution) const;
  void mask(const Instance& instance, std::span<real> mask) const;
};

// A cheap matching by local search alone, for graphs that are too large for GraphMatching: a tabu search of so many
// steps (local_search.h) from the matching for which the nodes alone cost least, and from others that are drawn. Not
// exact; the same costs give the same matching. Costs, instance data and solution are those of GraphMatching. A step
// takes O(nodes²).
struct GraphMatchingSearch {
  using Instance = MatchedGraphs;

  GraphMatchingLayout layout = {};
  std::optional<real> unassigned_cost = {};
  std::int64_t starts = 4;
  std::int64_t steps = 1000;  // from each
  Instance fixed = {};
  WorkspacePool<quadratic::Workspace> workspaces = {};

  // Throws ValueError as GraphMatching does, but for larger graphs, and unless starts ≥ 1 and steps ≥ 0.
  SolverTraits traits() const;
  void solve(std::span<const real> cost, const Instance& instance, std::span<real> solution) const;
  void solve(std::span<const real> cost, std::span<real> solution) const;
  void mask(const Instance& instance, std::span<real> mask) const;
};

// What the two functions below work on, in double.
struct GraphMatchingProblem {
  SparseGraph left = {}, right = {};
  std::vector<double> node_costs = {};  // [left nodes, right nodes]; +∞ forbids a pair
  std::vector<double> edge_costs = {};  // [left edges, right edges, 2]: straight, crossed
  std::optional<double> unassigned_cost = {};
};

// A matching and how it was found.
struct GraphMatchingResult {
  std::vector<std::int64_t> right_of_left = {};  // [left nodes]; −1 for a node that is not matched
  double cost = 0;                               // with that of nodes that are not matched
  double lower_bound = 0;                        // no matching costs less, up to rounding
  bool optimal = false;                          // whether that is proven: then it is the cost
  std::int64_t nodes = 0;                        // of branch and bound
  double seconds = 0;
};

// What GraphMatching does, with a report. When a limit is reached the best matching found is returned with optimal =
// false. Throws ShapeError when the numbers of costs are not those of nodes and edges; ValueError as GraphMatching
// does, and for a cost that is NaN or −∞ (of edges: not finite); SolverError when every matching takes a forbidden
// pair.
GraphMatchingResult solve_graph_matching(const GraphMatchingProblem& problem, const QuadraticLimits& limits = {});

// What GraphMatchingSearch does, with a report. The lower bound is that of so many passes of the bound, or as many as
// gain something; −∞ without one, and for graphs that are too large for it.
GraphMatchingResult approximate_graph_matching(const GraphMatchingProblem& problem, std::int64_t starts,
                                               std::int64_t steps, std::int64_t passes);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
