#pragma once
#include <cstddef>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Text that comes from a file, as a message may show it: short, on one line, and harmless to a terminal. Control
// characters, marks that change the direction of writing and bytes that are no UTF-8 become \n, \t or \xHH; what is
// longer than `max_bytes` bytes is cut before a whole character and ends with "…". Every message shows foreign text so.
std::string shown(std::string_view text, std::size_t max_bytes = 60);

// Whether all of the text is UTF-8.
bool is_utf8(std::string_view text);

// The text with spaces behind it, at least one, up to `width` characters: a column of a table.
std::string padded(std::string_view text, std::size_t width);
// Rows of as many texts each, as columns that are as wide as their widest text and two spaces more.
void write_table(std::ostream& out, const std::vector<std::vector<std::string>>& rows);

// The number that the whole text is: decimal digits with or without point, sign and exponent; "inf" or "nan". What lies
// between two numbers is rounded to the nearer, so 1e-400 is 0 and 1e400 infinite. Nothing for any other text.
// T: float or double.
template <class T>
std::optional<T> parse_number(std::string_view text);

// The shortest text that reads back as the same number ("0.1", "12", "1.5e-07"): the same bytes on every machine.
// "nan", "inf" and "-inf" for what is not finite.
std::string format_number(double number);
// A float by its own shortest text: 0.1F is "0.1".
std::string format_number(float number);

// The text behind the byte order mark with which some editors begin a UTF-8 file; all of it when there is none.
std::string_view without_byte_order_mark(std::string_view text);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
