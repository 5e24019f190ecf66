#include <cotape/nn/train/value.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace cotape {
inline namespace COTAPE_PRECISION {

namespace {

std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

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
    number = *parse_number<double>(format_number(value));
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
