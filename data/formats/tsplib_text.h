#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include <cotape/engine/base/error.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The text of a TSPLIB file: lines "KEYWORD : value" and, after some keywords, numbers that may be broken into lines in
// any way; a byte order mark in front is skipped. Every error is a FileError that names the file and the line. Other
// formats that are words and numbers are read with it too.
class TsplibText {
 public:
  explicit TsplibText(const std::filesystem::path& path);

  // Goes to the next line that is not blank, or to what number() has left of the present one; false at the end.
  bool next_line();
  // Of that line: the text before the colon and the text behind it, without blanks around them. Errors
  // show them by shown().
  const std::string& keyword() const { return keyword_; }
  const std::string& value() const { return value_; }
  std::string first_word() const;

  // The next number on this line or a later one, which is finite; `what` names it in errors.
  double number(std::string_view what);

  // The next word on this line or a later one; `what` names it in errors.
  std::string_view word(std::string_view what);
  // Passes over what is left of this line.
  void skip_line();
  // Whether nothing but blanks follows.
  bool at_end();

  std::uint64_t bytes_left() const { return text_.size() - at_; }

  template <class... Parts>
  [[noreturn]] void fail_here(const Parts&... parts) const {
    fail<FileError>(name_, ": ", parts..., " (line ", line_, ")");
  }

 private:
  void skip_blanks();

  std::string name_;
  std::string text_;
  std::size_t at_ = 0;
  std::int64_t line_ = 1;
  std::string keyword_, value_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
