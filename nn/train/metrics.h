#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <cotape/nn/train/value.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The table behind metrics.csv: named columns, the first of which is "epoch", and one row of numbers an epoch. Columns
// of time ("seconds") come last, so that the rest of two runs can be compared. The file is always whole: each change
// replaces it.
class Metrics {
 public:
  // An empty table. Nothing is written before save() or append().
  Metrics(std::filesystem::path path, std::vector<std::string> columns);
  // Reads the file. Throws FileError, naming file and line, when it is missing, its columns are not `columns`, or a
  // line is not a row of numbers. A last line without its end, as a crash leaves it, is not a row. Files of more than
  // 1 GiB are refused.
  static Metrics read(const std::filesystem::path& path, std::vector<std::string> columns);
  // The same for whatever columns the file has.
  static Metrics read(const std::filesystem::path& path);

  // Adds a row and writes the file. Throws ValueError when the number of values or the epoch is wrong (they increase).
  void append(const std::vector<double>& row);
  // Drops the rows of later epochs; the file is written by save().
  void drop_after(std::int64_t epoch);
  void save() const;

  const std::vector<std::string>& columns() const { return columns_; }
  const std::vector<std::vector<double>>& rows() const { return rows_; }
  // The values of one column, for charts. Throws ValueError when there is none of that name.
  std::vector<double> column(const std::string& name) const;
  // A column's value in the last row. Throws ValueError when there is no row or no such column.
  double last(const std::string& name) const;
  // These columns' names and values in the last row, for summaries. Throws as last(name) does.
  Record last_row(const std::vector<std::string>& names) const;
  // The CRC-32 of the rows as the file has them, of each its first `columns` columns: whether they have been changed.
  std::uint32_t checksum(std::size_t columns) const;
  // The epoch of the last row; 0 when there is none.
  std::int64_t last_epoch() const { return rows_.empty() ? 0 : static_cast<std::int64_t>(rows_.back()[0]); }

 private:
  std::size_t place_of(const std::string& name) const;
  static std::string line(std::span<const double> values);
  void check_row(const std::vector<double>& row) const;

  std::filesystem::path path_;
  std::vector<std::string> columns_;
  std::vector<std::vector<double>> rows_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
