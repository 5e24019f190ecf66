#include <cotape/engine/base/error.h>
#include <cotape/engine/base/file.h>
#include <cotape/engine/base/text.h>
#include <cotape/nn/train/json_text.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

using Json = nlohmann::json;

// What the parser cannot be asked: NUL bytes, which it takes for the end, and depth. Strings are skipped.
std::optional<JsonFault> find_outer_fault(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '\0') return JsonFault{at, "has a NUL byte"};
    if (c == '"') in_string = !in_string;
    if (in_string && c == '\\') ++at;
    if (in_string) continue;
    if ((c == '{' || c == '[') && ++depth > max_json_depth)
      return JsonFault{at, "is nested deeper than " + std::to_string(max_json_depth) + " levels"};
    if (c == '}' || c == ']') --depth;
  }
  return {};
}

// Hears what the parser finds, keeps the keys of the objects that are open, and builds nothing.
class FaultFinder final : public nlohmann::json_sax<Json> {
 public:
  std::optional<JsonFault> fault;

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(Json::number_integer_t) override { return true; }
  bool number_unsigned(Json::number_unsigned_t) override { return true; }
  bool number_float(Json::number_float_t, const std::string&) override { return true; }
  bool string(std::string&) override { return true; }
  bool binary(Json::binary_t&) override { return true; }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool start_object(std::size_t) override {
    keys_.emplace_back();
    return true;
  }
  bool end_object() override {
    keys_.pop_back();
    return true;
  }
  bool key(std::string& name) override {
    if (keys_.back().insert(name).second) return true;
    fault = JsonFault{0, "has two entries \"" + shown(name) + "\""};
    return false;
  }
  bool parse_error(std::size_t position, const std::string&, const Json::exception& error) override {
    constexpr int out_of_range = 406;  // the parser's own number of this error, which has no position
    if (error.id == out_of_range)
      fault = JsonFault{0, "has a number that is out of range"};
    else
      fault = JsonFault{std::max<std::size_t>(position, 1) - 1, "is not valid JSON"};
    return false;
  }

 private:
  std::vector<std::set<std::string>> keys_;
};

}  // namespace

std::optional<JsonFault> find_json_fault(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos || text[first] != '{') return JsonFault{0, "does not begin with '{'"};
  if (const auto fault = find_outer_fault(text)) return fault;
  FaultFinder finder;
  Json::sax_parse(text, &finder);
  return finder.fault;
}

std::string read_json_object(const std::filesystem::path& path) {
  const std::string bytes = read_file(path, max_json_bytes);
  const std::string_view text = without_byte_order_mark(bytes);
  if (const auto fault = find_json_fault(text))
    fail<FileError>(shown_path(path), ": not a JSON object: it ", fault->what, " (at byte ",
                    fault->byte + bytes.size() - text.size(), ")");
  return std::string(text);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
