#include <cotape/data/formats/npy.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/file.h>
#include <cotape/engine/base/text.h>

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

static_assert(std::endian::native == std::endian::little, "NPY files are read and written as the memory is");

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::size_t header_multiple = 64;        // NumPy pads headers so that values begin at such a place
constexpr std::uint64_t longest_header = 1 << 16;  // of an array with 8 axes: some 200 bytes
constexpr std::uint64_t max_bytes = std::uint64_t{1} << 59;

template <class T>
constexpr std::string_view type_name() {
  if constexpr (std::is_same_v<T, std::uint8_t>) return "|u1";
  if constexpr (std::is_same_v<T, Half>) return "<f2";
  if constexpr (std::is_same_v<T, float>) return "<f4";
  if constexpr (std::is_same_v<T, double>) return "<f8";
  if constexpr (std::is_same_v<T, std::int64_t>) return "<i8";
}

// Calls f with an object of the element type that is so named.
template <class F>
auto with_type(std::string_view name, F f) {
  if (name == type_name<std::uint8_t>()) return f(std::uint8_t{});
  if (name == type_name<Half>()) return f(Half{});
  if (name == type_name<float>()) return f(float{});
  if (name == type_name<double>()) return f(double{});
  return f(std::int64_t{});
}

bool is_type(std::string_view name) {
  return name == "|u1" || name == "<f2" || name == "<f4" || name == "<f8" || name == "<i8";
}

std::uint64_t bytes_of(std::string_view type) {
  return with_type(type, [](auto value) { return std::uint64_t{sizeof value}; });
}

// The header's text, a Python dictionary: {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }
class HeaderParser {
 public:
  HeaderParser(const InputFile& file, std::uint64_t start, std::string_view text)
      : file_(file), start_(start), text_(text) {}

  void parse(std::string& type, std::vector<std::int64_t>& shape) {
    bool seen_type = false, seen_order = false, seen_shape = false;
    const auto once = [this](bool& seen, std::string_view key) {
      if (seen) refuse("a second '", key, "'");
      seen = true;
    };
    expect('{');
    while (!accept('}')) {
      const std::string_view key = quoted();
      expect(':');
      if (key == "descr") {
        once(seen_type, key);
        type = parse_type();
      } else if (key == "fortran_order") {
        once(seen_order, key);
        parse_order();
      } else if (key == "shape") {
        once(seen_shape, key);
        shape = parse_shape();
      } else {
        refuse("an unknown key '", shown(key), "'");
      }
      if (accept(',')) continue;
      expect('}');
      break;
    }
    skip_space();
    if (at_ != text_.size()) refuse("something after the closing brace");
    if (!seen_type || !seen_order || !seen_shape) refuse("no 'descr', 'fortran_order' or 'shape'");
    // Along a single axis both orders are one; other programs than NumPy say then what they like.
    if (fortran_order_at_ && std::count_if(shape.begin(), shape.end(), [](auto size) { return size != 1; }) > 1) {
      at_ = *fortran_order_at_;
      refuse("Fortran order; C order is needed");
    }
  }

 private:
  template <class... Parts>
  [[noreturn]] void refuse(const Parts&... parts) const {
    file_.fail_at(start_ + at_, "the NPY header has ", parts...);
  }

  void skip_space() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }

  bool accept(char wanted) {
    skip_space();
    if (at_ == text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }
  void expect(char wanted) {
    if (!accept(wanted)) refuse("no '", wanted, "' where one must stand");
  }

  std::string_view quoted() {
    const char quote = accept('"') ? '"' : '\'';
    if (quote == '\'') expect('\'');
    const std::size_t end = text_.find(quote, at_);
    if (end == std::string_view::npos) refuse("a text without end");
    const std::string_view text = text_.substr(at_, end - at_);
    at_ = end + 1;
    return text;
  }

  std::string parse_type() {
    skip_space();
    if (at_ < text_.size() && text_[at_] == '[') refuse("a structured element type; a plain one is needed");
    const std::size_t start = at_;
    const std::string_view name = quoted();
    if (is_type(name)) return std::string(name);
    at_ = start;
    refuse("the element type '", shown(name), "', not one of |u1, <f2, <f4, <f8, <i8");
  }

  void parse_order() {
    skip_space();
    const std::string_view rest = text_.substr(at_);
    const bool fortran = rest.starts_with("True");
    if (!fortran && !rest.starts_with("False")) refuse("neither True nor False as 'fortran_order'");
    if (fortran) fortran_order_at_ = at_;
    at_ += std::string_view(fortran ? "True" : "False").size();
  }

  std::vector<std::int64_t> parse_shape() {
    std::vector<std::int64_t> sizes;
    bool comma = true;
    expect('(');
    while (!accept(')')) {
      if (!comma) expect(',');
      if (sizes.size() == Shape::max_rank) refuse("more than ", Shape::max_rank, " axes");
      sizes.push_back(parse_size());
      comma = accept(',');
    }
    if (sizes.size() == 1 && !comma) refuse("a number in place of a shape");
    return sizes;
  }

  std::int64_t parse_size() {
    skip_space();
    const std::size_t start = at_;
    std::int64_t size = 0;
    for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_) {
      if (size > std::numeric_limits<std::int64_t>::max() / 10 - 1) refuse("a size that is too large");
      size = 10 * size + (text_[at_] - '0');
    }
    if (at_ == start) refuse("no size where one must stand");
    if (at_ < text_.size() && text_[at_] == 'L') ++at_;  // as Python 2 wrote them
    return size;
  }

  const InputFile& file_;
  std::uint64_t start_;
  std::string_view text_;
  std::size_t at_ = 0;
  std::optional<std::size_t> fortran_order_at_;
};

// Bytes that the values take; nothing when their number is beyond any file.
std::optional<std::uint64_t> data_bytes(const std::vector<std::int64_t>& shape, std::uint64_t element) {
  std::uint64_t bytes = element;
  for (const std::int64_t size : shape) {
    if (size > 0 && bytes > max_bytes / static_cast<std::uint64_t>(size)) return std::nullopt;
    bytes *= static_cast<std::uint64_t>(std::max<std::int64_t>(size, 1));
  }
  return std::find(shape.begin(), shape.end(), 0) != shape.end() ? 0 : bytes;
}

std::string header_of(std::string_view type, const Shape& shape) {
  std::string text = "{'descr': '" + std::string(type) + "', 'fortran_order': False, 'shape': (";
  for (int axis = 0; axis < shape.rank(); ++axis) text += (axis > 0 ? ", " : "") + std::to_string(shape[axis]);
  text += shape.rank() == 1 ? ",), }" : "), }";
  const std::size_t prefix = magic.size() + 4;
  text.resize((prefix + text.size() + 1 + header_multiple - 1) / header_multiple * header_multiple - prefix, ' ');
  text.back() = '\n';
  std::string header(magic);
  header += {'\x01', '\x00', static_cast<char>(text.size() & 0xff), static_cast<char>(text.size() >> 8)};
  return header + text;
}

// All that a file holds.
NpyArray array_of(NpyFile& file) {
  return with_type(file.type(), [&](auto element) {
    std::vector<decltype(element)> values(static_cast<std::size_t>(file.shape().size()));
    file.read(std::span(values));
    return NpyArray{file.shape(), std::move(values)};
  });
}

template <class T>
std::string bytes_of_array(const Shape& shape, std::span<const T> values) {
  if (static_cast<std::int64_t>(values.size()) != shape.size())
    fail<ShapeError>("npy: ", values.size(), " values for shape ", shape);
  std::string bytes = header_of(type_name<T>(), shape);
  bytes.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
  return bytes;
}

}  // namespace

NpyFile::NpyFile(const std::filesystem::path& path) : file_(path) { read_header(); }

NpyFile::NpyFile(std::string name, std::string bytes) : file_(std::move(name), std::move(bytes)) { read_header(); }

void NpyFile::read_header() {
  std::array<char, 8> start;  // the magic text and two version numbers
  file_.read(start.data(), start.size(), "the start of an NPY file");
  if (std::string_view(start.data(), magic.size()) != magic) file_.fail_at(0, "no NPY file");
  const int major = static_cast<unsigned char>(start[6]), minor = static_cast<unsigned char>(start[7]);
  if (major < 1 || major > 3 || minor != 0)
    file_.fail_at(6, "NPY version ", major, ".", minor, "; 1.0, 2.0 and 3.0 are known");
  std::array<std::uint8_t, 4> length{};
  file_.read(length.data(), major == 1 ? 2 : 4, "the length of the NPY header");
  const std::uint64_t bytes = std::bit_cast<std::uint32_t>(length);
  if (bytes > longest_header) file_.fail_at(8, "an NPY header of ", bytes, " bytes");
  const std::uint64_t text_start = file_.position();
  const std::vector<std::uint8_t> text = file_.read(bytes, "the NPY header");
  std::vector<std::int64_t> sizes;
  HeaderParser(file_, text_start, {reinterpret_cast<const char*>(text.data()), text.size()}).parse(type_, sizes);
  data_start_ = file_.position();
  const auto needed = data_bytes(sizes, bytes_of(type_));
  if (!needed) {
    std::string shape;
    for (const std::int64_t size : sizes) shape += (shape.empty() ? "[" : ",") + std::to_string(size);
    file_.fail_at(text_start, "no file holds an array of shape ", shape, "]");
  }
  shape_ = Shape(sizes);
  file_.expect(*needed, "the NPY array");
}

template <class T>
void NpyFile::read(std::span<T> out) {
  if (static_cast<std::int64_t>(out.size()) != shape_.size())
    fail<ShapeError>(name(), ": ", out.size(), " places for an array of shape ", shape_);
  if (type_ == type_name<T>()) {
    file_.read(out.data(), out.size_bytes(), "the NPY array");
  } else {
    const auto refuse = [&] { fail_at(0, "elements of type ", type_, ", expected ", type_name<T>()); };
    if constexpr (std::is_floating_point_v<T>) {
      with_type(type_, [&](auto element) {
        using Stored = decltype(element);
        if constexpr (std::is_integral_v<Stored>) {
          refuse();
        } else {
          std::array<Stored, 1024> piece;
          for (std::size_t at = 0; at < out.size(); at += piece.size()) {
            const std::size_t n = std::min(piece.size(), out.size() - at);
            file_.read(piece.data(), n * sizeof(Stored), "the NPY array");
            for (std::size_t i = 0; i < n; ++i)
              out[at + i] = static_cast<T>(
                  static_cast<std::conditional_t<std::is_same_v<Stored, Half>, float, Stored>>(piece[i]));
          }
        }
      });
    } else {
      refuse();
    }
  }
  file_.expect_end();
}

NpyArray read_npy(const std::filesystem::path& path) {
  NpyFile file(path);
  return array_of(file);
}

NpyArray parse_npy(std::string name, std::string bytes) {
  NpyFile file(std::move(name), std::move(bytes));
  return array_of(file);
}

Tensor read_npy_tensor(const std::filesystem::path& path) {
  NpyFile file(path);
  Tensor out = Tensor::uninitialized(file.shape());
  file.read(out.values());
  return out;
}

template <class T>
void write_npy(const std::filesystem::path& path, const Shape& shape, std::span<const T> values) {
  write_file(path, bytes_of_array(shape, values));
}

std::string npy_bytes(const NpyArray& array) {
  return std::visit(
      [&]<class T>(const std::vector<T>& values) { return bytes_of_array(array.shape, std::span<const T>(values)); },
      array.values);
}

void write_npy(const std::filesystem::path& path, const NpyArray& array) { write_file(path, npy_bytes(array)); }

template void NpyFile::read(std::span<std::uint8_t>);
template void NpyFile::read(std::span<Half>);
template void NpyFile::read(std::span<float>);
template void NpyFile::read(std::span<double>);
template void NpyFile::read(std::span<std::int64_t>);
template void write_npy(const std::filesystem::path&, const Shape&, std::span<const std::uint8_t>);
template void write_npy(const std::filesystem::path&, const Shape&, std::span<const Half>);
template void write_npy(const std::filesystem::path&, const Shape&, std::span<const float>);
template void write_npy(const std::filesystem::path&, const Shape&, std::span<const double>);
template void write_npy(const std::filesystem::path&, const Shape&, std::span<const std::int64_t>);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
