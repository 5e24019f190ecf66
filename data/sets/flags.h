#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <cotape/data/pictures/image.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Where the Debian package iso-flags-png-320x240 puts its files.
inline constexpr std::string_view iso_flags_folder = "/usr/share/iso-flags-png-320x240";

// The folder of the flags: for "iso-flags" the one of the Debian package, else `source` itself. Throws FileError when
// there is no such folder; for "iso-flags" the message says how to install it.
std::filesystem::path find_flags(std::string_view source, const std::filesystem::path& iso_folder = iso_flags_folder);

// The flag of a country, by its code of two letters, from the file FOLDER/xx.png (small letters): as RGB, transparent
// parts over white, resized to height × width pixels whatever the proportions of the file (see resize()). Throws
// ValueError for a code that is not two letters; FileError, naming the file, when it is missing, broken, or not a PNG.
Image load_flag(const std::filesystem::path& folder, std::string_view code, int height, int width);

// How much two pictures of one size differ: the root of the mean squared difference over all bytes, 0 … 255. Throws
// ShapeError when sizes or numbers of channels differ.
double difference(const Image& a, const Image& b);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
