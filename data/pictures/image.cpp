#include <cotape/data/pictures/decoders.h>
#include <cotape/data/pictures/image.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/file.h>

#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#define STBI_WRITE_NO_STDIO
#include <stb_image_write.h>
#define STB_IMAGE_RESIZE_IMPLEMENTATION
#define STB_IMAGE_RESIZE_STATIC
#include <stb_image_resize.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <new>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr std::string_view png_signature = "\x89PNG\r\n\x1a\n";
constexpr std::string_view jpeg_start = "\xff\xd8\xff";

}  // namespace

Image::Image(int height, int width, int channels, Color color) : height_(height), width_(width), channels_(channels) {
  if (height < 1 || width < 1 || (channels != 1 && channels != 3 && channels != 4) ||
      std::int64_t{height} * width > max_bytes / channels)
    fail<ValueError>("image: ", height, " by ", width, " pixels of ", channels, " channels are not possible");
  bytes_.resize(offset(height, 0));
  for (std::size_t i = 0; i < bytes_.size(); i += channels) std::copy_n(color.begin(), channels, bytes_.begin() + i);
}

Image to_image(std::span<const real> values, int height, int width, int channels) {
  Image image(height, width, channels);
  const std::span<std::uint8_t> bytes = image.bytes();
  if (values.size() != bytes.size())
    fail<ShapeError>("to_image: ", values.size(), " values for ", height, " by ", width, " pixels of ", channels,
                     channels == 1 ? " channel" : " channels");
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(values[i])) fail<ValueError>("to_image: value ", i, " is NaN");
    bytes[i] = static_cast<std::uint8_t>(std::lround(std::clamp<real>(values[i], 0, 1) * 255));
  }
  return image;
}

Image to_image(const Tensor& values) {
  const Shape& shape = values.shape();
  const auto too_large = [](std::int64_t n) { return n > std::numeric_limits<int>::max(); };
  if (shape.rank() < 2 || shape.rank() > 3 || std::any_of(shape.begin(), shape.end(), too_large))
    fail<ShapeError>("to_image: shape ", shape, " is neither [height, width] nor [height, width, channels]");
  return to_image(values.values(), static_cast<int>(shape[0]), static_cast<int>(shape[1]),
                  shape.rank() == 3 ? static_cast<int>(shape[2]) : 1);
}

Image read_image(const std::filesystem::path& path) { return decode_image(read_file(path), shown_path(path)); }

Image decode_image(std::string_view bytes, std::string_view name) {
  if (bytes.starts_with(png_signature)) return decode_png(bytes, name);
  if (bytes.starts_with(jpeg_start)) return decode_jpeg(bytes, name);
  fail<FileError>(name, ": neither PNG nor JPEG (", bytes.size(), " bytes)");
}

void check_picture_size(std::uint64_t height, std::uint64_t width, int channels, std::size_t file_bytes,
                        std::uint64_t max_pixels_per_byte, std::string_view name) {
  constexpr auto max_edge = static_cast<std::uint64_t>(std::numeric_limits<int>::max());
  const bool possible = height <= max_edge && width <= max_edge;
  const std::uint64_t pixels = possible ? height * width : 0;
  if (!possible || pixels > max_pixels_per_byte * file_bytes ||
      pixels > static_cast<std::uint64_t>(Image::max_bytes) / static_cast<std::uint64_t>(channels))
    fail<FileError>(name, ": a picture of ", height, " by ", width, " pixels cannot be in ", file_bytes, " bytes");
}

std::string encode_png(const Image& image) {
  if (image.bytes().empty()) fail<ValueError>("encode_png: the picture has no pixels");
  std::string png;
  const auto append = [](void* context, void* data, int size) {
    static_cast<std::string*>(context)->append(static_cast<const char*>(data), static_cast<std::size_t>(size));
  };
  if (!stbi_write_png_to_func(append, &png, image.width(), image.height(), image.channels(), image.bytes().data(), 0))
    throw std::bad_alloc();
  return png;
}

void write_png(const std::filesystem::path& path, const Image& image) { write_file(path, encode_png(image)); }

Image resize(const Image& image, int height, int width) {
  if (image.bytes().empty()) fail<ValueError>("resize: the picture has no pixels");
  Image result(height, width, image.channels());
  const auto filter = [](int from, int to) { return to < from ? STBIR_FILTER_BOX : STBIR_FILTER_TRIANGLE; };
  const int alpha = image.channels() == 4 ? 3 : STBIR_ALPHA_CHANNEL_NONE;
  if (!stbir_resize(image.bytes().data(), image.width(), image.height(), 0, result.bytes().data(), width, height, 0,
                    STBIR_TYPE_UINT8, image.channels(), alpha, 0, STBIR_EDGE_CLAMP, STBIR_EDGE_CLAMP,
                    filter(image.width(), width), filter(image.height(), height), STBIR_COLORSPACE_LINEAR, nullptr))
    throw std::bad_alloc();
  return result;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
