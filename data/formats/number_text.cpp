#include <cotape/data/formats/number_text.h>
#include <cotape/engine/base/text.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr std::uint64_t max_bytes = std::uint64_t{1} << 30;
constexpr std::string_view blanks = " \t\r\v\f\n";

}  // namespace

NumberText::NumberText(InputFile& file) : name_(file.name()), text_(file.read_rest(max_bytes)) {
  file.expect_end();
  at_ = text_.size() - without_byte_order_mark(text_).size();
}

bool NumberText::at_end() {
  const std::size_t next = std::min(text_.find_first_not_of(blanks, at_), text_.size());
  line_ += std::count(text_.begin() + static_cast<std::ptrdiff_t>(at_),
                      text_.begin() + static_cast<std::ptrdiff_t>(next), '\n');
  at_ = next;
  return at_ == text_.size();
}

std::string_view NumberText::word() const {
  return std::string_view(text_).substr(at_, text_.find_first_of(blanks, at_) - at_);
}

double NumberText::next(std::string_view what) {
  if (at_end()) fail_here("the file ends where ", what, " should be");
  const std::optional<double> number = parse_number<double>(word());
  if (!number || !std::isfinite(*number)) fail_here("\"", shown(word()), "\" is not ", what);
  at_ += word().size();
  return *number;
}

std::int64_t NumberText::next_size(std::string_view what, std::int64_t most) {
  const double size = next(what);
  if (size != std::floor(size) || size < 1 || size > static_cast<double>(most))
    fail_here(what, " ", format_number(size), " is not a whole number from 1 to ", most);
  return static_cast<std::int64_t>(size);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
