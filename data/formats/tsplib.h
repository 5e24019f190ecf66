#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// A symmetric travelling salesman problem from a file of TSPLIB (G. Reinelt, "TSPLIB: a traveling salesman problem
// library", 1991). Distances are rounded as the library defines for each type, so that its published optima hold.
struct Tsplib {
  enum class Weights { explicit_matrix, euc_2d, euc_3d, man_2d, man_3d, max_2d, max_3d, ceil_2d, att, geo };
  using Point = std::array<double, 3>;

  std::string name = {};
  std::string comment = {};
  std::int64_t cities = 0;
  Weights weights = Weights::explicit_matrix;
  std::vector<Point> coordinates = {};                // [cities]; none for explicit_matrix; of geo: latitude, longitude
  std::vector<double> matrix = {};                    // [cities, cities], symmetric; none for other types
  std::vector<std::array<double, 2>> displayed = {};  // [cities] places on a map, x to the right and y up; or none
  std::vector<std::array<std::int64_t, 2>> fixed_edges = {};  // pairs of cities, from 0, that every tour must join

  // The distance between two cities, which are numbered from 0; 0 from a city to itself.
  double distance(std::int64_t i, std::int64_t j) const;
  // All distances, [cities, cities], row-major.
  std::vector<double> distances() const;
};

// As TSPLIB spells it: "EUC_2D".
std::string_view name_of(Tsplib::Weights weights);

// Reads a file of TYPE TSP with EDGE_WEIGHT_TYPE EXPLICIT (any EDGE_WEIGHT_FORMAT of a matrix), EUC_2D, EUC_3D, MAN_2D,
// MAN_3D, MAX_2D, MAX_3D, CEIL_2D, ATT or GEO. Throws FileError, naming the file and the line, for other types and for
// anything that is missing, given twice, unknown, not a number, not symmetric, or out of range. Memory is allocated
// only when the file is large enough to fill it, whatever DIMENSION says.
Tsplib read_tsplib(const std::filesystem::path& path);

// Writes a file of TYPE TOUR, atomically. Cities are counted from 0 here and from 1 in the file. Throws FileError when
// it cannot be written.
void write_tsplib_tour(const std::filesystem::path& path, std::string_view name, std::string_view comment,
                       std::span<const std::int64_t> tour);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
