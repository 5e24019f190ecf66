#include <cotape/data/formats/csv_lines.h>
#include <cotape/engine/base/text.h>

#include <algorithm>
#include <array>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r";
  const std::size_t begin = text.find_first_not_of(blanks);
  return begin == text.npos ? "" : text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

}  // namespace

CsvLines::CsvLines(const std::filesystem::path& path) : file_(path), text_(file_.read_line(max_line)) {
  rest_ = without_byte_order_mark(text_);
}

void CsvLines::read_rest(std::uint64_t limit) {
  text_ = file_.read_rest(std::min(limit, max_text));
  rest_ = text_;
  while (rest_.ends_with('\n') || rest_.ends_with('\r')) rest_.remove_suffix(1);
}

const std::vector<std::string_view>& CsvLines::next() {
  ++line_;
  const std::size_t end = std::min(rest_.find('\n'), rest_.size());
  std::string_view line = rest_.substr(0, end);
  rest_.remove_prefix(std::min(end + 1, rest_.size()));
  fields_.clear();
  for (std::size_t comma; (comma = line.find(',')) != line.npos; line.remove_prefix(comma + 1))
    fields_.push_back(trimmed(line.substr(0, comma)));
  fields_.push_back(trimmed(line));
  return fields_;
}

bool is_missing(std::string_view field) {
  constexpr std::array<std::string_view, 6> marks = {"", "?", "NA", "nan", "NaN", "NAN"};
  return std::find(marks.begin(), marks.end(), field) != marks.end();
}

std::string in_quotes(std::string_view field) { return '"' + shown(field) + '"'; }

}  // namespace COTAPE_PRECISION
}  // namespace cotape
