#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include <cotape/data/half.h>
#include <cotape/data/input_file.h>
#include <cotape/engine/tensor.h>

namespace cotape::inline COTAPE_PRECISION {

// The content of an NPY file (NumPy's numpy.lib.format, header versions 1 to 3): an array in row-major order of
// unsigned bytes, float16, float32, float64 or int64.
struct NpyArray {
  using Values = std::variant<std::vector<std::uint8_t>, std::vector<Half>, std::vector<float>, std::vector<double>,
                              std::vector<std::int64_t>>;
  Shape shape;
  Values values;

  bool operator==(const NpyArray&) const = default;
};

// Reads an NPY file, plain or gzip-compressed. Throws FileError, naming the file and the reason, when it is missing, no
// NPY file, truncated, longer than its header says, in Fortran order or big-endian, or of another element type.
NpyArray read_npy(const std::filesystem::path& path);
// The same from bytes in memory of float16, float32 or float64, as real numbers. Other types are refused.
Tensor read_npy_tensor(const std::filesystem::path& path);

// Writes an NPY file, atomically: header version 1, little-endian, the same bytes as NumPy's save. Throws ShapeError
// when the number of values is not shape.size(), FileError when the file cannot be written.
void write_npy(const std::filesystem::path& path, const NpyArray& array);
// The same without a copy of the values in between; T is one of the five types.
template <class T>
void write_npy(const std::filesystem::path& path, const Shape& shape, std::span<const T> values);

// An NPY file whose header has been read and whose values are still to come: for arrays that are read into memory that
// exists already, such as the parts of a larger one. Throws as read_npy does.
class NpyFile {
 public:
  explicit NpyFile(const std::filesystem::path& path);

  const std::string& name() const { return file_.name(); }
  const Shape& shape() const { return shape_; }
  // The element type in NumPy's notation: "|u1", "<f2", "<f4", "<f8" or "<i8".
  const std::string& type() const { return type_; }

  // All values, in one call; the file must then end. T is the file's type, or float for a file of float16, float32 or
  // float64. Throws FileError for a file of another type, ShapeError unless out.size() is shape().size().
  template <class T>
  void read(std::span<T> out);

 private:
  InputFile file_;
  Shape shape_;
  std::string type_;
};

}  // namespace cotape::inline COTAPE_PRECISION
