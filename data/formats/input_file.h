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

// A file that is read from front to back, plain or gzip-compressed. Whether it is compressed is seen from its first
// bytes, not from its name. Positions count uncompressed bytes. Every error is a FileError that names the file and the
// position.
class InputFile {
 public:
  explicit InputFile(const std::filesystem::path& path);
  // Bytes of a part of a file that have been read; they are taken as they are. Errors name it `name`.
  InputFile(std::string name, std::string bytes);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  const std::string& name() const { return name_; }
  // Bytes read so far.
  std::uint64_t position() const { return position_; }

  // Reads the next `bytes` bytes into `out`. Throws when the file ends before that or the compressed data are
  // corrupted; `what` says in the message what the bytes were to be.
  void read(void* out, std::size_t bytes, std::string_view what);
  // The same into new memory. It is never more than twice what the file really holds, so that a wrong size in a header
  // does no harm.
  std::vector<std::uint8_t> read(std::uint64_t bytes, std::string_view what);
  // The next `bytes` bytes, fewer only at the end of the file.
  std::string read_up_to(std::size_t bytes);
  // Throws when the file cannot hold so many more bytes. To be called before memory is allocated for a size that a
  // header gives.
  void expect(std::uint64_t bytes, std::string_view what);
  // Text up to the next line end or the end of the file; with the line end. Throws when it is more than `limit` bytes.
  std::string read_line(std::uint64_t limit);
  // Everything up to the end of the file, for text. Throws when that is more than `limit` bytes; no more memory than
  // that is used, whatever a compressed file holds.
  std::string read_rest(std::uint64_t limit);
  // Throws unless the file ends here. The checksum of a compressed file has then been verified.
  void expect_end();

  // Throws FileError with the file's name, the parts one after the other, and the position.
  template <class... Parts>
  [[noreturn]] void fail_at(std::uint64_t position, const Parts&... parts) const {
    fail<FileError>(name_, ": ", parts..., " (at byte ", position, ")");
  }

 private:
  struct Gzip;

  // Up to `bytes` of the next bytes; fewer only at the end of the file.
  std::size_t read_some(std::uint8_t* out, std::size_t bytes);
  std::size_t inflate_some(std::uint8_t* out, std::size_t bytes);
  // An upper bound for the bytes that follow: exact for a plain file; else what the rest would become at the highest
  // ratio that deflate can compress with.
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
