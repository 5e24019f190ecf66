#pragma once
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <cotape/engine/base/real.h>
#include <cotape/engine/base/text.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// At most five significant digits: "98.765", "1.2346e+07".
std::string short_number(double number);
// "0.9637 ± 0.0045": the deviation with two significant digits, the mean with as many decimals.
std::string with_deviation(double mean, double deviation);

// A setting or a result: truth, whole number, real number or text.
class Value {
 public:
  template <std::same_as<bool> T>
  Value(T value) : data_(value) {}  // NOLINT: implicit, so that records read like tables
  template <std::integral T>
  requires(!std::same_as<T, bool>) Value(T value)  // NOLINT
      : Value(static_cast<std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>>(value), Whole{}) {}
  Value(double value) : data_(value) {}  // NOLINT
  // The real number that the float's shortest text names.
  Value(float value);                                           // NOLINT
  Value(std::string value) : data_(std::move(value)) {}         // NOLINT
  Value(std::string_view value) : data_(std::string(value)) {}  // NOLINT
  Value(const char* value) : data_(std::string(value)) {}       // NOLINT

  // As people read it: yes/no, the number, the text.
  std::string text() const;
  // The same, real numbers to five significant digits.
  std::string short_text() const;
  // As JSON; null for a number that is not finite.
  std::string json() const;

 private:
  struct Whole {};
  Value(std::int64_t value, Whole) : data_(value) {}
  Value(std::uint64_t value, Whole) : data_(value) {}

  std::variant<bool, std::int64_t, std::uint64_t, double, std::string> data_;
};

// Values with commas between: "1,2,5".
template <class T>
std::string join(const std::vector<T>& values) {
  std::string text;
  for (const T& value : values) text += (text.empty() ? "" : ",") + Value(value).text();
  return text;
}

// Names and values in the order they are shown and written.
using Record = std::vector<std::pair<std::string, Value>>;

// A JSON object, one entry a line, ending with a newline.
std::string to_json(const Record& record);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
