#include <cotape/bench/grid_costs.h>
#include <cotape/bench/peers/boost/peers.h>
#include <cotape/bench/peers/lemon/peers.h>
#include <cotape/bench/peers/problems/problem.h>
#include <cotape/solvers/paths/grid_path.h>

namespace cotape::bench {

std::vector<Problem> path_problems(const ProblemOptions& options) {
  std::vector<Problem> problems;
  for (const int size : {12, 32})
    for (const GridCosts kind : {GridCosts::terrain, GridCosts::uniform}) {
      std::vector<Engine> engines = cotape_engine(GridPath{.height = size, .width = size});
      if constexpr (has_boost) add_peers(engines, boost_peers::grid_paths(size));
      if constexpr (has_lemon) add_peers(engines, lemon_peers::grid_paths(size));
      const std::string side = std::to_string(size);
      problems.push_back({"grid path", side + "x" + side, name_of(kind),
                          grid_costs(kind, options.instances(size * size), size, options.seed), engines});
    }
  return problems;
}

}  // namespace cotape::bench
