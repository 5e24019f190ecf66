#pragma once
#include <string_view>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Checks of PNG and JPEG files that the decoders do not make themselves: without them a picture that is only there in
// part would be filled up with grey or black. Both throw FileError that names the file, which is `name`, and the
// position.

// PNG: every chunk lies inside the file, up to the end chunk, and its checksum is right (PNG specification §5.3).
void check_png(std::string_view bytes, std::string_view name);

// JPEG: every segment lies inside the file, up to the end marker; no Huffman table is longer than its 256 places; every
// scan uses tables that were defined before it; and every component of the frame has a scan, of a progressive one that
// of its DC coefficients (ITU-T T.81, annexes B and G). At most 1000 scans, each of which goes over the whole picture.
void check_jpeg(std::string_view bytes, std::string_view name);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
