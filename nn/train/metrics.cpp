#include <cotape/engine/base/error.h>
#include <cotape/engine/base/file.h>
#include <cotape/engine/base/text.h>
#include <cotape/nn/train/metrics.h>

#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>

namespace cotape {
inline namespace COTAPE_PRECISION {

namespace {

constexpr std::uint64_t max_bytes = std::uint64_t{1} << 30;
constexpr std::size_t max_header_shown = 1000;  // bytes of the column names in a message

std::vector<std::string_view> split(std::string_view line) {
  std::vector<std::string_view> fields;
  for (std::size_t comma; (comma = line.find(',')) != line.npos; line.remove_prefix(comma + 1))
    fields.push_back(line.substr(0, comma));
  fields.push_back(line);
  return fields;
}

}  // namespace

Metrics::Metrics(std::filesystem::path path, std::vector<std::string> columns)
    : path_(std::move(path)), columns_(std::move(columns)) {
  if (columns_.empty() || columns_[0] != "epoch")
    fail<ValueError>("metrics: the first column must be epoch, not ",
                     columns_.empty() ? "missing" : shown(columns_[0]));
  for (const std::string& name : columns_)
    if (name.empty() || name.find_first_of(",\"\r\n") != name.npos)
      fail<ValueError>("metrics: column name \"", shown(name), "\" is empty or holds a comma, a quote or a line end");
}

Metrics Metrics::read(const std::filesystem::path& path) {
  const std::string bytes = read_file(path, max_bytes);
  const std::string_view text = without_byte_order_mark(bytes);
  const std::string_view header = text.substr(0, text.find('\n'));
  std::vector<std::string> columns;
  for (const std::string_view name : split(header)) columns.emplace_back(name);
  try {
    return read(path, std::move(columns));
  } catch (const ValueError& error) {  // of what the file has in place of column names
    fail<FileError>(shown_path(path), " line 1: ", error.what());
  }
}

Metrics Metrics::read(const std::filesystem::path& path, std::vector<std::string> columns) {
  Metrics metrics(path, std::move(columns));
  const std::string bytes = read_file(path, max_bytes);
  std::string_view text = without_byte_order_mark(bytes);
  std::vector<double> row;
  std::size_t line_number = 1;
  for (std::size_t end; (end = text.find('\n')) != text.npos; text.remove_prefix(end + 1), ++line_number) {
    const std::string_view line = text.substr(0, end);
    if (line_number == 1) {
      if (line != join(metrics.columns_))
        fail<FileError>(shown_path(path), ": its columns are ", shown(line, max_header_shown), ", this program writes ",
                        join(metrics.columns_));
      continue;
    }
    row.clear();
    for (const std::string_view field : split(line)) {
      const std::optional<double> number = parse_number<double>(field);
      if (!number) fail<FileError>(shown_path(path), " line ", line_number, ": \"", shown(field), "\" is no number");
      row.push_back(*number);
    }
    try {
      metrics.check_row(row);
    } catch (const ValueError& error) {
      fail<FileError>(shown_path(path), " line ", line_number, ": ", error.what());
    }
    metrics.rows_.push_back(row);
  }
  if (line_number == 1) fail<FileError>(shown_path(path), ": no line of column names");
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
  for (const std::vector<double>& row : rows_) text += line(row);
  write_file(path_, text);
}

std::uint32_t Metrics::checksum(std::size_t columns) const {
  uLong sum = crc32_z(0, nullptr, 0);
  for (const std::vector<double>& row : rows_) {
    const std::string text = line(std::span(row).first(std::min(columns, row.size())));
    sum = crc32_z(sum, reinterpret_cast<const Bytef*>(text.data()), text.size());
  }
  return static_cast<std::uint32_t>(sum);
}

std::string Metrics::line(std::span<const double> values) {
  std::string text;
  for (const double value : values) text += (text.empty() ? "" : ",") + format_number(value);
  return text + "\n";
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
