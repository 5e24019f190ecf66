#include <cotape/data/sets/capitals.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/file.h>
#include <cotape/engine/base/text.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <set>

namespace cotape {
inline namespace COTAPE_PRECISION {

// data/capitals.csv, made into a string by the build.
std::string_view capitals_table();

namespace {

constexpr std::string_view header = "iso2,country,capital,lat,lon,un_member";
constexpr std::size_t columns = 6;
constexpr std::uint64_t max_bytes = 1 << 24;

// The lines of a table, which errors name.
class Table {
 public:
  Table(std::string_view text, std::string_view name) : name_(name), rest_(without_byte_order_mark(text)) {}

  // Goes to the next line that is neither empty nor a comment; false when there is none.
  bool next() {
    while (!rest_.empty()) {
      ++number_;
      const std::size_t end = std::min(rest_.find('\n'), rest_.size());
      line_ = rest_.substr(0, end);
      rest_.remove_prefix(std::min(end + 1, rest_.size()));
      if (line_.ends_with('\r')) line_.remove_suffix(1);
      if (!line_.empty() && line_[0] != '#') return true;
    }
    return false;
  }

  std::string_view line() const { return line_; }

  // The line's fields, without quotes.
  std::vector<std::string> fields() const {
    std::vector<std::string> fields(1);
    bool quoted = false;
    for (std::size_t i = 0; i < line_.size(); ++i) {
      const char c = line_[i];
      if (c == '"' && quoted && line_.substr(i + 1).starts_with('"'))
        fields.back() += line_[++i];
      else if (c == '"')
        quoted = !quoted;
      else if (c == ',' && !quoted)
        fields.emplace_back();
      else
        fields.back() += c;
    }
    if (quoted) fail_here("a quote does not end");
    if (fields.size() != columns) fail_here(fields.size(), " fields, not ", columns);
    return fields;
  }

  template <class... Parts>
  [[noreturn]] void fail_here(const Parts&... parts) const {
    fail<FileError>(name_, ": ", parts..., " (at line ", number_, ")");
  }

 private:
  std::string_view name_;
  std::string_view rest_;
  std::string_view line_;
  std::int64_t number_ = 0;
};

bool is_code(std::string_view text) {
  return text.size() == 2 && std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

double degrees(const Table& table, std::string_view text, const char* what, double limit) {
  const std::optional<double> value = parse_number<double>(text);
  if (!value || !(std::abs(*value) <= limit))
    table.fail_here(what, " \"", shown(text), "\" is no number from -", limit, " to ", limit);
  return *value;
}

}  // namespace

std::vector<Capital> parse_capitals(std::string_view text, std::string_view name) {
  Table table(text, name);
  if (!table.next()) fail<FileError>(name, ": no line ", header);
  if (table.line() != header) table.fail_here("not the line ", header);
  std::vector<Capital> capitals;
  std::set<std::string> codes;
  while (table.next()) {
    const std::vector<std::string> fields = table.fields();
    const auto& [code, country, city] = std::tie(fields[0], fields[1], fields[2]);
    if (!is_code(code)) table.fail_here("\"", shown(code), "\" is no country code of two capital letters");
    if (!codes.insert(code).second) table.fail_here(code, " comes a second time");
    if (country.empty() || city.empty()) table.fail_here("a name of ", code, " is empty");
    if (fields[5] != "0" && fields[5] != "1")
      table.fail_here("un_member \"", shown(fields[5]), "\" is neither 0 nor 1");
    capitals.push_back({.code = code,
                        .country = country,
                        .name = city,
                        .latitude = degrees(table, fields[3], "latitude", 90),
                        .longitude = degrees(table, fields[4], "longitude", 180),
                        .un_member = fields[5] == "1"});
  }
  return capitals;
}

std::vector<Capital> read_capitals(const std::filesystem::path& path) {
  return parse_capitals(read_file(path, max_bytes), shown_path(path));
}

std::vector<Capital> capitals_of_the_world() { return parse_capitals(capitals_table(), "capitals.csv"); }

const Capital& find_capital(const std::vector<Capital>& capitals, std::string_view code) {
  const auto at = std::find_if(capitals.begin(), capitals.end(), [&](const Capital& c) { return c.code == code; });
  if (at == capitals.end()) fail<ValueError>("no country with the code \"", shown(code), "\"");
  return *at;
}

SpherePoint position_of(const Capital& capital) {
  const double latitude = capital.latitude * std::numbers::pi / 180;
  const double longitude = capital.longitude * std::numbers::pi / 180;
  return {std::cos(latitude) * std::cos(longitude), std::cos(latitude) * std::sin(longitude), std::sin(latitude)};
}

double kilometres_between(const SpherePoint& a, const SpherePoint& b) {
  const double chord = std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
  return 2 * earth_radius_km * std::asin(std::min(1.0, chord / 2));
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
