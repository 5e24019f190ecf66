#include <cotape/data/pictures/image_check.h>
#include <cotape/engine/base/error.h>

#include <zlib.h>

#include <array>
#include <cstdint>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr std::size_t png_signature_size = 8;
constexpr int max_scans = 1000;

// The number in the first `count` bytes, most significant first.
std::uint32_t big_endian(std::string_view bytes, std::size_t count) {
  std::uint32_t value = 0;
  for (const char byte : bytes.substr(0, count)) value = value << 8 | static_cast<std::uint8_t>(byte);
  return value;
}

int byte_at(std::string_view bytes, std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); }

// Walks through the segments of a JPEG and keeps what later ones refer to.
class JpegCheck {
 public:
  JpegCheck(std::string_view bytes, std::string_view name) : bytes_(bytes), name_(name) {}

  void run() {
    at_ = 2;  // behind the start marker
    for (;;) {
      const int marker = next_marker();
      if (marker == 0xD9) return check_all_scanned();
      const std::string_view content = segment();
      if (marker == 0xDB) quantisation_tables(content);
      if (marker == 0xC4) huffman_tables(content);
      if (marker >= 0xC0 && marker <= 0xC2) frame(content, marker == 0xC2);
      if (marker == 0xDA) scan(content);
    }
  }

 private:
  enum Table { quantisation, dc, ac };

  [[noreturn]] void cut_off() const {
    fail<FileError>(name_, ": the JPEG is cut off, no end marker until byte ", bytes_.size(), " where the file ends");
  }
  void require(bool condition, const char* rule) const {
    if (!condition) fail<FileError>(name_, ": the JPEG is corrupted, ", rule, " (at byte ", start_, ")");
  }

  // The next marker; FF may be repeated before it.
  int next_marker() {
    start_ = at_;
    if (at_ >= bytes_.size()) cut_off();
    require(byte_at(bytes_, at_) == 0xFF, "a marker is expected");
    while (at_ < bytes_.size() && byte_at(bytes_, at_) == 0xFF) ++at_;
    if (at_ >= bytes_.size()) cut_off();
    return byte_at(bytes_, at_++);
  }

  std::string_view segment() {
    if (bytes_.size() - at_ < 2) cut_off();
    const std::size_t size = big_endian(bytes_.substr(at_), 2);
    require(size >= 2, "a segment is shorter than its own length");
    if (size > bytes_.size() - at_) cut_off();
    const std::string_view content = bytes_.substr(at_ + 2, size - 2);
    at_ += size;
    return content;
  }

  void quantisation_tables(std::string_view content) {
    while (!content.empty()) {
      const int head = byte_at(content, 0);
      const std::size_t size = head >> 4 ? 129 : 65;
      require(head >> 4 <= 1 && (head & 15) < 4 && size <= content.size(), "a quantisation table does not fit");
      defined_[quantisation][static_cast<std::size_t>(head & 15)] = true;
      content.remove_prefix(size);
    }
  }

  void huffman_tables(std::string_view content) {
    while (!content.empty()) {
      require(content.size() >= 17, "a Huffman table does not fit");
      const int head = byte_at(content, 0);
      std::size_t codes = 0;
      for (std::size_t length = 1; length <= 16; ++length) codes += static_cast<std::size_t>(byte_at(content, length));
      require(head >> 4 <= 1 && (head & 15) < 4 && codes <= 256 && 17 + codes <= content.size(),
              "a Huffman table does not fit");
      defined_[head >> 4 ? ac : dc][static_cast<std::size_t>(head & 15)] = true;
      content.remove_prefix(17 + codes);
    }
  }

  void frame(std::string_view content, bool progressive) {
    require(components_.empty() && content.size() >= 6 && (content.size() - 6) % 3 == 0, "a frame header does not fit");
    components_ = content.substr(6);
    progressive_ = progressive;
  }

  void scan(std::string_view content) {
    require(content.size() >= 6 && content.size() == 4 + 2 * static_cast<std::size_t>(byte_at(content, 0)),
            "a scan header does not fit");
    require(++scans_ <= max_scans, "it has more than 1000 scans");
    const bool first = byte_at(content, content.size() - 3) == 0;  // holds DC coefficients
    for (std::size_t i = 1; i + 3 < content.size(); i += 2) {
      std::size_t component = 0;
      while (component < components_.size() && components_[component] != content[i]) component += 3;
      require(component < components_.size(), "a scan of a component that the frame does not have");
      if (first) scanned_[component / 3] = true;
      const int tables = byte_at(content, i + 1);
      require(is_defined(quantisation, byte_at(components_, component + 2)) &&
                  ((progressive_ && !first) || is_defined(dc, tables >> 4)) &&
                  ((progressive_ && first) || is_defined(ac, tables & 15)),
              "a scan uses a table that is not defined");
    }
    // The entropy-coded data end before a marker that is neither a stuffed zero nor a restart.
    for (;; ++at_) {
      at_ = bytes_.find('\xFF', at_);
      if (at_ == std::string_view::npos || at_ + 1 >= bytes_.size()) cut_off();
      const int next = byte_at(bytes_, at_ + 1);
      if (next != 0 && (next < 0xD0 || next > 0xD7) && next != 0xFF) return;
    }
  }

  void check_all_scanned() const {
    require(!components_.empty(), "it has no frame");
    for (std::size_t i = 0; i < components_.size() / 3; ++i) require(scanned_[i], "a component has no scan");
  }

  bool is_defined(Table table, int number) const {
    return number < 4 && defined_[table][static_cast<std::size_t>(number)];
  }

  std::string_view bytes_;
  std::string_view name_;
  std::size_t at_ = 0;
  std::size_t start_ = 0;  // of the segment looked at
  std::array<std::array<bool, 4>, 3> defined_{};
  std::string_view components_;      // of the frame: id, sampling, quantisation table each
  std::array<bool, 256> scanned_{};  // by place in the frame
  int scans_ = 0;
  bool progressive_ = false;
};

}  // namespace

void check_png(std::string_view bytes, std::string_view name) {
  std::size_t at = png_signature_size;
  for (;;) {
    const std::string_view rest = bytes.substr(at);
    if (rest.size() < 12 || big_endian(rest, 4) > rest.size() - 12)
      fail<FileError>(name, ": the PNG is cut off, the chunk at byte ", at, " goes beyond the file's ", bytes.size());
    const std::string_view content = rest.substr(4, 4 + std::size_t{big_endian(rest, 4)});
    const auto checksum = crc32_z(0, reinterpret_cast<const Bytef*>(content.data()), content.size());
    if (checksum != big_endian(rest.substr(4 + content.size()), 4))
      fail<FileError>(name, ": the PNG is corrupted, the checksum of the chunk at byte ", at, " does not fit");
    if (content.starts_with("IEND")) return;
    at += 8 + content.size();
  }
}

void check_jpeg(std::string_view bytes, std::string_view name) { JpegCheck(bytes, name).run(); }

}  // namespace COTAPE_PRECISION
}  // namespace cotape
