#include <cotape/data/formats/tsplib.h>
#include <cotape/solvers/tsp/tsp.h>

#include <doctest/doctest.h>

#include "../../temporary_folder.h"
#include "tsplib_instances.h"

using namespace cotape;

TEST_CASE("tsp: the published optima of TSPLIB are found and proven") {
  const TemporaryFolder folder;
  for (const TsplibInstance& instance : tsplib_instances) {
    CAPTURE(instance.name);
    const Tsplib problem = read_tsplib(folder.put("instance.tsp", instance.text));
    CHECK(problem.name == instance.name);
    const TspResult result = solve_tsp(problem.distances(), problem.cities);
    CHECK(result.optimal);
    CHECK(result.length == instance.optimum);
    double length = 0;
    for (std::size_t k = 0; k < result.tour.size(); ++k)
      length += problem.distance(result.tour[k], result.tour[(k + 1) % result.tour.size()]);
    CHECK(length == result.length);
  }
}
