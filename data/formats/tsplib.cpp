#include <cotape/data/formats/tsplib.h>
#include <cotape/data/formats/tsplib_text.h>
#include <cotape/engine/base/file.h>
#include <cotape/engine/base/text.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

using Weights = Tsplib::Weights;

constexpr std::int64_t max_cities = 1'000'000;
constexpr double largest_number = 1e12;  // squares and sums of such numbers stay finite, whole ones below are exact

struct NamedWeights {
  std::string_view name;
  Weights weights;
  int axes;
};
constexpr NamedWeights weight_types[] = {{"EXPLICIT", Weights::explicit_matrix, 0},
                                         {"EUC_2D", Weights::euc_2d, 2},
                                         {"EUC_3D", Weights::euc_3d, 3},
                                         {"MAN_2D", Weights::man_2d, 2},
                                         {"MAN_3D", Weights::man_3d, 3},
                                         {"MAX_2D", Weights::max_2d, 2},
                                         {"MAX_3D", Weights::max_3d, 3},
                                         {"CEIL_2D", Weights::ceil_2d, 2},
                                         {"ATT", Weights::att, 2},
                                         {"GEO", Weights::geo, 2}};

const NamedWeights& entry_of(Weights weights) {
  return *std::find_if(std::begin(weight_types), std::end(weight_types),
                       [weights](const NamedWeights& entry) { return entry.weights == weights; });
}

// Which part of the matrix a file holds, row by row; parts by columns are the transposed parts by rows.
enum class Part { full, upper, lower, upper_diagonal, lower_diagonal };
struct NamedPart {
  std::string_view name;
  Part part;
};
constexpr NamedPart matrix_formats[] = {{"FULL_MATRIX", Part::full},
                                        {"UPPER_ROW", Part::upper},
                                        {"LOWER_ROW", Part::lower},
                                        {"UPPER_DIAG_ROW", Part::upper_diagonal},
                                        {"LOWER_DIAG_ROW", Part::lower_diagonal},
                                        {"UPPER_COL", Part::lower},
                                        {"LOWER_COL", Part::upper},
                                        {"UPPER_DIAG_COL", Part::lower_diagonal},
                                        {"LOWER_DIAG_COL", Part::upper_diagonal}};

// First and last column, not included, of a row in a part.
std::pair<std::int64_t, std::int64_t> columns(Part part, std::int64_t row, std::int64_t n) {
  switch (part) {
    case Part::upper:
      return {row + 1, n};
    case Part::upper_diagonal:
      return {row, n};
    case Part::lower:
      return {0, row};
    case Part::lower_diagonal:
      return {0, row + 1};
    default:
      return {0, n};
  }
}

std::int64_t entries(Part part, std::int64_t n) {
  switch (part) {
    case Part::upper:
    case Part::lower:
      return n * (n - 1) / 2;
    case Part::upper_diagonal:
    case Part::lower_diagonal:
      return n * (n + 1) / 2;
    default:
      return n * n;
  }
}

// Degrees and minutes, written as DDD.MM, in radians; π and the truncation are the library's.
double radians(double degrees_minutes) {
  constexpr double pi = 3.141592;
  const double degrees = std::trunc(degrees_minutes);
  return pi * (degrees + 5.0 * (degrees_minutes - degrees) / 3.0) / 180.0;
}

double geographic(const Tsplib::Point& a, const Tsplib::Point& b) {
  constexpr double earth_radius = 6378.388;
  const double q1 = std::cos(radians(a[1]) - radians(b[1]));
  const double q2 = std::cos(radians(a[0]) - radians(b[0]));
  const double q3 = std::cos(radians(a[0]) + radians(b[0]));
  const double cosine = std::clamp(0.5 * ((1.0 + q1) * q2 - (1.0 - q1) * q3), -1.0, 1.0);
  return std::trunc(earth_radius * std::acos(cosine) + 1.0);
}

double nearest(double x) { return std::floor(x + 0.5); }

class Reader {
 public:
  explicit Reader(const std::filesystem::path& path) : text_(path) {}

  Tsplib read() {
    while (text_.next_line()) {
      if (text_.keyword() == "EOF") break;
      read_entry(text_.keyword());
    }
    finish();
    return std::move(out_);
  }

 private:
  void read_entry(const std::string& key) {
    if (key == "NAME") {
      out_.name = text_.value();
    } else if (key == "COMMENT") {
      out_.comment += (out_.comment.empty() ? "" : "\n") + text_.value();
    } else if (key == "TYPE") {
      const std::string type = text_.first_word();
      if (type != "TSP") text_.fail_here("TYPE \"", shown(type), "\" is not TSP");
    } else if (key == "DIMENSION") {
      read_dimension();
    } else if (key == "EDGE_WEIGHT_TYPE") {
      read_choice(type_, weight_types, key);
    } else if (key == "EDGE_WEIGHT_FORMAT") {
      if (text_.first_word() != "FUNCTION") read_choice(format_, matrix_formats, key);
    } else if (key == "NODE_COORD_SECTION") {
      if (need_type().axes == 0) return read_display();  // coordinates beside a matrix are for drawing
      read_points(out_.coordinates, type_->axes);
    } else if (key == "DISPLAY_DATA_SECTION") {
      read_display();
    } else if (key == "EDGE_WEIGHT_SECTION") {
      read_matrix();
    } else if (key == "FIXED_EDGES_SECTION") {
      read_fixed_edges();
    } else if (key != "NODE_COORD_TYPE" && key != "DISPLAY_DATA_TYPE") {
      text_.fail_here("\"", shown(key), "\" is no known keyword of a symmetric problem");
    }
  }

  void read_dimension() {
    if (out_.cities != 0) text_.fail_here("a second DIMENSION");
    const std::optional<double> number = parse_number<double>(text_.value());
    if (!number || *number != std::floor(*number) || *number < 1 || *number > static_cast<double>(max_cities))
      text_.fail_here("DIMENSION \"", shown(text_.value()), "\" is not a whole number from 1 to ", max_cities);
    out_.cities = static_cast<std::int64_t>(*number);
  }

  template <class Entry, std::size_t count>
  void read_choice(const Entry*& choice, const Entry (&known)[count], const std::string& key) {
    if (choice) text_.fail_here("a second ", key);
    const std::string value = text_.first_word();
    const Entry* entry =
        std::find_if(std::begin(known), std::end(known), [&](const Entry& e) { return e.name == value; });
    if (entry == std::end(known)) text_.fail_here(key, " \"", shown(value), "\" is not supported");
    choice = entry;
  }

  const NamedWeights& need_type() {
    if (!type_) text_.fail_here("EDGE_WEIGHT_TYPE must come first");
    return *type_;
  }

  // Refuses a section that the rest of the file cannot hold: a number and what parts it from the next are two bytes.
  void expect_numbers(std::int64_t count) {
    if (out_.cities == 0) text_.fail_here("DIMENSION must come first");
    if (static_cast<std::uint64_t>(count) > text_.bytes_left() / 2 + 1)
      text_.fail_here(text_.keyword(), " needs ", count, " numbers for ", out_.cities, " cities, but only ",
                      text_.bytes_left(), " bytes follow");
  }

  double number(std::string_view what) {
    const double value = text_.number(what);
    if (std::abs(value) > largest_number)
      text_.fail_here(what, " ", format_number(value), " is beyond ±", largest_number);
    return value;
  }

  // The number of a city, from 0 here and from 1 in the file.
  std::int64_t city() { return city_from(text_.number("the number of a city")); }
  std::int64_t city_from(double number) {
    if (number != std::floor(number) || number < 1 || number > static_cast<double>(out_.cities))
      text_.fail_here("city ", format_number(number), " is not a whole number from 1 to ", out_.cities);
    return static_cast<std::int64_t>(number) - 1;
  }

  void read_points(std::vector<Tsplib::Point>& points, int axes) {
    if (!points.empty()) text_.fail_here("a second ", text_.keyword());
    expect_numbers(out_.cities * (1 + axes));
    const auto n = static_cast<std::size_t>(out_.cities);
    points.assign(n, {});
    std::vector<bool> seen(n, false);
    for (std::size_t k = 0; k < n; ++k) {
      const auto index = static_cast<std::size_t>(city());
      if (seen[index]) text_.fail_here("city ", index + 1, " appears twice");
      seen[index] = true;
      for (int axis = 0; axis < axes; ++axis) points[index][static_cast<std::size_t>(axis)] = number("a coordinate");
    }
  }

  void read_display() {
    std::vector<Tsplib::Point> points;
    if (!out_.displayed.empty()) text_.fail_here("a second ", text_.keyword());
    read_points(points, 2);
    for (const Tsplib::Point& point : points) out_.displayed.push_back({point[0], point[1]});
  }

  // Pairs of cities up to −1.
  void read_fixed_edges() {
    if (out_.cities == 0) text_.fail_here("DIMENSION must come first");
    if (!out_.fixed_edges.empty()) text_.fail_here("a second ", text_.keyword());
    for (;;) {
      const double first = text_.number("the number of a city, or -1 behind the last edge");
      if (first == -1) return;
      const std::int64_t from = city_from(first), to = city();
      if (from == to) text_.fail_here("an edge from city ", from + 1, " to itself");
      out_.fixed_edges.push_back({from, to});
    }
  }

  void read_matrix() {
    if (need_type().axes != 0) text_.fail_here("EDGE_WEIGHT_SECTION in a file of type ", type_->name);
    if (!format_) text_.fail_here("EDGE_WEIGHT_FORMAT must come first");
    if (!out_.matrix.empty()) text_.fail_here("a second EDGE_WEIGHT_SECTION");
    const std::int64_t n = out_.cities;
    const Part part = format_->part;
    expect_numbers(entries(part, n));
    out_.matrix.assign(static_cast<std::size_t>(n * n), 0);
    const auto at = [&](std::int64_t i, std::int64_t j) -> double& {
      return out_.matrix[static_cast<std::size_t>(i * n + j)];
    };
    for (std::int64_t i = 0; i < n; ++i) {
      const auto [first, last] = columns(part, i, n);
      for (std::int64_t j = first; j < last; ++j) {
        const double weight = number("a weight");
        if (i == j) continue;
        if (part == Part::full && j < i && at(i, j) != weight)
          text_.fail_here("the matrix is not symmetric: ", format_number(weight), " from city ", i + 1, " to ", j + 1,
                          ", ", format_number(at(i, j)), " back");
        at(i, j) = at(j, i) = weight;
      }
    }
    if (n == 1) out_.matrix.assign(1, 0);
  }

  void finish() {
    if (out_.cities == 0) text_.fail_here("no DIMENSION");
    if (!type_) text_.fail_here("no EDGE_WEIGHT_TYPE");
    out_.weights = type_->weights;
    if (type_->axes == 0 && out_.matrix.empty()) text_.fail_here("no EDGE_WEIGHT_SECTION");
    if (type_->axes > 0 && out_.coordinates.empty()) text_.fail_here("no NODE_COORD_SECTION");
    if (!out_.displayed.empty() || type_->axes != 2) return;
    const bool geo = out_.weights == Weights::geo;
    for (const Tsplib::Point& point : out_.coordinates) out_.displayed.push_back({point[geo], point[!geo]});
  }

  TsplibText text_;
  Tsplib out_;
  const NamedWeights* type_ = nullptr;
  const NamedPart* format_ = nullptr;
};

}  // namespace

std::string_view name_of(Tsplib::Weights weights) { return entry_of(weights).name; }

double Tsplib::distance(std::int64_t i, std::int64_t j) const {
  if (i == j) return 0;
  if (weights == Weights::explicit_matrix) return matrix[static_cast<std::size_t>(i * cities + j)];
  const Point &a = coordinates[static_cast<std::size_t>(i)], &b = coordinates[static_cast<std::size_t>(j)];
  const double x = std::abs(a[0] - b[0]), y = std::abs(a[1] - b[1]), z = std::abs(a[2] - b[2]);
  const double squares = x * x + y * y + z * z;
  switch (weights) {
    case Weights::man_2d:
    case Weights::man_3d:
      return nearest(x + y + z);
    case Weights::max_2d:
    case Weights::max_3d:
      return std::max({nearest(x), nearest(y), nearest(z)});
    case Weights::ceil_2d:
      return std::ceil(std::sqrt(squares));
    case Weights::att: {
      const double pseudo = std::sqrt(squares / 10.0), rounded = nearest(pseudo);
      return rounded < pseudo ? rounded + 1 : rounded;
    }
    case Weights::geo:
      return geographic(a, b);
    default:
      return nearest(std::sqrt(squares));
  }
}

std::vector<double> Tsplib::distances() const {
  std::vector<double> out(static_cast<std::size_t>(cities * cities));
  for (std::int64_t i = 0; i < cities; ++i)
    for (std::int64_t j = 0; j < cities; ++j) out[static_cast<std::size_t>(i * cities + j)] = distance(i, j);
  return out;
}

Tsplib read_tsplib(const std::filesystem::path& path) { return Reader(path).read(); }

void write_tsplib_tour(const std::filesystem::path& path, std::string_view name, std::string_view comment,
                       std::span<const std::int64_t> tour) {
  std::string text = "NAME : " + std::string(name) + "\nCOMMENT : " + std::string(comment) +
                     "\nTYPE : TOUR\nDIMENSION : " + std::to_string(tour.size()) + "\nTOUR_SECTION\n";
  for (const std::int64_t city : tour) text += std::to_string(city + 1) + "\n";
  write_file(path, text + "-1\nEOF\n");
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
