#include <cotape/data/formats/tsplib.h>
#include <cotape/solvers/tsp/tsp.h>

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <utility>

using namespace cotape;

// The published optima of TSPLIB, for the instances in ../shared/data/tsplib, seen from the project's folder.
TEST_CASE("tsp: the published optimum of every instance at hand is found and proven") {
  // Tests run somewhere inside the project's folder.
  std::filesystem::path above = std::filesystem::current_path(), folder;
  do {
    folder = above / "shared" / "data" / "tsplib";
  } while (!std::filesystem::exists(folder / "optima.csv") && std::exchange(above, above.parent_path()) != above);
  std::ifstream optima(folder / "optima.csv");
  if (!optima) {
    MESSAGE("skipped: no folder shared/data/tsplib beside the project's or above");
    return;
  }
  std::string name, cities, type, optimum;
  std::getline(optima, name);
  int instances = 0;
  while (std::getline(optima, name, ',') && std::getline(optima, cities, ',') && std::getline(optima, type, ',') &&
         std::getline(optima, optimum)) {
    CAPTURE(name);
    const Tsplib problem = read_tsplib(folder / name);
    CHECK(problem.cities == std::stoll(cities));
    const std::vector<double> costs = problem.distances();
    const TspResult result = solve_tsp(costs, problem.cities);
    CHECK(result.optimal);
    CHECK(result.length == std::stod(optimum));
    double length = 0;
    for (std::size_t k = 0; k < result.tour.size(); ++k)
      length += problem.distance(result.tour[k], result.tour[(k + 1) % result.tour.size()]);
    CHECK(length == result.length);
    ++instances;
  }
  CHECK(instances > 0);
}
