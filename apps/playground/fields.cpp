#include <cotape/apps/playground/fields.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/text.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

namespace cotape::app {
namespace {

std::int64_t whole_in(const Json& value, const std::string& place, std::int64_t low, std::int64_t high) {
  const double number = number_in(value, place, static_cast<double>(low), static_cast<double>(high));
  if (number != std::floor(number)) fail<ValueError>(place, " = ", number, " is no whole number");
  return static_cast<std::int64_t>(number);
}

}  // namespace

double number_in(const Json& value, const std::string& place, double low, double high) {
  if (!value.is_number()) fail<ValueError>(place, " is no number");
  const double number = value.get<double>();
  if (!(number >= low && number <= high)) fail<ValueError>(place, " = ", number, " is not in ", low, " … ", high);
  return number;
}

Fields::Fields(const Json& object, std::string place) : object_(&object), place_(std::move(place)) {
  if (!object.is_object()) fail<ValueError>(place_.empty() ? "the request" : place_, " is no object");
}

std::string Fields::place_of(std::string_view name) const {
  return (place_.empty() ? "" : place_ + ".") + std::string(name);
}

bool Fields::has(std::string_view name) const {
  const auto found = object_->find(std::string(name));
  return found != object_->end() && !found->is_null();
}

const Json& Fields::at(std::string_view name) const {
  const auto found = object_->find(std::string(name));
  if (found == object_->end()) fail<ValueError>("there is no ", place_of(name));
  return *found;
}

double Fields::number(std::string_view name, double low, double high) const {
  return number_in(at(name), place_of(name), low, high);
}

std::int64_t Fields::whole(std::string_view name, std::int64_t low, std::int64_t high) const {
  return whole_in(at(name), place_of(name), low, high);
}

std::string Fields::text(std::string_view name, std::size_t most_bytes) const {
  const Json& value = at(name);
  if (!value.is_string()) fail<ValueError>(place_of(name), " is no text");
  const std::string text = value.get<std::string>();
  if (text.size() > most_bytes)
    fail<ValueError>(place_of(name), " has ", text.size(), " bytes, more than ", most_bytes);
  return text;
}

std::string Fields::word(std::string_view name, std::span<const std::string_view> words) const {
  const std::string word = text(name);
  if (std::find(words.begin(), words.end(), word) != words.end()) return word;
  std::string all;
  for (const std::string_view one : words) all.append(all.empty() ? "" : ", ").append(one);
  fail<ValueError>(place_of(name), " is one of ", all, ", not \"", shown(word), "\"");
}

const Json& Fields::list(std::string_view name, std::int64_t least, std::int64_t most) const {
  const Json& value = at(name);
  if (!value.is_array()) fail<ValueError>(place_of(name), " is no list");
  const auto size = static_cast<std::int64_t>(value.size());
  if (least == most && size != least) fail<ValueError>(place_of(name), " has ", size, " entries, not ", least);
  if (size > most) fail<ValueError>(place_of(name), " has ", size, " entries, more than ", most);
  return value;
}

std::vector<double> Fields::numbers(std::string_view name, std::int64_t count, double low, double high) const {
  list(name, count, count);
  return numbers_up_to(name, count, low, high);
}

std::vector<double> Fields::numbers_up_to(std::string_view name, std::int64_t most, double low, double high) const {
  std::vector<double> numbers;
  for (const Json& value : list(name, 0, most))
    numbers.push_back(number_in(value, place_of(name) + "[" + std::to_string(numbers.size()) + "]", low, high));
  return numbers;
}

Tensor Fields::tensor(std::string_view name, const Shape& shape, double low, double high) const {
  const std::vector<double> values = numbers(name, shape.size(), low, high);
  Tensor tensor(shape);
  for (std::int64_t i = 0; i < shape.size(); ++i) tensor[i] = static_cast<real>(values[static_cast<std::size_t>(i)]);
  return tensor;
}

std::vector<std::string> Fields::texts(std::string_view name, std::int64_t most) const {
  std::vector<std::string> texts;
  for (const Json& value : list(name, 0, most)) {
    if (!value.is_string()) fail<ValueError>(place_of(name), "[", texts.size(), "] is no text");
    texts.push_back(value.get<std::string>());
  }
  return texts;
}

Fields Fields::object(std::string_view name) const { return {at(name), place_of(name)}; }

std::vector<Fields> Fields::objects(std::string_view name, std::int64_t most) const {
  std::vector<Fields> objects;
  for (const Json& value : list(name, 0, most))
    objects.emplace_back(value, place_of(name) + "[" + std::to_string(objects.size()) + "]");
  return objects;
}

double Fields::number_or(std::string_view name, double low, double high, double otherwise) const {
  return has(name) ? number(name, low, high) : otherwise;
}

std::int64_t Fields::whole_or(std::string_view name, std::int64_t low, std::int64_t high,
                              std::int64_t otherwise) const {
  return has(name) ? whole(name, low, high) : otherwise;
}

std::string Fields::word_or(std::string_view name, std::span<const std::string_view> words,
                            std::string_view otherwise) const {
  return has(name) ? word(name, words) : std::string(otherwise);
}

bool Fields::flag(std::string_view name) const {
  if (!has(name)) return false;
  if (!at(name).is_boolean()) fail<ValueError>(place_of(name), " is neither true nor false");
  return at(name).get<bool>();
}

Json number_json(double x) {
  const auto number = static_cast<float>(x);
  if (!std::isfinite(number)) return nullptr;
  char text[32];
  *std::to_chars(text, text + sizeof text - 1, number).ptr = '\0';
  if (number == std::floor(number) && std::abs(number) < 1e9F) return static_cast<std::int64_t>(number);
  return std::strtod(text, nullptr);
}

Json numbers_json(std::span<const real> values) {
  Json list = Json::array();
  for (const real value : values) list.push_back(number_json(static_cast<double>(value)));
  return list;
}

Json numbers_json(const std::vector<double>& values) {
  Json list = Json::array();
  for (const double value : values) list.push_back(number_json(value));
  return list;
}

}  // namespace cotape::app
