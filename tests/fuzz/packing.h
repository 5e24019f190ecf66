#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The formats of compressed files, as small as fuzzing needs them.

enum class Wrapping { zlib, gzip };
std::string deflated(std::string_view bytes, Wrapping wrapping);
// Nothing when they are broken, or would become more than max_size bytes.
std::optional<std::string> inflated(std::string_view bytes, Wrapping wrapping, std::size_t max_size);

// A PNG is a signature and chunks (PNG specification, §5).
struct PngChunk {
  std::string type;  // four letters
  std::string content;
};
inline constexpr std::string_view png_signature = "\x89PNG\r\n\x1a\n";
// With checksums that fit.
std::string join_png(const std::vector<PngChunk>& chunks);
// The chunks that the bytes hold as a whole; their checksums need not fit. None when it is no PNG.
std::vector<PngChunk> split_png(std::string_view bytes);
