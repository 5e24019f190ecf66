#include <cotape/apps/common/report/aligned.h>

#include <algorithm>
#include <utility>

namespace cotape::app {
namespace {

// How many characters a text has; those of several bytes count once.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

std::vector<std::string> aligned_lines(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::string> lines;
  if (rows.empty()) return lines;
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i)
      line += (i > 0 ? "  " : "") + row[i] + (i + 1 < row.size() ? std::string(widths[i] - width(row[i]), ' ') : "");
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace cotape::app
