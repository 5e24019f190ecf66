#include <cotape/data/pictures/decoders.h>
#include <cotape/data/pictures/image_check.h>
#include <cotape/engine/base/error.h>

#include <jerror.h>
#include <jpeglib.h>
#include <array>
#include <csetjmp>
#include <cstdio>  // jpeglib.h needs its types and does not include it

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// Every 8 × 8 block of a component takes at least one bit.
constexpr std::uint64_t max_pixels_per_byte = 8 * 64;

// libjpeg reports an error by a function that must not return. Each call into it is inside one of the functions that
// begin with setjmp and return false after an error; no object with a destructor lives in them.
class JpegDecoder {
 public:
  JpegDecoder() {
    state_.err = jpeg_std_error(&handler_);
    state_.client_data = this;
    handler_.error_exit = on_error;
    handler_.emit_message = on_message;
  }
  ~JpegDecoder() { jpeg_destroy_decompress(&state_); }
  JpegDecoder(const JpegDecoder&) = delete;
  JpegDecoder& operator=(const JpegDecoder&) = delete;

  std::uint32_t height() const { return state_.image_height; }
  std::uint32_t width() const { return state_.image_width; }
  // Of the rows that read_row() gives: 1 grey, 3 RGB, 4 CMYK.
  int channels() const { return state_.out_color_components; }
  // Whether CMYK values tell how much light there is, not how much ink: what Adobe's programs write.
  bool inverted() const { return state_.saw_Adobe_marker; }
  const char* error() const { return error_.data(); }

  bool read_header(std::string_view bytes) {
    if (setjmp(failed_)) return false;
    jpeg_create_decompress(&state_);
    jpeg_mem_src(&state_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
    jpeg_read_header(&state_, TRUE);
    jpeg_calc_output_dimensions(&state_);
    return true;
  }

  bool start() {
    if (setjmp(failed_)) return false;
    jpeg_start_decompress(&state_);
    return true;
  }

  bool read_row(std::uint8_t* out) {
    if (setjmp(failed_)) return false;
    jpeg_read_scanlines(&state_, &out, 1);
    return true;
  }

  bool finish() {
    if (setjmp(failed_)) return false;
    jpeg_finish_decompress(&state_);
    return true;
  }

 private:
  [[noreturn]] static void on_error(j_common_ptr state) {
    auto* decoder = static_cast<JpegDecoder*>(state->client_data);
    state->err->format_message(state, decoder->error_.data());
    std::longjmp(decoder->failed_, 1);
  }

  // Warnings are of data that are wrong or missing; libjpeg would go on with what it makes of them. Only bytes between
  // two segments, which cameras leave, do no harm.
  static void on_message(j_common_ptr state, int level) {
    const bool warning = level < 0;
    if (warning && state->err->msg_code != JWRN_EXTRANEOUS_DATA) on_error(state);
  }

  jpeg_decompress_struct state_{};
  jpeg_error_mgr handler_{};
  std::jmp_buf failed_;
  std::array<char, JMSG_LENGTH_MAX> error_{};
};

void to_rgb(const std::uint8_t* cmyk, bool inverted, std::uint8_t* rgb, int width) {
  const auto light = [inverted](std::uint8_t value) { return inverted ? value : 255 - value; };
  for (int x = 0; x < width; ++x, cmyk += 4)
    for (int c = 0; c < 3; ++c) *rgb++ = static_cast<std::uint8_t>((light(cmyk[c]) * light(cmyk[3]) + 127) / 255);
}

}  // namespace

Image decode_jpeg(std::string_view bytes, std::string_view name) {
  check_jpeg(bytes, name);
  JpegDecoder decoder;
  const auto require = [&](bool done) {
    if (!done) fail<FileError>(name, ": the picture is corrupted: ", decoder.error());
  };
  require(decoder.read_header(bytes));
  const int channels = decoder.channels();
  if (channels != 1 && channels != 3 && channels != 4)
    fail<FileError>(name, ": a picture of ", channels, " channels, neither grey, RGB nor CMYK");
  check_picture_size(decoder.height(), decoder.width(), channels, bytes.size(), max_pixels_per_byte, name);
  Image image(static_cast<int>(decoder.height()), static_cast<int>(decoder.width()), channels == 1 ? 1 : 3);
  std::vector<std::uint8_t> row(static_cast<std::size_t>(image.width()) * static_cast<std::size_t>(channels));
  require(decoder.start());
  for (int y = 0; y < image.height(); ++y) {
    require(decoder.read_row(channels == 4 ? row.data() : image.pixel(y, 0)));
    if (channels == 4) to_rgb(row.data(), decoder.inverted(), image.pixel(y, 0), image.width());
  }
  require(decoder.finish());
  return image;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
