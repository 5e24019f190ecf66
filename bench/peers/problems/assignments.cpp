#include <cotape/bench/peers/lemon/peers.h>
#include <cotape/bench/peers/problems/problem.h>
#include <cotape/solvers/assignment/assignment.h>

namespace cotape::bench {

std::vector<Problem> assignment_problems(const ProblemOptions& options) {
  std::vector<Problem> problems;
  for (const int size : {10, 50, 200}) {
    std::vector<Engine> engines = cotape_engine(Assignment{.rows = size, .columns = size});
    if constexpr (has_lemon) add_peers(engines, lemon_peers::assignments(size));
    problems.push_back({"assignment", std::to_string(size), "uniform",
                        uniform_costs({options.instances(size * size), size, size}, options.seed), engines});
  }
  return problems;
}

}  // namespace cotape::bench
