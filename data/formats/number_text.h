#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <cotape/data/formats/input_file.h>
#include <cotape/engine/base/error.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// A file that holds numbers alone, parted by blanks and line ends in any way; plain or gzipped. A byte order mark in
// front is skipped. Every error is a FileError that names the file and the line.
class NumberText {
 public:
  explicit NumberText(InputFile& file);

  // Whether nothing but blanks follows.
  bool at_end();
  // What follows up to the next blank.
  std::string_view word() const;
  // A finite number; `what` says in errors what it was to be.
  double next(std::string_view what);
  // A whole number from 1 to `most`.
  std::int64_t next_size(std::string_view what, std::int64_t most);
  std::size_t bytes_left() const { return text_.size() - at_; }

  template <class... Parts>
  [[noreturn]] void fail_here(const Parts&... parts) const {
    fail<FileError>(name_, ": ", parts..., " (line ", line_, ")");
  }

 private:
  std::string name_, text_;
  std::size_t at_ = 0;
  std::int64_t line_ = 1;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
