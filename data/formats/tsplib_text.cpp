#include <cotape/data/formats/tsplib_text.h>
#include <cotape/engine/base/file.h>
#include <cotape/engine/base/text.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr std::uint64_t max_bytes = std::uint64_t{1} << 30;
constexpr std::string_view blanks = " \t\r\v\f";

std::string trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == text.npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(blanks) - first + 1));
}

}  // namespace

TsplibText::TsplibText(const std::filesystem::path& path) : name_(shown_path(path)), text_(read_file(path, max_bytes)) {
  at_ = text_.size() - without_byte_order_mark(text_).size();
}

void TsplibText::skip_blanks() {
  for (; at_ < text_.size() && (text_[at_] == '\n' || blanks.find(text_[at_]) != blanks.npos); ++at_)
    line_ += text_[at_] == '\n';
}

bool TsplibText::next_line() {
  skip_blanks();
  if (at_ == text_.size()) return false;
  const std::size_t end = std::min(text_.find('\n', at_), text_.size());
  const std::string_view line(text_.data() + at_, end - at_);
  at_ = end;
  const std::size_t colon = line.find(':');
  keyword_ = trimmed(line.substr(0, colon));
  value_ = colon == line.npos ? "" : trimmed(line.substr(colon + 1));
  return true;
}

std::string TsplibText::first_word() const { return value_.substr(0, value_.find_first_of(blanks)); }

std::string_view TsplibText::word(std::string_view what) {
  if (at_end()) fail_here("the file ends where ", what, " should be");
  const std::size_t begin = at_;
  at_ = std::min(text_.find_first_of(" \t\r\v\f\n", at_), text_.size());
  return std::string_view(text_).substr(begin, at_ - begin);
}

double TsplibText::number(std::string_view what) {
  const std::string_view text = word(what);
  const std::optional<double> value = parse_number<double>(text);
  if (!value || !std::isfinite(*value)) fail_here("\"", shown(text), "\" is not ", what);
  return *value;
}

void TsplibText::skip_line() { at_ = std::min(text_.find('\n', at_), text_.size()); }

bool TsplibText::at_end() {
  skip_blanks();
  return at_ == text_.size();
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
