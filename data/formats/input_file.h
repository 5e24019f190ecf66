#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <cotape/engine/base/error.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// A file that is read from front to back, plain or gzip-compressed; compression is known by the content, not by the
// name. Positions count uncompressed bytes. Every error is a FileError that names the file and the byte.
class InputFile {
 public:
  explicit InputFile(const std::filesystem::path& path);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  const std::string& name() const { return name_; }
  // Bytes read so far.
  std::uint64_t position() const { return position_; }

  // The next bytes. Throws when the file ends before them (`what` names them in the message) or when the compressed
  // data are corrupted.
  void read(void* out, std::size_t bytes, std::string_view what);
  // The same into new memory, which never exceeds what the file really holds by more than a factor of two, whatever
  // a header claims.
  std::vector<std::uint8_t> read(std::uint64_t bytes, std::string_view what);
  // Throws when the file cannot hold so many more bytes, whatever a header claims: to be asked before memory is.
  void expect(std::uint64_t bytes, std::string_view what);
  // Everything that is left, for text. Throws when that is more than `limit` bytes.
  std::string read_rest(std::uint64_t limit);
  // Throws unless the file ends here. The checksum of a compressed file has then been verified.
  void expect_end();

  // Throws FileError: the file's name, the parts, and the byte they speak of.
  template <class... Parts>
  [[noreturn]] void fail_at(std::uint64_t position, const Parts&... parts) const {
    fail<FileError>(name_, ": ", parts..., " (at byte ", position, ")");
  }

 private:
  struct Gzip;

  // Up to `bytes` of the next bytes; fewer only at the end of the file.
  std::size_t read_some(std::uint8_t* out, std::size_t bytes);
  std::size_t inflate_some(std::uint8_t* out, std::size_t bytes);
  // An upper bound on the bytes that follow: exact for a plain file, else what deflate can make of the rest at best.
  std::uint64_t max_left() const;
  [[noreturn]] void fail_short(std::uint64_t start, std::uint64_t bytes, std::string_view what) const;

  std::string name_;
  std::string bytes_;           // as on disk
  std::size_t used_ = 0;        // of bytes_
  std::uint64_t position_ = 0;  // in the uncompressed bytes
  std::unique_ptr<Gzip> gzip_;  // null for a plain file
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
