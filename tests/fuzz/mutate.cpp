#include "mutate.h"

#include <algorithm>

#include "packing.h"

namespace {

using Change = std::function<void(std::string& bytes, std::size_t max_size)>;

constexpr std::size_t max_inflated = 1 << 13;

// The pixels of a PNG as they are compressed, one filter byte a row, are changed; nothing when they are broken.
std::optional<std::string> change_pixels(const std::vector<PngChunk>& chunks, const Change& change) {
  std::vector<PngChunk> changed;
  std::string packed;
  std::size_t place = chunks.size();
  for (const PngChunk& chunk : chunks) {
    if (chunk.type != "IDAT") {
      changed.push_back(chunk);
      continue;
    }
    place = std::min(place, changed.size());
    packed += chunk.content;
  }
  std::optional<std::string> pixels = inflated(packed, Wrapping::zlib, max_inflated);
  if (!pixels) return std::nullopt;
  change(*pixels, pixels->size());
  changed.insert(changed.begin() + static_cast<std::ptrdiff_t>(std::min(place, changed.size())),
                 {"IDAT", deflated(*pixels, Wrapping::zlib)});
  return join_png(changed);
}

}  // namespace

std::string mutate(std::string_view input, std::size_t max_size, unsigned int seed, const Change& change) {
  const unsigned int way = seed % 8;
  std::string bytes(input);
  if (way != 0 && input.starts_with("\x1f\x8b")) {
    if (std::optional<std::string> content = inflated(input, Wrapping::gzip, max_inflated)) {
      change(*content, max_inflated);
      const std::string packed = deflated(*content, Wrapping::gzip);
      if (packed.size() <= max_size) return packed;
    }
  }
  const std::vector<PngChunk> chunks = split_png(input);
  if (way > 4 && !chunks.empty()) {
    const std::optional<std::string> png = change_pixels(chunks, change);
    if (png && png->size() <= max_size) return *png;
  }
  change(bytes, max_size);
  if (way != 0 && !chunks.empty()) {
    const std::vector<PngChunk> whole = split_png(bytes);
    if (!whole.empty()) bytes = join_png(whole);
  }
  return bytes;
}
