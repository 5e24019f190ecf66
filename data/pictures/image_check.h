#pragma once
#include <string_view>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Checks that the decoder of PNG and JPEG files does not make itself, and without which a broken file could do harm.
// Both throw FileError that names the file, which is `name`, and the position.

// PNG: every chunk lies inside the file, up to the end chunk, and its checksum is right (PNG specification §5.3).
void check_png(std::string_view bytes, std::string_view name);

// JPEG: every segment lies inside the file, up to the end marker; no Huffman table is longer than its 256 places; and
// every scan uses tables that were defined before it (ITU-T T.81, annex B).
void check_jpeg(std::string_view bytes, std::string_view name);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
