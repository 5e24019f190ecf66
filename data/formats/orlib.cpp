#include <cotape/data/formats/input_file.h>
#include <cotape/data/formats/orlib.h>
#include <cotape/engine/base/text.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr std::uint64_t max_bytes = std::uint64_t{1} << 30;
constexpr std::int64_t max_size = 20000;
constexpr std::string_view blanks = " \t\r\v\f\n";

// The numbers of a text, one after the other.
class Numbers {
 public:
  explicit Numbers(InputFile& file) : name_(file.name()), text_(file.read_rest(max_bytes)) {
    file.expect_end();
    at_ = text_.size() - without_byte_order_mark(text_).size();
  }

  bool at_end() {
    const std::size_t next = std::min(text_.find_first_not_of(blanks, at_), text_.size());
    line_ += std::count(text_.begin() + static_cast<std::ptrdiff_t>(at_),
                        text_.begin() + static_cast<std::ptrdiff_t>(next), '\n');
    at_ = next;
    return at_ == text_.size();
  }
  std::string_view word() const { return std::string_view(text_).substr(at_, text_.find_first_of(blanks, at_) - at_); }
  // A finite number; `what` says in errors what it was to be.
  double next(std::string_view what) {
    if (at_end()) fail_here("the file ends where ", what, " should be");
    const std::optional<double> number = parse_number<double>(word());
    if (!number || !std::isfinite(*number)) fail_here("\"", shown(word()), "\" is not ", what);
    at_ += word().size();
    return *number;
  }
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

}  // namespace

OrlibAssignment read_orlib_assignment(const std::filesystem::path& path) {
  InputFile file(path);
  Numbers numbers(file);
  OrlibAssignment out;
  const double n = numbers.next("the number of rows");
  if (n != std::floor(n) || n < 1 || n > static_cast<double>(max_size))
    numbers.fail_here("the number of rows ", format_number(n), " is not a whole number from 1 to ", max_size);
  out.n = static_cast<std::int64_t>(n);
  // A number and what parts it from the next are two bytes.
  if (static_cast<std::uint64_t>(out.n * out.n) > numbers.bytes_left() / 2 + 1)
    numbers.fail_here(out.n, " rows need ", out.n * out.n, " costs, but only ", numbers.bytes_left(), " bytes follow");
  out.costs.reserve(static_cast<std::size_t>(out.n * out.n));
  for (std::int64_t k = 0; k < out.n * out.n; ++k) out.costs.push_back(numbers.next("a cost"));
  if (!numbers.at_end()) numbers.fail_here("\"", shown(numbers.word()), "\" behind the last of the costs");
  return out;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
