#include <cotape/bench/table/table.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace cotape::bench {
namespace {

std::string cell_text(const Value& value) {
  const nlohmann::json json = nlohmann::json::parse(value.json());
  if (json.is_null()) return "–";
  if (!json.is_number_float()) return value.text();
  const double number = json.get<double>();
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), std::abs(number) < 1e4 ? "%.4g" : "%.0f", number);
  return text.data();
}

// Letters as a terminal counts them: bytes that begin a character of UTF-8.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

using Cells = std::vector<std::string>;

std::string line(const Cells& cells, const std::vector<std::size_t>& widths) {
  std::string text;
  for (std::size_t c = 0; c < cells.size(); ++c)
    text += "| " + cells[c] + std::string(widths[c] - width(cells[c]) + 1, ' ');
  return text + "|\n";
}

}  // namespace

std::string to_markdown(const Table& table) {
  std::vector<Cells> rows{table.columns};
  for (const auto& row : table.rows) {
    Cells& cells = rows.emplace_back();
    for (const Value& value : row) cells.push_back(cell_text(value));
  }
  std::vector<std::size_t> widths(table.columns.size(), 3);
  for (const Cells& cells : rows)
    for (std::size_t c = 0; c < cells.size(); ++c) widths[c] = std::max(widths[c], width(cells[c]));
  Cells rule;
  for (const std::size_t w : widths) rule.emplace_back(w, '-');
  std::string text = "## " + table.name + "\n\n" + table.note + "\n\n" + line(rows[0], widths) + line(rule, widths);
  for (std::size_t r = 1; r < rows.size(); ++r) text += line(rows[r], widths);
  return text + "\n";
}

std::string to_json(const std::vector<Table>& tables) {
  nlohmann::ordered_json all;
  for (const Table& table : tables) {
    nlohmann::ordered_json& rows = all[table.name] = nlohmann::ordered_json::array();
    for (const auto& row : table.rows) {
      nlohmann::ordered_json& entry = rows.emplace_back();
      for (std::size_t c = 0; c < row.size(); ++c)
        entry[table.columns[c]] = nlohmann::ordered_json::parse(row[c].json());
    }
  }
  return all.dump(1) + "\n";
}

}  // namespace cotape::bench
