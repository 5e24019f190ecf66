#include <cotape/engine/base/error.h>
#include <cotape/engine/base/half.h>
#include <cotape/engine/base/text.h>
#include <cotape/engine/tape/checkpoint.h>

#include <array>
#include <cstring>
#include <set>
#include <type_traits>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr auto real_type = std::is_same_v<real, float> ? Checkpoint::Type::f32 : Checkpoint::Type::f64;

constexpr std::size_t max_name_bytes = 200;  // of a name in a message: longer than those of deep models are

constexpr std::int64_t max_count = std::int64_t{1} << 53;

// Reads the elements of an entry of type Stored as real numbers.
template <class Stored>
void convert(const std::string& bytes, Tensor& out) {
  for (std::int64_t i = 0; i < out.size(); ++i) {
    Stored value;
    std::memcpy(&value, bytes.data() + static_cast<std::size_t>(i) * sizeof value, sizeof value);
    out[i] = static_cast<real>(value);
  }
}

// Calls f with a number of the type; without one for a type that is not floating-point.
template <class F>
bool with_floating_point(Checkpoint::Type type, const F& f) {
  switch (type) {
    case Checkpoint::Type::f32:
      f(float());
      return true;
    case Checkpoint::Type::f64:
      f(double());
      return true;
    case Checkpoint::Type::f16:
      f(Half());
      return true;
    case Checkpoint::Type::bf16:
      f(BFloat16());
      return true;
    default:
      return false;
  }
}

[[noreturn]] void fail_for_twins(const std::string& name) {
  fail<ValueError>("checkpoint: two parameters are named ", name);
}

}  // namespace

std::string_view to_string(Checkpoint::Type type) {
  constexpr std::string_view names[] = {"F32", "F64", "I64", "U64", "F16", "BF16"};
  return names[static_cast<std::size_t>(type)];
}

std::int64_t size_of(Checkpoint::Type type) {
  constexpr std::int64_t sizes[] = {4, 8, 8, 8, 2, 2};
  return sizes[static_cast<std::size_t>(type)];
}

void Checkpoint::put(const std::string& name, Entry entry) {
  const std::int64_t bytes = entry.shape.size() * size_of(entry.type);
  if (static_cast<std::int64_t>(entry.bytes.size()) != bytes)
    fail<ValueError>("checkpoint: ", name, ", ", to_string(entry.type), ' ', entry.shape, ", needs ", bytes,
                     " bytes and has ", entry.bytes.size());
  entries_[name] = std::move(entry);
}

template <class T>
void Checkpoint::put_values(const std::string& name, Type type, const Shape& shape, std::span<const T> values) {
  put(name, Entry{type, shape, std::string(reinterpret_cast<const char*>(values.data()), values.size_bytes())});
}

template <class T>
std::vector<T> Checkpoint::values(const std::string& name, Type type, const Shape& shape) const {
  const Entry& found = entry(name);
  if (found.type != type || found.shape != shape)
    fail<FileError>(source_, ": ", name, " is ", to_string(found.type), ' ', found.shape, ", expected ",
                    to_string(type), ' ', shape);
  std::vector<T> result(static_cast<std::size_t>(shape.size()));
  std::memcpy(result.data(), found.bytes.data(), found.bytes.size());
  return result;
}

const Checkpoint::Entry& Checkpoint::entry(const std::string& name) const {
  const auto found = entries_.find(name);
  if (found == entries_.end()) fail<FileError>(source_, ": ", name, " is missing");
  return found->second;
}

void Checkpoint::put(const std::string& name, const Tensor& tensor) {
  put_values(name, real_type, tensor.shape(), tensor.values());
}

Tensor Checkpoint::tensor(const std::string& name) const {
  const Entry& found = entry(name);
  Tensor result = Tensor::uninitialized(found.shape);
  if (!with_floating_point(found.type, [&](auto stored) { convert<decltype(stored)>(found.bytes, result); }))
    fail<FileError>(source_, ": ", name, " is ", to_string(found.type), ", expected F32, F64, F16 or BF16");
  return result;
}

void Checkpoint::put(const std::string& name, const Tensor& tensor, Type type) {
  const bool stored = with_floating_point(type, [&](auto zero) {
    using Stored = decltype(zero);
    std::vector<Stored> all;
    all.reserve(static_cast<std::size_t>(tensor.size()));
    for (const real value : tensor.values()) all.push_back(static_cast<Stored>(value));
    put_values<Stored>(name, type, tensor.shape(), all);
  });
  if (!stored) fail<ValueError>("checkpoint: ", name, ": a tensor cannot be stored as ", to_string(type));
}

void Checkpoint::store_as(Type type, const std::string& prefix) {
  std::vector<std::string> names;
  for (const auto& [name, found] : entries_)
    if (name.starts_with(prefix) && with_floating_point(found.type, [](auto) {})) names.push_back(name);
  for (const std::string& name : names) put(name, tensor(name), type);
}

void Checkpoint::put_number(const std::string& name, double value) {
  put_values<double>(name, Type::f64, {}, std::array{value});
}

double Checkpoint::number(const std::string& name) const { return values<double>(name, Type::f64, {})[0]; }

void Checkpoint::put_integer(const std::string& name, std::int64_t value) {
  put_values<std::int64_t>(name, Type::i64, {}, std::array{value});
}

std::int64_t Checkpoint::integer(const std::string& name) const { return values<std::int64_t>(name, Type::i64, {})[0]; }

std::int64_t Checkpoint::count(const std::string& name) const {
  const std::int64_t value = integer(name);
  if (value < 0 || value > max_count)
    fail<FileError>(source_, ": ", name, " is ", value, ", not a count from 0 to ", max_count);
  return value;
}

void Checkpoint::put(const std::string& name, const Rng& rng) {
  put_values<std::uint64_t>(name, Type::u64, {3}, std::array{rng.seed(), rng.stream(), rng.index()});
}

Rng Checkpoint::rng(const std::string& name) const {
  const std::vector<std::uint64_t> words = values<std::uint64_t>(name, Type::u64, {3});
  Rng rng(words[0], words[1]);
  rng.seek(words[2]);
  return rng;
}

void Checkpoint::drop(const std::string& name) {
  entry(name);
  entries_.erase(name);
}

void Checkpoint::rename(const std::string& name, const std::string& new_name) {
  entry(name);
  if (contains(new_name)) fail<ValueError>(source_, ": ", name, " cannot be named ", new_name, ", which is there too");
  auto node = entries_.extract(name);
  node.key() = new_name;
  entries_.insert(std::move(node));
}

const std::string& Checkpoint::text(const std::string& name) const {
  const auto found = texts_.find(name);
  if (found == texts_.end()) fail<FileError>(source_, ": text ", name, " is missing");
  return found->second;
}

void Checkpoint::require(const std::string& prefix, const TensorShapes& shapes) const {
  for (const auto& [name, shape] : shapes) {
    const Entry& found = entry(prefix + name);
    if (found.shape != shape)
      fail<FileError>(source_, ": ", prefix, name, " has shape ", found.shape, ", expected ", shape);
  }
  for (auto found = entries_.lower_bound(prefix); found != entries_.end() && found->first.starts_with(prefix); ++found)
    if (shapes.count(found->first.substr(prefix.size())) == 0)
      fail<FileError>(source_, ": ", shown(found->first, max_name_bytes), " is not expected");
}

void load_tensors(const Checkpoint& checkpoint, const std::map<std::string, Tensor*>& tensors,
                  const std::string& prefix) {
  TensorShapes shapes;
  for (const auto& [name, tensor] : tensors) shapes.emplace(name, tensor->shape());
  checkpoint.require(prefix, shapes);
  std::vector<Tensor> values;
  for (const auto& [name, tensor] : tensors) values.push_back(checkpoint.tensor(prefix + name));
  auto value = values.begin();
  for (const auto& [name, tensor] : tensors) *tensor = std::move(*value++);
}

void save_parameters(Checkpoint& checkpoint, std::span<Parameter* const> parameters, const std::string& prefix) {
  std::set<std::string> names;
  for (const Parameter* parameter : parameters) {
    if (!names.insert(parameter->name()).second) fail_for_twins(parameter->name());
    checkpoint.put(prefix + parameter->name(), parameter->value());
  }
}

void load_parameters(const Checkpoint& checkpoint, std::span<Parameter* const> parameters, const std::string& prefix) {
  std::map<std::string, Tensor*> tensors;
  for (Parameter* parameter : parameters)
    if (!tensors.emplace(parameter->name(), &parameter->mutable_value()).second) fail_for_twins(parameter->name());
  load_tensors(checkpoint, tensors, prefix);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
