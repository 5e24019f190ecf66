#pragma once
#include <cstdint>
#include <filesystem>
#include <variant>
#include <vector>

#include <cotape/engine/base/shape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The content of an IDX file, the format that the MNIST files are published in (Y. LeCun, C. Cortes, C. Burges, "The
// MNIST database of handwritten digits"): an array in row-major order of one of six element types.
struct IdxArray {
  using Values = std::variant<std::vector<std::uint8_t>, std::vector<std::int8_t>, std::vector<std::int16_t>,
                              std::vector<std::int32_t>, std::vector<float>, std::vector<double>>;
  Shape shape = {};
  Values values = {};

  bool operator==(const IdxArray&) const = default;
};

// Reads an IDX file, plain or gzip-compressed, with 1 to 8 axes. Throws FileError, naming the file and the byte, when
// it is missing, not an IDX file, truncated, longer than its header says, or corrupted.
IdxArray read_idx(const std::filesystem::path& path);

// The same for a file that must hold unsigned bytes in `axes` axes: 3 for images, 1 for labels.
struct ByteArray {
  Shape shape = {};
  std::vector<std::uint8_t> values = {};
};
ByteArray read_idx_bytes(const std::filesystem::path& path, int axes);

// Writes an uncompressed IDX file, atomically. Throws ShapeError when the number of values is not shape.size(), when
// the shape has no axes, or when an axis has a size of 2³² or more; FileError when the file cannot be written.
void write_idx(const std::filesystem::path& path, const IdxArray& array);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
