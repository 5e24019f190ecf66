#include <cotape/apps/solve/kinds.h>
#include <cotape/apps/solve/mps.h>
#include <cotape/data/formats/dimacs.h>
#include <cotape/data/formats/knapsack_file.h>
#include <cotape/data/formats/orlib.h>
#include <cotape/data/formats/qaplib.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/file.h>
#include <cotape/engine/base/text.h>
#include <cotape/solvers/assignment/assignment.h>
#include <cotape/solvers/flow/min_cut.h>
#include <cotape/solvers/knapsack/knapsack.h>
#include <cotape/solvers/quadratic/quadratic_assignment.h>

#include <array>
#include <chrono>
#include <cmath>
#include <limits>

namespace cotape::app {
namespace {

// Calls f and returns the seconds that it took.
template <class F>
double timed(F f) {
  const auto start = std::chrono::steady_clock::now();
  f();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

Answer solve_assignment_file(const std::filesystem::path& path) {
  const OrlibAssignment problem = read_orlib_assignment(path);
  AssignmentResult result;
  Answer answer;
  answer.seconds = timed([&] { result = solve_assignment(problem.costs, problem.n, problem.n); });
  answer.size = std::to_string(problem.n) + " x " + std::to_string(problem.n);
  answer.optimum = result.cost;
  for (const std::int64_t column : result.column_of_row) answer.solution += std::to_string(column + 1) + '\n';
  return answer;
}

Answer solve_knapsack_file(const std::filesystem::path& path) {
  const KnapsackFile problem = read_knapsack(path);
  Answer answer;
  answer.size = std::to_string(problem.values.size()) + " items";
  if (problem.values.empty()) return answer;
  for (const double value : problem.values)
    if (!std::isfinite(static_cast<real>(value)))
      fail<ValueError>(shown_path(path), ": value ", format_number(value), " is too large for the solver");
  const std::vector<real> values(problem.values.begin(), problem.values.end());
  std::vector<real> taken(values.size());
  const Knapsack solver{.n = std::ssize(values)};
  const KnapsackInstance instance(problem.weights, problem.capacity);
  answer.seconds = timed([&] { solver.solve(values, instance, taken); });
  for (std::size_t i = 0; i < taken.size(); ++i)
    if (taken[i] != 0) {
      answer.optimum += problem.values[i];
      answer.solution += std::to_string(i + 1) + '\n';
    }
  return answer;
}

Answer solve_max_flow_file(const std::filesystem::path& path) {
  const DimacsMaxFlow problem = read_dimacs_max_flow(path);
  std::vector<Edge> edges;
  std::vector<double> capacities;
  for (const auto& [from, to, capacity] : problem.arcs) {
    edges.push_back({from, to});
    capacities.push_back(capacity);
  }
  const CutProblem cut{SparseGraph::directed(problem.nodes, edges), problem.source, problem.target};
  MaxFlowResult result;
  Answer answer;
  answer.seconds = timed([&] { result = solve_max_flow(cut, capacities); });
  answer.size = std::to_string(problem.nodes) + " nodes, " + std::to_string(edges.size()) + " arcs";
  answer.optimum = result.value;
  answer.solution = "s " + format_number(result.value) + '\n';
  for (std::size_t e = 0; e < edges.size(); ++e)
    answer.solution += "f " + std::to_string(edges[e].from + 1) + ' ' + std::to_string(edges[e].to + 1) + ' ' +
                       format_number(result.flow[e]) + '\n';
  return answer;
}

Answer solve_qaplib_file_within(const std::filesystem::path& path, double seconds) {
  const QaplibProblem problem = read_qaplib(path);
  if (problem.n > 2000) fail<ValueError>(shown_path(path), ": ", problem.n, " facilities are too many for the solver");
  const QuadraticAssignmentResult result =
      solve_quadratic_assignment(problem.flow, problem.distance, problem.n, {.limits = {.seconds = seconds}});
  Answer answer;
  answer.size = std::to_string(problem.n) + " facilities";
  answer.optimum = result.cost;
  if (!result.optimal) answer.at_least = result.lower_bound;
  answer.seconds = result.seconds;
  for (const std::int64_t location : result.location_of) answer.solution += std::to_string(location + 1) + '\n';
  return answer;
}

Answer solve_qaplib_file(const std::filesystem::path& path) {
  return solve_qaplib_file_within(path, std::numeric_limits<double>::infinity());
}

constexpr std::array table = {
    Kind{"assignment",
         "the cheapest assignment of rows to columns; files of OR-Library (assign*); for each row its column, from 1",
         solve_assignment_file},
    Kind{"knapsack",
         "the most valuable items that fit; number of items and capacity, then value and weight of each; the items "
         "taken, from 1",
         solve_knapsack_file},
    Kind{"maxflow", "the largest flow; DIMACS files (p max); DIMACS lines \"s VALUE\" and \"f FROM TO FLOW\"",
         solve_max_flow_file},
    Kind{"qap",
         "facilities at locations so that flows times distances cost least; files of QAPLIB; for each facility its "
         "location, from 1",
         solve_qaplib_file, solve_qaplib_file_within},
    Kind{"mps",
         "the best values of a linear program, with integers or without; MPS files; the variables that are not 0, each "
         "with its value",
         solve_mps_file},
    Kind{"mps_fixed", "the same from MPS files in fixed form, whose names may have blanks in them",
         solve_fixed_mps_file},
};

}  // namespace

std::span<const Kind> kinds() { return table; }

}  // namespace cotape::app
