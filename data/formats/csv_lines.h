#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <cotape/data/formats/input_file.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The lines of a text of comma-separated values, one at a time, cut at the commas; blanks around values, CRLF line
// ends, empty lines at the end and a byte order mark before the first are passed over. Every error is a FileError that
// names the file and the line.
class CsvLines {
 public:
  static constexpr std::uint64_t max_line = std::uint64_t{1} << 25;  // of the first
  static constexpr std::uint64_t max_text = std::uint64_t{1} << 30;  // of the others

  // Reads the first line alone; what follows is read by read_rest().
  explicit CsvLines(const std::filesystem::path& path);
  // Reads what is left, at most `limit` bytes: a compressed file of a few bytes could go on for gigabytes.
  void read_rest(std::uint64_t limit);

  bool at_end() const { return rest_.empty(); }
  // The values of the next line. They stay in the same place.
  const std::vector<std::string_view>& next();

  const std::string& name() const { return file_.name(); }
  template <class... Parts>
  [[noreturn]] void fail_here(const Parts&... parts) const {
    fail<FileError>(file_.name(), ": ", parts..., " (at line ", line_, ")");
  }

 private:
  InputFile file_;
  std::string text_;
  std::string_view rest_;
  std::vector<std::string_view> fields_;
  std::int64_t line_ = 0;
};

// Whether a value is left out: "", ?, NA, nan.
bool is_missing(std::string_view field);
// A value as messages show it.
std::string in_quotes(std::string_view field);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
