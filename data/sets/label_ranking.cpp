#include <cotape/data/formats/csv_lines.h>
#include <cotape/data/sets/label_ranking.h>
#include <cotape/engine/base/file.h>
#include <cotape/engine/base/text.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr std::int64_t max_columns = 1 << 20;
constexpr std::uint64_t max_field_bytes = 64;

bool parse(std::string_view field, std::int64_t& number) {
  if (field.starts_with('+')) field.remove_prefix(1);
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), number);
  return error == std::errc() && end == field.data() + field.size();
}

// How much text there is to read: what each of the rows' numbers may take, blanks included.
std::uint64_t rows_bytes(std::int64_t rows, std::size_t columns) {
  const std::uint64_t row_bytes = columns * max_field_bytes, max_rows = CsvLines::max_text / row_bytes;
  return static_cast<std::uint64_t>(rows) < max_rows ? (static_cast<std::uint64_t>(rows) + 1) * row_bytes
                                                     : CsvLines::max_text;
}

std::int64_t read_count(const CsvLines& lines, std::string_view field, const char* what, std::int64_t min,
                        std::int64_t max) {
  std::int64_t count = 0;
  if (!parse(field, count) || count < min || count > max)
    lines.fail_here("the number of ", what, " is ", in_quotes(field), ", not a whole number from ", min, " to ", max);
  return count;
}

real read_value(const CsvLines& lines, std::string_view field, const std::string& name) {
  if (is_missing(field)) lines.fail_here("the value of ", shown(name), " is missing");
  const std::optional<real> value = parse_number<real>(field);
  if (!value) lines.fail_here("the value of ", shown(name), " is ", in_quotes(field), ", not a number");
  if (!std::isfinite(*value))
    lines.fail_here("the value of ", shown(name), " is ", in_quotes(field), ", not a finite number");
  return *value;
}

// `owners`, one a rank, is the caller's memory for which label has it.
void read_ranks(const CsvLines& lines, std::span<const std::string_view> fields, const std::vector<std::string>& names,
                std::vector<std::size_t>& owners, real* out) {
  const std::size_t count = names.size();
  owners.assign(count, count);
  for (std::size_t i = 0; i < count; ++i) {
    std::int64_t rank = 0;
    if (is_missing(fields[i])) lines.fail_here("the rank of ", shown(names[i]), " is missing");
    if (!parse(fields[i], rank) || rank < 1 || rank > static_cast<std::int64_t>(count))
      lines.fail_here("the rank of ", shown(names[i]), " is ", in_quotes(fields[i]), ", not a whole number from 1 to ",
                      count);
    std::size_t& owner = owners[static_cast<std::size_t>(rank - 1)];
    if (owner != count)
      lines.fail_here("the ranks are not a permutation: ", shown(names[owner]), " and ", shown(names[i]),
                      " both have rank ", rank);
    owner = i;
    out[i] = static_cast<real>(rank);
  }
}

}  // namespace

LabelRanking read_label_ranking(const std::filesystem::path& path) {
  CsvLines lines(path);
  const std::vector<std::string_view>& fields = lines.next();
  if (fields.size() < 3) lines.fail_here("the first line must be n,features,labels,names…, not ", in_quotes(fields[0]));
  const std::int64_t rows = read_count(lines, fields[0], "examples", 1, max_file_bytes);
  const std::int64_t features = read_count(lines, fields[1], "features", 1, max_columns);
  const std::int64_t labels = read_count(lines, fields[2], "labels", 2, max_columns);
  const auto columns = static_cast<std::size_t>(features + labels);
  if (fields.size() != 3 + columns)
    lines.fail_here(fields.size() - 3, " names for ", features, " features and ", labels, " labels");

  LabelRanking table;
  const auto first_label = fields.begin() + 3 + features;
  table.feature_names.assign(fields.begin() + 3, first_label);
  table.label_names.assign(first_label, fields.end());
  lines.read_rest(rows_bytes(rows, columns));
  std::vector<real> values, ranks(static_cast<std::size_t>(labels)), all_ranks;
  std::vector<std::size_t> owners;
  for (std::int64_t row = 0; row < rows; ++row) {
    const bool ended = lines.at_end();
    lines.next();
    if (ended) lines.fail_here("the file ends after ", row, " of ", rows, " examples");
    if (fields.size() != columns)
      lines.fail_here(fields.size(), " values for ", features, " features and ", labels, " labels");
    for (std::size_t i = 0; i < table.feature_names.size(); ++i)
      values.push_back(read_value(lines, fields[i], table.feature_names[i]));
    read_ranks(lines, std::span(fields).subspan(table.feature_names.size()), table.label_names, owners, ranks.data());
    all_ranks.insert(all_ranks.end(), ranks.begin(), ranks.end());
  }
  if (!lines.at_end()) {
    lines.next();
    lines.fail_here("more lines than the ", rows, " examples of the first line");
  }
  table.features = Tensor(Shape{rows, features}, values);
  table.ranks = Tensor(Shape{rows, labels}, all_ranks);
  return table;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
