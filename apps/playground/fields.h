#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <cotape/engine/base/tensor.h>

namespace cotape::app {

using Json = nlohmann::ordered_json;

// The entries of an object of a request. Every entry is checked where it is taken: its type, its range, how many there
// are. All throw ValueError, which names the entry by its place in the request: "state.costs[3] is no number".
class Fields {
 public:
  // `place` is the object's own; "": the request. Throws ValueError unless it is an object.
  Fields(const Json& object, std::string place);

  bool has(std::string_view name) const;
  // An entry that must be there.
  double number(std::string_view name, double low, double high) const;
  std::int64_t whole(std::string_view name, std::int64_t low, std::int64_t high) const;
  std::string text(std::string_view name, std::size_t most_bytes = 100) const;
  // One of these words.
  std::string word(std::string_view name, std::span<const std::string_view> words) const;
  // So many numbers.
  std::vector<double> numbers(std::string_view name, std::int64_t count, double low, double high) const;
  // At most so many numbers.
  std::vector<double> numbers_up_to(std::string_view name, std::int64_t most, double low, double high) const;
  // So many numbers as a tensor.
  Tensor tensor(std::string_view name, const Shape& shape, double low, double high) const;
  std::vector<std::string> texts(std::string_view name, std::int64_t most) const;
  Fields object(std::string_view name) const;
  std::vector<Fields> objects(std::string_view name, std::int64_t most) const;

  // The entry, or `otherwise` where there is none.
  double number_or(std::string_view name, double low, double high, double otherwise) const;
  std::int64_t whole_or(std::string_view name, std::int64_t low, std::int64_t high, std::int64_t otherwise) const;
  std::string word_or(std::string_view name, std::span<const std::string_view> words, std::string_view otherwise) const;
  bool flag(std::string_view name) const;  // false where there is none

  // An object whose names are not known, as it is.
  const Json& all() const { return *object_; }
  std::string place_of(std::string_view name) const;

 private:
  const Json& at(std::string_view name) const;
  const Json& list(std::string_view name, std::int64_t least, std::int64_t most) const;

  const Json* object_;
  std::string place_;
};

// A number between bounds. Throws ValueError with its place otherwise.
double number_in(const Json& value, const std::string& place, double low, double high);

// For answers: the shortest number that reads back as the same float; null for what is not finite.
Json number_json(double x);
Json numbers_json(std::span<const real> values);
Json numbers_json(const std::vector<double>& values);

}  // namespace cotape::app
