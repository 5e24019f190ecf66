#include "packing.h"

#include <zlib.h>

#include <cstdint>
#include <stdexcept>

namespace {

int window_bits(Wrapping wrapping) { return wrapping == Wrapping::gzip ? 16 + MAX_WBITS : MAX_WBITS; }

std::string big_endian(std::size_t number) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift & 255);
  return bytes;
}

void set_input(z_stream& stream, std::string_view bytes) {
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
}

void set_output(z_stream& stream, std::string& out) {
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
}

}  // namespace

std::string deflated(std::string_view bytes, Wrapping wrapping) {
  z_stream stream{};
  if (deflateInit2(&stream, 1, Z_DEFLATED, window_bits(wrapping), 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::runtime_error("deflateInit2");
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  set_input(stream, bytes);
  set_output(stream, out);
  const int result = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (result != Z_STREAM_END) throw std::runtime_error("deflate");
  return out;
}

std::optional<std::string> inflated(std::string_view bytes, Wrapping wrapping, std::size_t max_size) {
  z_stream stream{};
  if (inflateInit2(&stream, window_bits(wrapping)) != Z_OK) throw std::runtime_error("inflateInit2");
  std::string out(max_size, '\0');
  set_input(stream, bytes);
  set_output(stream, out);
  const int result = inflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  if (result != Z_STREAM_END) return std::nullopt;
  return out;
}

std::string join_png(const std::vector<PngChunk>& chunks) {
  std::string bytes(png_signature);
  for (const PngChunk& chunk : chunks) {
    const std::string body = chunk.type + chunk.content;
    bytes += big_endian(chunk.content.size()) + body +
             big_endian(crc32_z(0, reinterpret_cast<const Bytef*>(body.data()), body.size()));
  }
  return bytes;
}

std::vector<PngChunk> split_png(std::string_view bytes) {
  std::vector<PngChunk> chunks;
  if (!bytes.starts_with(png_signature)) return chunks;
  bytes.remove_prefix(png_signature.size());
  while (bytes.size() >= 12) {
    std::size_t size = 0;
    for (const char byte : bytes.substr(0, 4)) size = size << 8 | static_cast<std::uint8_t>(byte);
    if (size > bytes.size() - 12) break;
    chunks.push_back({std::string(bytes.substr(4, 4)), std::string(bytes.substr(8, size))});
    bytes.remove_prefix(12 + size);
  }
  return chunks;
}
