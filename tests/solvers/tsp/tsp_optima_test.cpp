#include <cotape/data/formats/tsplib.h>
#include <cotape/solvers/tsp/tsp.h>

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include "../../temporary_folder.h"

using namespace cotape;

namespace {

// The published optimum is found and proven.
void check_optimum(const std::filesystem::path& file, double optimum) {
  const Tsplib problem = read_tsplib(file);
  const TspResult result = solve_tsp(problem.distances(), problem.cities);
  CHECK(result.optimal);
  CHECK(result.length == optimum);
  double length = 0;
  for (std::size_t k = 0; k < result.tour.size(); ++k)
    length += problem.distance(result.tour[k], result.tour[(k + 1) % result.tour.size()]);
  CHECK(length == result.length);
}

// Instances of TSPLIB (G. Reinelt, 1991).
const std::string burma14 =
    "TYPE: TSP\nDIMENSION: 14\nEDGE_WEIGHT_TYPE: GEO\nNODE_COORD_SECTION\n"
    "1 16.47 96.10\n2 16.47 94.44\n3 20.09 92.54\n4 22.39 93.37\n5 25.23 97.24\n6 22.00 96.05\n"
    "7 20.47 97.02\n8 17.20 96.29\n9 16.30 97.38\n10 14.05 98.12\n11 16.53 97.38\n12 21.52 95.59\n"
    "13 19.41 97.13\n14 20.09 94.55\n";
const std::string gr17 =
    "TYPE: TSP\nDIMENSION: 17\nEDGE_WEIGHT_TYPE: EXPLICIT\nEDGE_WEIGHT_FORMAT: LOWER_DIAG_ROW\nEDGE_WEIGHT_SECTION\n"
    "0 633 0 257 390 0 91 661 228 0 412 227 169 383 0 150 488 112 120 267 0 80 572 196 77 351 63 0 134\n"
    "530 154 105 309 34 29 0 259 555 372 175 338 264 232 249 0 505 289 262 476 196 360 444 402 495 0 353\n"
    "282 110 324 61 208 292 250 352 154 0 324 638 437 240 421 329 297 314 95 578 435 0 70 567 191 27 346\n"
    "83 47 68 189 439 287 254 0 211 466 74 182 243 105 150 108 326 336 184 391 145 0 268 420 53 239 199\n"
    "123 207 165 383 240 140 448 202 57 0 246 745 472 237 528 364 332 349 202 685 542 157 289 426 483 0\n"
    "121 518 142 84 297 35 29 36 236 390 238 301 55 96 153 336 0\n";
const std::string eil51 =
    "TYPE: TSP\nDIMENSION: 51\nEDGE_WEIGHT_TYPE: EUC_2D\nNODE_COORD_SECTION\n"
    "1 37 52\n2 49 49\n3 52 64\n4 20 26\n5 40 30\n6 21 47\n7 17 63\n8 31 62\n9 52 33\n10 51 21\n"
    "11 42 41\n12 31 32\n13 5 25\n14 12 42\n15 36 16\n16 52 41\n17 27 23\n18 17 33\n19 13 13\n20 57 58\n"
    "21 62 42\n22 42 57\n23 16 57\n24 8 52\n25 7 38\n26 27 68\n27 30 48\n28 43 67\n29 58 48\n30 58 27\n"
    "31 37 69\n32 38 46\n33 46 10\n34 61 33\n35 62 63\n36 63 69\n37 32 22\n38 45 35\n39 59 15\n40 5 6\n"
    "41 10 17\n42 21 10\n43 5 64\n44 30 15\n45 39 10\n46 32 39\n47 25 32\n48 25 55\n49 48 28\n50 56 37\n"
    "51 30 40\n";

}  // namespace

TEST_CASE("tsp: the published optima of three instances are found and proven") {
  const TemporaryFolder folder;
  check_optimum(folder.put("burma14.tsp", burma14), 3323);
  check_optimum(folder.put("gr17.tsp", gr17), 2085);
  check_optimum(folder.put("eil51.tsp", eil51), 426);
}

// Of all instances in the folder shared/data/tsplib beside the project's or above; a test of its own (CMakeLists.txt),
// so that ctest says when it is skipped.
TEST_CASE("tsp: the published optimum of every instance at hand is found and proven" * doctest::skip()) {
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
    CHECK(read_tsplib(folder / name).cities == std::stoll(cities));
    check_optimum(folder / name, std::stod(optimum));
    ++instances;
  }
  CHECK(instances > 0);
}
