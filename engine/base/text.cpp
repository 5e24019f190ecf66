#include <cotape/engine/base/text.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <ostream>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

int byte_at(std::string_view text, std::size_t i) { return static_cast<unsigned char>(text[i]); }

// A character of UTF-8: its code and its bytes; 0 bytes when the text does not begin with one.
struct Character {
  std::uint32_t code = 0;
  std::size_t bytes = 0;
};

Character first_character(std::string_view text) {
  const int lead = byte_at(text, 0);
  if (lead < 0x80) return {static_cast<std::uint32_t>(lead), 1};
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < bytes) return {};
  auto code = static_cast<std::uint32_t>(lead) & (0x7Fu >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte_at(text, i) & 0xC0) != 0x80) return {};
    code = code << 6 | (static_cast<std::uint32_t>(byte_at(text, i)) & 0x3Fu);
  }
  constexpr std::uint32_t smallest[] = {0x80, 0x800, 0x10000};  // of two, three and four bytes
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < smallest[bytes - 2] || code > 0x10FFFF || surrogate) return {};
  return {code, bytes};
}

bool printable(std::uint32_t code) {
  const bool control = code < 0x20 || (code >= 0x7F && code < 0xA0);
  const bool line_end = code == 0x2028 || code == 0x2029;
  const bool direction = code == 0x200E || code == 0x200F || (code >= 0x202A && code <= 0x202E) ||
                         (code >= 0x2066 && code <= 0x2069) || code == 0x061C;
  return !control && !line_end && !direction;
}

// Columns are counted in characters, which in UTF-8 are not bytes.
std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string escaped(std::string_view bytes) {
  if (bytes == "\n") return "\\n";
  if (bytes == "\t") return "\\t";
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    text += {'\\', 'x', digits[byte_at(bytes, i) >> 4], digits[byte_at(bytes, i) & 15]};
  return text;
}

// Whether a decimal number that is no number of its type is too small for it, not too large: where its first digit that
// is not 0 stands, as a power of ten, is below 0.
bool too_small(std::string_view text) {
  const std::size_t exponent_mark = std::min(text.find_first_of("eE"), text.size());
  const std::string_view digits = text.substr(0, exponent_mark);
  const std::size_t first = digits.find_first_of("123456789");
  const std::size_t point = std::min(digits.find('.'), digits.size());
  double power = static_cast<double>(point) - static_cast<double>(first) - (first < point ? 1 : 0);
  if (exponent_mark == text.size()) return power < 0;
  std::string_view exponent = text.substr(exponent_mark + 1);
  const bool negative = exponent.starts_with('-');
  if (negative || exponent.starts_with('+')) exponent.remove_prefix(1);
  double size = 0;  // an exponent of any length
  for (const char digit : exponent) size = std::min(size * 10 + (digit - '0'), 1e18);
  return power + (negative ? -size : size) < 0;
}

template <class Number>
std::string shortest(Number number) {
  if (std::isnan(number)) return "nan";  // never "-nan": the sign of a NaN differs between machines
  std::array<char, 64> text{};
  // Whole numbers are written out: 100000, not 1e+05.
  const bool whole = number == std::trunc(number) && std::abs(number) < Number(1e15);
  const auto end = whole ? std::to_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed).ptr
                         : std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  return {text.data(), end};
}

}  // namespace

std::string shown(std::string_view text, std::size_t max_bytes) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const Character character = first_character(text.substr(at));
    const std::string_view bytes = text.substr(at, std::max<std::size_t>(character.bytes, 1));
    if (at + bytes.size() > max_bytes) return out + "…";
    if (character.bytes > 0 && printable(character.code))
      out += bytes;
    else
      out += escaped(bytes);
    at += bytes.size();
  }
  return out;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t bytes = first_character(text).bytes;
    if (bytes == 0) return false;
    text.remove_prefix(bytes);
  }
  return true;
}

std::string padded(std::string_view text, std::size_t width) {
  const std::size_t length = characters(text);
  return std::string(text) + std::string(width > length ? width - length : 1, ' ');
}

void write_table(std::ostream& out, const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const std::vector<std::string>& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], characters(row[c]) + 2);
  }
  for (const std::vector<std::string>& row : rows) {
    for (std::size_t c = 0; c + 1 < row.size(); ++c) out << padded(row[c], widths[c]);
    out << (row.empty() ? "" : row.back()) << '\n';
  }
}

template <class T>
std::optional<T> parse_number(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  T value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || error == std::errc::invalid_argument) return std::nullopt;
  if (error == std::errc()) return value;
  const bool negative = text.starts_with('-');
  const T size = too_small(negative ? text.substr(1) : text) ? T(0) : std::numeric_limits<T>::infinity();
  return negative ? -size : size;
}

template std::optional<float> parse_number(std::string_view);
template std::optional<double> parse_number(std::string_view);

std::string format_number(double number) { return shortest(number); }

std::string format_number(float number) { return shortest(number); }

std::string_view without_byte_order_mark(std::string_view text) {
  return text.starts_with(byte_order_mark) ? text.substr(byte_order_mark.size()) : text;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
