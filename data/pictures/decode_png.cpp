#include <cotape/data/pictures/decoders.h>
#include <cotape/data/pictures/image_check.h>
#include <cotape/engine/base/error.h>

#include <png.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <new>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// No byte of a PNG makes more pixels: deflate's best ratio at one bit a pixel.
constexpr std::uint64_t max_pixels_per_byte = 1032 * 8;

// libpng reports an error by a function that must not return. Each call into it is inside one of the functions that
// begin with setjmp and return false after an error; no object with a destructor lives in them.
class PngDecoder {
 public:
  explicit PngDecoder(std::string_view bytes) : rest_(bytes) {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, on_error, on_warning);
    if (!png_) throw std::bad_alloc();
    info_ = png_create_info_struct(png_);
  }
  ~PngDecoder() { png_destroy_read_struct(&png_, &info_, nullptr); }
  PngDecoder(const PngDecoder&) = delete;
  PngDecoder& operator=(const PngDecoder&) = delete;

  // Of the pixels that read_rows() gives.
  std::uint32_t height() const { return height_; }
  std::uint32_t width() const { return width_; }
  int channels() const { return channels_; }
  const char* error() const { return error_.data(); }

  bool read_header() {
    if (setjmp(failed_)) return false;
    if (!info_) throw std::bad_alloc();
    png_set_read_fn(png_, this, on_read);
    png_set_benign_errors(png_, 0);  // a wrong checksum of the pixels is one that libpng would pass over
    png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);  // texts, colour profiles, times
    png_read_info(png_, info_);
    height_ = png_get_image_height(png_, info_);
    width_ = png_get_image_width(png_, info_);
    const int type = png_get_color_type(png_, info_), depth = png_get_bit_depth(png_, info_);
    const bool transparent = png_get_valid(png_, info_, PNG_INFO_tRNS) != 0;
    const bool alpha = transparent || (type & PNG_COLOR_MASK_ALPHA) != 0;
    if (type == PNG_COLOR_TYPE_PALETTE) {
      read_palette();
      png_set_packing(png_);
      channels_ = 1;
    } else {
      channels_ = alpha ? 4 : (type & PNG_COLOR_MASK_COLOR) != 0 ? 3 : 1;
      if (depth < 8) png_set_expand_gray_1_2_4_to_8(png_);
      if (transparent) png_set_tRNS_to_alpha(png_);  // compares all 16 bits, before half of them go
      if (depth == 16) png_set_strip_16(png_);
      if ((type & PNG_COLOR_MASK_COLOR) == 0 && alpha) png_set_gray_to_rgb(png_);
    }
    return true;
  }

  // Into memory for height() rows of width() pixels; `rows` are their beginnings.
  bool read_rows(std::vector<png_bytep>& rows) {
    if (setjmp(failed_)) return false;
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);  // allocates rows, so not before the size is known to be possible
    png_read_image(png_, rows.data());
    png_read_end(png_, nullptr);
    return true;
  }

  // Of pixels that are places in the palette: the number of colours, 0 for other pictures; and those, opaque or not.
  int colors() const { return colors_; }
  const Color& color(int i) const { return palette_[static_cast<std::size_t>(i)]; }
  bool palette_is_opaque() const { return opaque_; }

 private:
  static PngDecoder& self(png_const_structp png) { return *static_cast<PngDecoder*>(png_get_error_ptr(png)); }

  [[noreturn]] static void on_error(png_structp png, png_const_charp message) {
    PngDecoder& decoder = self(png);
    std::snprintf(decoder.error_.data(), decoder.error_.size(), "%s", message);
    std::longjmp(decoder.failed_, 1);
  }
  static void on_warning(png_structp, png_const_charp) {}

  static void on_read(png_structp png, png_bytep out, std::size_t size) {
    std::string_view& rest = self(png).rest_;
    if (size > rest.size()) png_error(png, "the file ends too early");
    std::memcpy(out, rest.data(), size);
    rest.remove_prefix(size);
  }

  void read_palette() {
    png_colorp colors = nullptr;
    png_bytep alphas = nullptr;
    int opacities = 0;
    png_get_PLTE(png_, info_, &colors, &colors_);
    png_get_tRNS(png_, info_, &alphas, &opacities, nullptr);
    opaque_ = opacities == 0;
    for (int i = 0; i < colors_; ++i)
      palette_[static_cast<std::size_t>(i)] = {colors[i].red, colors[i].green, colors[i].blue,
                                               i < opacities ? alphas[i] : std::uint8_t{255}};
  }

  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  std::jmp_buf failed_;
  std::array<char, 200> error_{};
  std::string_view rest_;
  std::uint32_t height_ = 0, width_ = 0;
  int channels_ = 0, colors_ = 0;
  bool opaque_ = true;
  std::array<Color, 256> palette_{};
};

// The colours that the places in a palette mean.
Image with_colors(const Image& places, const PngDecoder& decoder, std::string_view name) {
  Image image(places.height(), places.width(), decoder.palette_is_opaque() ? 3 : 4);
  for (int y = 0; y < places.height(); ++y)
    for (int x = 0; x < places.width(); ++x) {
      const int place = *places.pixel(y, x);
      if (place >= decoder.colors())
        fail<FileError>(name, ": the picture is corrupted: color ", place, " at row ", y, ", column ", x,
                        " of a palette of ", decoder.colors());
      std::copy_n(decoder.color(place).begin(), image.channels(), image.pixel(y, x));
    }
  return image;
}

}  // namespace

Image decode_png(std::string_view bytes, std::string_view name) {
  check_png(bytes, name);
  PngDecoder decoder(bytes);
  const auto refuse = [&] { fail<FileError>(name, ": the picture is corrupted: ", decoder.error()); };
  if (!decoder.read_header()) refuse();
  check_picture_size(decoder.height(), decoder.width(), decoder.channels(), bytes.size(), max_pixels_per_byte, name);
  Image image(static_cast<int>(decoder.height()), static_cast<int>(decoder.width()), decoder.channels());
  std::vector<png_bytep> rows;
  for (int y = 0; y < image.height(); ++y) rows.push_back(image.pixel(y, 0));
  if (!decoder.read_rows(rows)) refuse();
  return decoder.colors() > 0 ? with_colors(image, decoder, name) : image;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
