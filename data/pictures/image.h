#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <cotape/engine/base/tensor.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Red, green, blue, alpha. A grey image takes the first as its brightness, an image without alpha ignores the last.
using Color = std::array<std::uint8_t, 4>;

// Greys from black, 0, to white, 255.
constexpr Color grey(std::uint8_t level) { return {level, level, level, 255}; }
inline constexpr Color black = grey(0);
inline constexpr Color white = grey(255);

// A picture of 8 bits a channel, rows from the top, channels interleaved. A regular type.
class Image {
 public:
  // The most bytes a picture may have: 1 GiB.
  static constexpr std::int64_t max_bytes = std::int64_t{1} << 30;

  // No pixels.
  Image() = default;
  // Every pixel is `color`. Channels: 1 grey, 3 RGB, 4 RGBA. Throws ValueError for sizes below 1 or too large, or
  // another number of channels.
  Image(int height, int width, int channels, Color color = black);

  int height() const { return height_; }
  int width() const { return width_; }
  int channels() const { return channels_; }
  std::span<std::uint8_t> bytes() { return bytes_; }
  std::span<const std::uint8_t> bytes() const { return bytes_; }

  // The channels of a pixel, which must be inside: 0 ≤ y < height(), 0 ≤ x < width().
  std::uint8_t* pixel(int y, int x) { return bytes_.data() + offset(y, x); }
  const std::uint8_t* pixel(int y, int x) const { return bytes_.data() + offset(y, x); }

  bool operator==(const Image&) const = default;

 private:
  std::size_t offset(int y, int x) const { return (static_cast<std::size_t>(y) * width_ + x) * channels_; }

  int height_ = 0;
  int width_ = 0;
  int channels_ = 0;
  std::vector<std::uint8_t> bytes_;
};

// A picture of values in [0, 1], clamped and rounded to 256 levels: shape [height, width], or with channels behind,
// row-major. Throws ShapeError when the sizes do not fit, ValueError for NaN.
Image to_image(std::span<const real> values, int height, int width, int channels = 1);
Image to_image(const Tensor& values);

// Reads a PNG or JPEG: grey, or RGB, or RGBA where the file says that something is transparent. 16-bit PNGs lose their
// lower bytes, a palette becomes colours, CMYK becomes RGB; colour profiles are not applied. Throws FileError, naming
// the file and what is wrong, when it is missing, neither, larger than Image::max_bytes, or in any way corrupted or
// incomplete (all checksums of a PNG are verified, and every part of a JPEG must have its data): what is returned is
// the whole picture.
Image read_image(const std::filesystem::path& path);
// The same from memory; `name` stands for the file in messages.
Image decode_image(std::string_view bytes, std::string_view name);

// The bytes of a PNG file. The same picture gives the same bytes. Throws ValueError for a picture without pixels.
std::string encode_png(const Image& image);
// Writes a PNG file, atomically. Throws FileError when it cannot be written.
void write_png(const std::filesystem::path& path, const Image& image);

// The picture at another size: means over areas along an axis that shrinks, linear interpolation along one that grows.
// Throws ValueError for sizes that Image refuses or a picture without pixels.
Image resize(const Image& image, int height, int width);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
