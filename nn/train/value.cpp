#include <cotape/nn/train/value.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace cotape {
inline namespace COTAPE_PRECISION {

namespace {

template <class Number>
std::string shortest(Number number) {
  std::array<char, 64> text{};
  // Whole numbers are written out: 100000, not 1e+05.
  const bool whole = number == std::trunc(number) && std::abs(number) < Number(1e15);
  const auto end = whole ? std::to_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed).ptr
                         : std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  return {text.data(), end};
}

std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

std::string format_number(double number) {
  if (std::isnan(number)) return "nan";  // never "-nan": the sign of a NaN differs between machines
  return shortest(number);
}

std::string format_number(float number) {
  if (std::isnan(number)) return "nan";
  return shortest(number);
}

std::string short_number(double number) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.5g", number);
  return text.data();
}

std::string with_deviation(double mean, double deviation) {
  constexpr int max_decimals = 9;
  constexpr double largest = 1e9;
  const bool plain = deviation > 0 && deviation < largest && std::abs(mean) < largest;
  const int decimals = plain ? std::max(0, 1 - static_cast<int>(std::floor(std::log10(deviation)))) : 0;
  if (!plain || decimals > max_decimals) return short_number(mean) + " ± " + short_number(deviation);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f ± %.*f", decimals, mean, decimals, deviation);
  return text.data();
}

Value::Value(float value) {
  double number = static_cast<double>(value);
  if (std::isfinite(value)) {
    const std::string text = format_number(value);
    std::from_chars(text.data(), text.data() + text.size(), number);
  }
  data_ = number;
}

std::string Value::text() const {
  if (const auto* truth = std::get_if<bool>(&data_)) return *truth ? "yes" : "no";
  if (const auto* text = std::get_if<std::string>(&data_)) return *text;
  if (const auto* number = std::get_if<double>(&data_)) return format_number(*number);
  return json();
}

std::string Value::short_text() const {
  const auto* number = std::get_if<double>(&data_);
  return number ? short_number(*number) : text();
}

std::string Value::json() const {
  struct Writer {
    std::string operator()(bool truth) const { return truth ? "true" : "false"; }
    std::string operator()(std::int64_t number) const { return std::to_string(number); }
    std::string operator()(std::uint64_t number) const { return std::to_string(number); }
    std::string operator()(double number) const { return std::isfinite(number) ? format_number(number) : "null"; }
    std::string operator()(const std::string& text) const { return quoted(text); }
  };
  return std::visit(Writer{}, data_);
}

std::string to_json(const Record& record) {
  std::string text = "{";
  for (const auto& [name, value] : record) {
    text += text.size() > 1 ? ",\n  " : "\n  ";
    text += quoted(name) + ": " + value.json();
  }
  return text + "\n}\n";
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
