#include <cotape/engine/base/error.h>
#include <cotape/engine/base/file.h>
#include <cotape/nn/train/metrics.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

namespace cotape {
inline namespace COTAPE_PRECISION {

namespace {

std::vector<std::string_view> split(std::string_view line) {
  std::vector<std::string_view> fields;
  for (std::size_t comma; (comma = line.find(',')) != line.npos; line.remove_prefix(comma + 1))
    fields.push_back(line.substr(0, comma));
  fields.push_back(line);
  return fields;
}

bool parse(std::string_view field, double& number) {
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), number);
  return error == std::errc() && end == field.data() + field.size();
}

}  // namespace

Metrics::Metrics(std::filesystem::path path, std::vector<std::string> columns)
    : path_(std::move(path)), columns_(std::move(columns)) {
  if (columns_.empty() || columns_[0] != "epoch")
    fail<ValueError>("metrics: the first column must be epoch, not ", columns_.empty() ? "missing" : columns_[0]);
  for (const std::string& name : columns_)
    if (name.empty() || name.find_first_of(",\"\r\n") != name.npos)
      fail<ValueError>("metrics: column name \"", name, "\" is empty or holds a comma, a quote or a line end");
}

Metrics Metrics::read(const std::filesystem::path& path) {
  const std::string bytes = read_file(path);
  const std::string_view header = std::string_view(bytes).substr(0, bytes.find('\n'));
  std::vector<std::string> columns;
  for (const std::string_view name : split(header)) columns.emplace_back(name);
  try {
    return read(path, std::move(columns));
  } catch (const ValueError& error) {  // of the columns' names
    fail<FileError>(path.string(), " line 1: ", error.what());
  }
}

Metrics Metrics::read(const std::filesystem::path& path, std::vector<std::string> columns) {
  Metrics metrics(path, std::move(columns));
  const std::string bytes = read_file(path);
  std::string_view text = bytes;
  std::vector<double> row;
  std::size_t line_number = 1;
  for (std::size_t end; (end = text.find('\n')) != text.npos; text.remove_prefix(end + 1), ++line_number) {
    const std::string_view line = text.substr(0, end);
    if (line_number == 1) {
      if (line != join(metrics.columns_))
        fail<FileError>(path.string(), ": its columns are ", line, ", this program writes ", join(metrics.columns_));
      continue;
    }
    row.clear();
    for (const std::string_view field : split(line)) {
      double number = 0;
      if (!parse(field, number))
        fail<FileError>(path.string(), " line ", line_number, ": \"", field, "\" is no number");
      row.push_back(number);
    }
    try {
      metrics.check_row(row);
    } catch (const ValueError& error) {
      fail<FileError>(path.string(), " line ", line_number, ": ", error.what());
    }
    metrics.rows_.push_back(row);
  }
  if (line_number == 1) fail<FileError>(path.string(), ": no line of column names");
  return metrics;
}

void Metrics::append(const std::vector<double>& row) {
  check_row(row);
  rows_.push_back(row);
  save();
}

void Metrics::drop_after(std::int64_t epoch) {
  const auto later = [epoch](const std::vector<double>& row) { return row[0] > static_cast<double>(epoch); };
  rows_.erase(std::find_if(rows_.begin(), rows_.end(), later), rows_.end());
}

void Metrics::save() const {
  std::string text = join(columns_) + "\n";
  for (const std::vector<double>& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) text += (i ? "," : "") + format_number(row[i]);
    text += "\n";
  }
  write_file(path_, text);
}

std::vector<double> Metrics::column(const std::string& name) const {
  const std::size_t place = place_of(name);
  std::vector<double> values;
  for (const std::vector<double>& row : rows_) values.push_back(row[place]);
  return values;
}

double Metrics::last(const std::string& name) const {
  if (rows_.empty()) fail<ValueError>("metrics: no row yet to read ", name, " from");
  return rows_.back()[place_of(name)];
}

Record Metrics::last_row(const std::vector<std::string>& names) const {
  Record record;
  for (const std::string& name : names) record.emplace_back(name, last(name));
  return record;
}

std::size_t Metrics::place_of(const std::string& name) const {
  const auto found = std::find(columns_.begin(), columns_.end(), name);
  if (found == columns_.end()) fail<ValueError>("metrics: no column ", name, " in ", join(columns_));
  return static_cast<std::size_t>(found - columns_.begin());
}

void Metrics::check_row(const std::vector<double>& row) const {
  if (row.size() != columns_.size())
    fail<ValueError>("metrics: ", row.size(), " values for ", columns_.size(), " columns");
  const double epoch = row[0];
  if (!(epoch >= 0 && epoch < 1e15) || epoch != std::trunc(epoch))
    fail<ValueError>("metrics: epoch ", format_number(epoch), " is not a whole number");
  if (!rows_.empty() && epoch <= rows_.back()[0])
    fail<ValueError>("metrics: epoch ", format_number(epoch), " after epoch ", format_number(rows_.back()[0]));
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
