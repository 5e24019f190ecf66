#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include <cotape/bench/peers/peer.h>
#include <cotape/bench/peers/timing.h>
#include <cotape/solvers/core/solver.h>
#include <cotape/solvers/kit/graph.h>

namespace cotape::bench {

// Instances of one kind and size, and the ways to solve them.
struct Problem {
  std::string name;             // "spanning tree"
  std::string size;             // "50", "32x32"
  std::string kind;             // of instances: "uniform"
  Tensor costs;                 // [instances, …] as cotape's solver takes them
  std::vector<Engine> engines;  // cotape first: the others' costs are compared with its own
};

// What the instances are made from.
struct ProblemOptions {
  std::int64_t entries = 400000;  // of the costs of all instances of a problem together, about
  std::uint64_t seed = 1;

  // How many instances of so many costs each.
  std::int64_t instances(std::int64_t costs) const;
};

// Each makes the problems of one family at all its sizes.
std::vector<Problem> path_problems(const ProblemOptions& options);
std::vector<Problem> matching_problems(const ProblemOptions& options);
std::vector<Problem> assignment_problems(const ProblemOptions& options);
std::vector<Problem> tree_problems(const ProblemOptions& options);
std::vector<Problem> knapsack_problems(const ProblemOptions& options);
std::vector<Problem> cut_problems(const ProblemOptions& options);
std::vector<Problem> flow_problems(const ProblemOptions& options);

// Which of the other libraries this program was built with.
#ifdef BENCH_BOOST
inline constexpr bool has_boost = true;
#else
inline constexpr bool has_boost = false;
#endif
#ifdef BENCH_LEMON
inline constexpr bool has_lemon = true;
#else
inline constexpr bool has_lemon = false;
#endif
#ifdef BENCH_CBC
inline constexpr bool has_cbc = true;
#else
inline constexpr bool has_cbc = false;
#endif

std::vector<Engine> cotape_engine(const Solver& solver);
void add_peers(std::vector<Engine>& engines, Peers peers);

PeerGraph peer_graph(const SparseGraph& graph);
// Costs uniform in (0, 1).
Tensor uniform_costs(const Shape& shape, std::uint64_t seed);

}  // namespace cotape::bench
