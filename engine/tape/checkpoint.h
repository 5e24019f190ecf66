#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <cotape/engine/base/random.h>
#include <cotape/engine/base/tensor.h>
#include <cotape/engine/tape/parameter.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Names with the shapes they must have.
using TensorShapes = std::map<std::string, Shape>;

// Named numbers of a training run: parameters, optimiser state, counters, random generators, with text beside them. A
// regular value; nn/train/serialize.h keeps it in a file. Every number comes back bit for bit, except that tensors turn
// from float to double or back when the other library reads them.
//
// Reading functions throw FileError, naming the source and the entry, for an entry that is missing or of another type.
// Writing functions replace an entry of the same name.
class Checkpoint {
 public:
  enum class Type { f32, f64, i64, u64, f16, bf16 };
  // Elements in row-major order, as in memory.
  struct Entry {
    Type type = {};
    Shape shape = {};
    std::string bytes = {};
    bool operator==(const Entry&) const = default;
  };

  Checkpoint() = default;
  // `source` is what errors name: the file.
  explicit Checkpoint(std::string source) : source_(std::move(source)) {}
  const std::string& source() const { return source_; }

  // F32, or F64 in the double library. tensor() reads any floating-point type.
  void put(const std::string& name, const Tensor& tensor);
  Tensor tensor(const std::string& name) const;
  // The same as F32, F64, F16 or BF16: each number becomes the nearest, of two equally near ones the one whose last bit
  // is 0; of F16 infinite from 65520 on. Throws ValueError for another type.
  void put(const std::string& name, const Tensor& tensor, Type type);
  // Stores so all tensors whose names begin with `prefix`: a model in half the bytes, store_as(Type::bf16, "model.").
  // Entries of whole numbers stay as they are.
  void store_as(Type type, const std::string& prefix);
  // F64, a scalar: sums and losses, in either library.
  void put_number(const std::string& name, double value);
  double number(const std::string& name) const;
  // I64, a scalar: epochs, steps.
  void put_integer(const std::string& name, std::int64_t value);
  std::int64_t integer(const std::string& name) const;
  // The same for how often something has happened: refuses what is below 0 or above 2⁵³.
  std::int64_t count(const std::string& name) const;
  // U64 [3]: seed, stream and index.
  void put(const std::string& name, const Rng& rng);
  Rng rng(const std::string& name) const;
  // Text: options, versions.
  void put_text(const std::string& name, std::string text) { texts_[name] = std::move(text); }
  const std::string& text(const std::string& name) const;

  bool contains(const std::string& name) const { return entries_.count(name) > 0; }
  // Removes an entry. Throws FileError when there is none of that name.
  void drop(const std::string& name);
  // Gives an entry another name. Throws FileError when there is none of that name, ValueError when the new one is
  // taken. With entries(), drop() and rename() a file of another program becomes what load_parameters expects.
  void rename(const std::string& name, const std::string& new_name);
  // Throws FileError, naming the first that differs, unless the entries whose names begin with `prefix` are exactly
  // those of `shapes`, with their shapes.
  void require(const std::string& prefix, const TensorShapes& shapes) const;

  // Everything, for a file format.
  const std::map<std::string, Entry>& entries() const { return entries_; }
  const std::map<std::string, std::string>& texts() const { return texts_; }
  // Throws ValueError when the number of bytes does not fit type and shape.
  void put(const std::string& name, Entry entry);

  // By entries and texts, whatever the source.
  friend bool operator==(const Checkpoint& a, const Checkpoint& b) {
    return a.entries_ == b.entries_ && a.texts_ == b.texts_;
  }

 private:
  template <class T>
  void put_values(const std::string& name, Type type, const Shape& shape, std::span<const T> values);
  const Entry& entry(const std::string& name) const;
  template <class T>
  std::vector<T> values(const std::string& name, Type type, const Shape& shape) const;

  std::string source_ = "checkpoint";
  std::map<std::string, Entry> entries_;
  std::map<std::string, std::string> texts_;
};

// "F32", "F64", "I64", "U64", "F16", "BF16"
std::string_view to_string(Checkpoint::Type type);
// Bytes of an element: 2, 4 or 8.
std::int64_t size_of(Checkpoint::Type type);

// Sets the tensors to the entries PREFIX + name. Throws FileError, before any is changed, when an entry is missing,
// left over or of another shape or type.
void load_tensors(const Checkpoint& checkpoint, const std::map<std::string, Tensor*>& tensors,
                  const std::string& prefix);

// Keeps the values of parameters as PREFIX + name. Throws ValueError when two have one name.
void save_parameters(Checkpoint& checkpoint, std::span<Parameter* const> parameters,
                     const std::string& prefix = "model.");
// Throws as load_tensors and save_parameters do.
void load_parameters(const Checkpoint& checkpoint, std::span<Parameter* const> parameters,
                     const std::string& prefix = "model.");

}  // namespace COTAPE_PRECISION
}  // namespace cotape
