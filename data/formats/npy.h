#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include <cotape/data/formats/input_file.h>
#include <cotape/engine/base/half.h>
#include <cotape/engine/base/tensor.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The content of an NPY file (NumPy's numpy.lib.format, header versions 1 to 3): an array in row-major order of
// unsigned bytes, float16, float32, float64 or int64.
struct NpyArray {
  using Values = std::variant<std::vector<std::uint8_t>, std::vector<Half>, std::vector<float>, std::vector<double>,
                              std::vector<std::int64_t>>;
  Shape shape = {};
  Values values = {};

  bool operator==(const NpyArray&) const = default;
};

// Reads an NPY file, plain or gzip-compressed. Throws FileError, naming the file and the byte, when it is missing, not
// an NPY file, truncated, longer than its header says, big-endian, of another element type, or in Fortran order with
// more than one axis that is longer than 1 (with one, both orders are the same).
NpyArray read_npy(const std::filesystem::path& path);
// The same from bytes that have been read; errors name them `name`.
NpyArray parse_npy(std::string name, std::string bytes);
// The same for a file of float16, float32 or float64, as real numbers; other types are refused.
Tensor read_npy_tensor(const std::filesystem::path& path);

// Writes an NPY file, atomically: header version 1, little-endian, the same bytes as NumPy's save. Throws ShapeError
// when the number of values is not shape.size(), FileError when the file cannot be written.
void write_npy(const std::filesystem::path& path, const NpyArray& array);
// Those bytes.
std::string npy_bytes(const NpyArray& array);
// The same from values that are not in an NpyArray; T is one of its element types.
template <class T>
void write_npy(const std::filesystem::path& path, const Shape& shape, std::span<const T> values);

// An NPY file whose header has been read and whose values have not: for reading them into memory that exists already,
// such as a part of a larger array. Throws as read_npy does.
class NpyFile {
 public:
  explicit NpyFile(const std::filesystem::path& path);
  // From bytes that have been read, not compressed; errors name them `name`.
  NpyFile(std::string name, std::string bytes);

  const std::string& name() const { return file_.name(); }
  const Shape& shape() const { return shape_; }
  // The element type as NumPy writes it: "|u1", "<f2", "<f4", "<f8" or "<i8".
  const std::string& type() const { return type_; }
  // The position of the first value in the file, in bytes.
  std::uint64_t data_start() const { return data_start_; }

  // Reads all values; can be called once. The file must end behind them. T is an element type of NpyArray. For float
  // and double the file may have any of the three floating-point types, and values are rounded to T; otherwise its type
  // must be T. Throws ShapeError unless out.size() is shape().size().
  template <class T>
  void read(std::span<T> out);

  // Throws FileError with the file's name, the parts one after the other, and the position.
  template <class... Parts>
  [[noreturn]] void fail_at(std::uint64_t position, const Parts&... parts) const {
    file_.fail_at(position, parts...);
  }

 private:
  void read_header();

  InputFile file_;
  Shape shape_;
  std::string type_;
  std::uint64_t data_start_ = 0;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
