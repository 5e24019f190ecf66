#pragma once
#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// A country or territory, its capital, and where the capital lies.
struct Capital {
  std::string code = {};  // ISO 3166-1 alpha-2: two capital letters
  std::string country = {};
  std::string name = {};  // of the capital
  double latitude = 0;    // degrees, north positive
  double longitude = 0;   // degrees, east positive
  bool un_member = false;

  bool operator==(const Capital&) const = default;
};

// The table that the library carries, data/capitals.csv, in the order of the codes.
std::vector<Capital> capitals_of_the_world();

// Reads a table of comma-separated values: the first line is iso2,country,capital,lat,lon,un_member, each other line
// one capital; un_member is 0 or 1. Fields may be in double quotes. Empty lines, lines that begin with # and a byte
// order mark are skipped. Throws FileError, naming the file and the line, for more than 16 MiB, another first line,
// another number of fields, a quote that does not end, a code that is not two capital letters or comes twice, an empty
// name, and coordinates that are not numbers or lie outside ±90 and ±180 degrees.
std::vector<Capital> read_capitals(const std::filesystem::path& path);
// The same from memory; `name` stands for the file in messages.
std::vector<Capital> parse_capitals(std::string_view text, std::string_view name);

// The capital of a country. Throws ValueError for a code that the table does not have.
const Capital& find_capital(const std::vector<Capital>& capitals, std::string_view code);

// A point of the unit sphere: x towards 0° N 0° E, y towards 0° N 90° E, z towards the North Pole.
using SpherePoint = std::array<double, 3>;
SpherePoint position_of(const Capital& capital);

// The distance between two points along the surface of a sphere with the Earth's mean radius, in kilometres.
inline constexpr double earth_radius_km = 6371.0088;
double kilometres_between(const SpherePoint& a, const SpherePoint& b);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
