#include <cotape/data/formats/csv.h>
#include <cotape/data/formats/csv_lines.h>
#include <cotape/data/formats/npy.h>
#include <cotape/engine/base/file.h>
#include <cotape/engine/base/text.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <type_traits>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr std::size_t max_columns = 1 << 20;

real read_value(const CsvLines& lines, std::string_view field, std::size_t column) {
  if (is_missing(field)) lines.fail_here("value ", column + 1, " is missing");
  const std::optional<real> value = parse_number<real>(field);
  if (!value) lines.fail_here("value ", column + 1, " is ", in_quotes(field), ", not a number");
  if (!std::isfinite(*value)) lines.fail_here("value ", column + 1, " is ", in_quotes(field), ", not a finite number");
  return *value;
}

bool is_npy(const std::filesystem::path& path) { return InputFile(path).read_up_to(6) == "\x93NUMPY"; }

}  // namespace

CsvTable read_csv(const std::filesystem::path& path) {
  CsvLines lines(path);
  if (lines.at_end()) fail<FileError>(lines.name(), ": the file is empty");
  const std::vector<std::string_view>& fields = lines.next();
  const std::size_t columns = fields.size();
  if (columns > max_columns) lines.fail_here(columns, " values; at most ", max_columns, " are taken");
  CsvTable table;
  std::vector<real> values;
  const auto is_name = [](std::string_view field) { return !is_missing(field) && !parse_number<real>(field); };
  if (std::any_of(fields.begin(), fields.end(), is_name))
    table.names.assign(fields.begin(), fields.end());
  else
    for (std::size_t i = 0; i < columns; ++i) values.push_back(read_value(lines, fields[i], i));
  lines.read_rest(CsvLines::max_text);
  while (!lines.at_end()) {
    lines.next();
    if (fields.size() != columns) lines.fail_here(fields.size(), " values, not ", columns, " as in the first line");
    for (std::size_t i = 0; i < columns; ++i) values.push_back(read_value(lines, fields[i], i));
  }
  if (values.empty()) lines.fail_here("the file ends behind its names");
  table.values = Tensor(
      Shape{std::ssize(values) / static_cast<std::int64_t>(columns), static_cast<std::int64_t>(columns)}, values);
  return table;
}

Tensor read_table(const std::filesystem::path& path) {
  if (!is_npy(path)) return read_csv(path).values;
  const NpyArray array = read_npy(path);
  Tensor table(array.shape);
  std::visit(
      [&](const auto& values) {
        for (std::size_t i = 0; i < values.size(); ++i) {
          if constexpr (std::is_same_v<std::decay_t<decltype(values)>, std::vector<Half>>)
            table[i] = static_cast<real>(static_cast<float>(values[i]));
          else
            table[i] = static_cast<real>(values[i]);
        }
      },
      array.values);
  for (std::int64_t i = 0; i < table.size(); ++i)
    if (!std::isfinite(table[i])) fail<FileError>(shown_path(path), ": the number at index ", i, " is not finite");
  return table;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
