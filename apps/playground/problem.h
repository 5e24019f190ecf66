#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <cotape/apps/playground/fields.h>
#include <cotape/engine/tape/tape.h>
#include <cotape/solvers/core/solver.h>
#include <cotape/solvers/kit/graph.h>

namespace cotape::app {

// What a request may ask for, so that every answer comes soon and in little memory.
struct Limits {
  static constexpr std::int64_t side = 32;        // of a grid, in cells
  static constexpr std::int64_t items = 64;       // of top-k, ranking and knapsack
  static constexpr std::int64_t cities = 12;      // of a tour
  static constexpr std::int64_t nodes = 16;       // of a spanning tree and a cut
  static constexpr std::int64_t edges = 64;       // of a cut
  static constexpr std::int64_t pairs = 16;       // rows and columns of an assignment
  static constexpr std::int64_t capacity = 1000;  // of a knapsack
  static constexpr std::int64_t rows = 64;        // of a batch
  static constexpr std::int64_t samples = 256;
  static constexpr std::int64_t steps = 200;  // of a descent
  static constexpr double size = 1e6;         // of a cost or score
  static constexpr double work = 4e8;         // of all solver calls of a request, in steps of a solver
};

// A combinatorial problem that can be touched: a solver, and the numbers that a reader changes.
struct PlaygroundProblem {
  std::string_view kind;
  Solver solver;
  Shape shape;                                            // of the numbers: the solver's shape, or [points, 2] on a map
  bool on_map = false;                                    // they are points, whose distances are the costs
  bool zero_one = true;                                   // whether solutions are vectors of 0 and 1
  std::int64_t rows = 1;                                  // instances
  Tensor x;                                               // [rows, ...shape]
  double work = 1;                                        // about how many steps a solver call takes
  std::vector<std::pair<double, double>> positions = {};  // of nodes and cities, y upwards; none: where the page likes

  const SolverTraits& traits() const { return solver.traits(); }
  bool minimises() const { return traits().sense == Sense::minimise; }
  // [rows, ...the solver's shape]
  Shape costs_shape(std::int64_t instances) const;
};

// The kinds: grid, top_k, ranking, tour, assignment, spanning_tree, knapsack, min_cut.
std::span<const std::string_view> playground_kinds();

// The problem of a state. Entries: `problem`, `x` and
//   grid           height, width: costs of the cells ≥ 0
//   top_k          n, k: scores
//   ranking        n: scores
//   tour           n: points, each x and y
//   spanning_tree  n: points; every two of them are joined by an edge
//   assignment     height, width: costs of pairs
//   knapsack       n, weights (whole numbers), capacity: values
//   min_cut        n, edges (pairs of nodes one after the other), positions: capacities of edges ≥ 0 between node 0
//                  and node n − 1
// and rows, where there are several instances. Throws ValueError, which names the entry.
PlaygroundProblem read_problem(const Fields& state);

// The costs (of a maximising solver: scores) of numbers x [instances, ...shape]: x itself, or distances.
Var costs_of(const PlaygroundProblem& problem, Var x);

// The same without a gradient.
Tensor costs_at(const PlaygroundProblem& problem, const Tensor& x);

// The solver's solutions for scores, of their shape: argmax ⟨θ, y⟩, whatever its sense.
Tensor solved(const PlaygroundProblem& problem, const Tensor& scores);

// Costs moved to the nearest that the solver accepts.
void move_into_domain(const PlaygroundProblem& problem, Tensor& costs);

// The solution that is closest to what a reader points at. Entries besides the state's:
//   via      cells of a grid, row and column one after the other: the path goes through them, in this order, but cuts
//            corners as every cheapest path does
//   clicked  an entry: the solution that has it, or no longer has it, and else keeps most of `wanted`; of a ranking the
//            entry goes one place up
//   side     of a cut: nodes on the source's side
// or none of these: the solver's own solution. Throws ValueError, which names the entry.
struct WantedSolution {
  Tensor solution;
  Tensor truth = {};  // the costs (scores) that the solver found it for; none where something was pointed at
};
WantedSolution wanted_solution(const PlaygroundProblem& problem, const Fields& request, const Tensor& wanted);

}  // namespace cotape::app
