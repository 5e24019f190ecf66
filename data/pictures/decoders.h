#pragma once
#include <string_view>

#include <cotape/data/pictures/image.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The two decoders behind decode_image, which has looked at the file's first bytes. Both throw FileError that names the
// file, which is `name`, and what the decoder found wrong, also where it could go on with a part of the picture.
Image decode_png(std::string_view bytes, std::string_view name);
Image decode_jpeg(std::string_view bytes, std::string_view name);

// Throws FileError when Image has no room for a picture of this size, or a file of so many bytes cannot hold it when no
// byte makes more than `max_pixels_per_byte` pixels. To be called before memory is allocated for a size that a file
// gives.
void check_picture_size(std::uint64_t height, std::uint64_t width, int channels, std::size_t file_bytes,
                        std::uint64_t max_pixels_per_byte, std::string_view name);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
