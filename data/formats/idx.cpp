#include <cotape/data/formats/idx.h>
#include <cotape/data/formats/input_file.h>
#include <cotape/engine/base/file.h>

#include <algorithm>
#include <array>
#include <bit>
#include <limits>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// The third byte of the file for each alternative of IdxArray::Values.
constexpr std::array<std::uint8_t, 6> type_codes = {0x08, 0x09, 0x0B, 0x0C, 0x0D, 0x0E};

struct Header {
  std::size_t type = 0;  // place in type_codes
  Shape shape;
};

std::string hexadecimal(std::span<const std::uint8_t> bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text = "0x";
  for (const std::uint8_t byte : bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

// Big-endian in the file; the machine's order here, in place.
template <class T>
void swap_bytes(std::vector<T>& values) {
  if constexpr (std::endian::native == std::endian::little && sizeof(T) > 1)
    for (T& value : values) {
      auto bytes = std::bit_cast<std::array<std::uint8_t, sizeof(T)>>(value);
      std::reverse(bytes.begin(), bytes.end());
      value = std::bit_cast<T>(bytes);
    }
}

Header read_header(InputFile& file) {
  std::array<std::uint8_t, 4> magic;
  file.read(magic.data(), magic.size(), "the IDX magic number");
  const auto code = std::find(type_codes.begin(), type_codes.end(), magic[2]);
  if (magic[0] != 0 || magic[1] != 0 || code == type_codes.end())
    file.fail_at(0, "not an IDX file: it starts with ", hexadecimal(magic));
  const int axes = magic[3];
  if (axes < 1 || axes > Shape::max_rank)
    file.fail_at(3, "IDX array of ", axes, " axes, 1 to ", Shape::max_rank, " are possible");

  Header header;
  header.type = static_cast<std::size_t>(code - type_codes.begin());
  std::string sizes;
  std::uint64_t max_elements = 1;  // elements if no axis were empty, so that a shape with a 0 cannot hide an overflow
  for (int axis = 0; axis < axes; ++axis) {
    const std::uint64_t start = file.position();
    std::array<std::uint8_t, 4> bytes;
    file.read(bytes.data(), bytes.size(), "the size of an IDX axis");
    std::int64_t size = 0;
    for (const std::uint8_t byte : bytes) size = size << 8 | byte;
    const auto factor = static_cast<std::uint64_t>(std::max<std::int64_t>(size, 1));
    sizes += (sizes.empty() ? "" : ",") + std::to_string(size);
    if (factor > max_file_bytes / max_elements)  // before it becomes a Shape, which has a limit of its own
      file.fail_at(start, "IDX array of shape [", sizes, "]", (axis + 1 < axes ? " and more axes" : ""),
                   " is larger than the limit of ", max_file_bytes, " elements");
    header.shape = header.shape.inserted(axis, size);
    max_elements *= factor;
  }
  return header;
}

template <class T>
std::vector<T> read_values(InputFile& file, std::uint64_t count) {
  std::vector<std::uint8_t> bytes = file.read(count * sizeof(T), "the IDX array");
  file.expect_end();
  if constexpr (std::is_same_v<T, std::uint8_t>) {
    return bytes;
  } else {
    std::vector<T> values(count);
    std::copy(bytes.begin(), bytes.end(), reinterpret_cast<std::uint8_t*>(values.data()));
    swap_bytes(values);
    return values;
  }
}

// Reads into the alternative of the variant that the header names.
template <std::size_t I = 0>
IdxArray::Values read_type(InputFile& file, std::size_t type, std::uint64_t count) {
  if constexpr (I + 1 < type_codes.size())
    if (type != I) return read_type<I + 1>(file, type, count);
  return read_values<typename std::variant_alternative_t<I, IdxArray::Values>::value_type>(file, count);
}

}  // namespace

IdxArray read_idx(const std::filesystem::path& path) {
  InputFile file(path);
  const Header header = read_header(file);
  return {header.shape, read_type(file, header.type, static_cast<std::uint64_t>(header.shape.size()))};
}

ByteArray read_idx_bytes(const std::filesystem::path& path, int axes) {
  InputFile file(path);
  const Header header = read_header(file);
  if (header.type != 0)
    file.fail_at(2, "IDX type ", hexadecimal(std::span(&type_codes[header.type], 1)),
                 ", expected 0x08, unsigned bytes");
  if (header.shape.rank() != axes)
    file.fail_at(3, "IDX array of shape ", header.shape, ", expected ", axes, axes == 1 ? " axis" : " axes");
  return {header.shape, read_values<std::uint8_t>(file, static_cast<std::uint64_t>(header.shape.size()))};
}

void write_idx(const std::filesystem::path& path, const IdxArray& array) {
  const Shape& shape = array.shape;
  if (shape.rank() == 0) fail<ShapeError>("write_idx: an IDX array needs at least one axis");
  std::string bytes = {0, 0, static_cast<char>(type_codes[array.values.index()]), static_cast<char>(shape.rank())};
  for (const std::int64_t size : shape) {
    if (size > std::numeric_limits<std::uint32_t>::max())
      fail<ShapeError>("write_idx: shape ", shape, " has an axis of 2^32 or more");
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(size >> shift & 0xff);
  }
  std::visit(
      [&](auto values) {
        if (static_cast<std::int64_t>(values.size()) != shape.size())
          fail<ShapeError>("write_idx: shape ", shape, " needs ", shape.size(), " values, ", values.size(), " given");
        swap_bytes(values);
        bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(values[0]));
      },
      array.values);
  write_file(path, bytes);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
