#include <cotape/data/sets/flags.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/file.h>
#include <cotape/engine/base/text.h>

#include <algorithm>
#include <cmath>
#include <system_error>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

bool is_folder(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored);
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// RGB of any picture, what is transparent over white.
Image over_white(const Image& image) {
  Image rgb(image.height(), image.width(), 3);
  const int channels = image.channels();
  for (int y = 0; y < image.height(); ++y)
    for (int x = 0; x < image.width(); ++x) {
      const std::uint8_t* from = image.pixel(y, x);
      const int alpha = channels == 4 ? from[3] : 255;
      for (int c = 0; c < 3; ++c)
        rgb.pixel(y, x)[c] =
            static_cast<std::uint8_t>((from[channels == 1 ? 0 : c] * alpha + 255 * (255 - alpha) + 127) / 255);
    }
  return rgb;
}

}  // namespace

std::filesystem::path find_flags(std::string_view source, const std::filesystem::path& iso_folder) {
  if (source == "iso-flags") {
    if (is_folder(iso_folder)) return iso_folder;
    fail<FileError>("iso-flags: ", shown_path(iso_folder),
                    " does not exist; install the Debian package iso-flags-png-320x240 "
                    "(apt-get install iso-flags-png-320x240) or give a folder");
  }
  if (is_folder(source)) return source;
  fail<FileError>("data: ", source, " is not a folder; give \"iso-flags\" or a folder with flags named xx.png");
}

Image load_flag(const std::filesystem::path& folder, std::string_view code, int height, int width) {
  if (code.size() != 2 || !is_letter(code[0]) || !is_letter(code[1]))
    fail<ValueError>("\"", shown(code), "\" is no country code of two letters");
  std::string name(code);
  for (char& c : name) c = static_cast<char>(c | 0x20);
  const std::filesystem::path path = folder / (name + ".png");
  const std::string bytes = read_file(path);
  if (!bytes.starts_with("\x89PNG")) fail<FileError>(shown_path(path), ": not a PNG");
  return resize(over_white(decode_image(bytes, shown_path(path))), height, width);
}

double difference(const Image& a, const Image& b) {
  if (a.height() != b.height() || a.width() != b.width() || a.channels() != b.channels())
    fail<ShapeError>("difference: pictures of ", a.height(), " by ", a.width(), " pixels of ", a.channels(),
                     " channels and ", b.height(), " by ", b.width(), " of ", b.channels());
  double sum = 0;
  for (std::size_t i = 0; i < a.bytes().size(); ++i) {
    const double d = static_cast<double>(a.bytes()[i]) - static_cast<double>(b.bytes()[i]);
    sum += d * d;
  }
  return std::sqrt(sum / static_cast<double>(std::max<std::size_t>(1, a.bytes().size())));
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
