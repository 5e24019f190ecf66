#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cotape/engine/base/error.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// A file in a zip archive. Folders are members without bytes, whose names end in "/".
struct ZipMember {
  std::string name = {};          // with folders, as the archive's directory has it: any bytes
  std::uint64_t size = 0;         // of its content
  std::uint64_t entry = 0;        // place of its entry in the directory, in bytes from the beginning of the archive
  std::uint64_t header = 0;       // place of its own header
  std::uint64_t data = 0;         // place of what it holds, …
  std::uint64_t packed_size = 0;  // … and how much that is, maybe compressed
  std::uint32_t checksum = 0;     // CRC-32 of the content
  int method = 0;                 // 0 stored, 8 deflated
};

// A zip archive (PKWARE's APPNOTE 6.3) in memory, of members that are stored or deflated. All calls may come from
// several threads at once.
class ZipFile {
 public:
  // Reads the file, and checks its directory as a whole. `what` it is to be stands in messages. Throws FileError,
  // naming the file and the byte, when it is missing, no such archive, cut off, of more than 4 GiB, in parts or
  // encrypted, and when sizes or places are impossible, two members have one name, or members overlap.
  explicit ZipFile(const std::filesystem::path& path, std::string_view what = "zip file");

  const std::string& name() const { return name_; }
  // In the order of the directory.
  const std::vector<ZipMember>& members() const { return members_; }

  // The content of one of members(). Throws FileError when the compressed data or the checksum are wrong. Memory is
  // allocated only for what the archive can hold.
  std::string read(const ZipMember& member) const;

  // Throws FileError with the archive's name, the parts one after the other, and the position.
  template <class... Parts>
  [[noreturn]] void fail_at(std::uint64_t position, const Parts&... parts) const {
    fail<FileError>(name_, ": ", parts..., " (at byte ", position, ")");
  }

 private:
  // Where the directory is, and how many members it has.
  struct End {
    std::uint64_t directory, members;
  };
  std::uint64_t number(std::uint64_t at, int bytes) const;
  bool has(std::uint64_t at, std::string_view mark, std::uint64_t bytes) const;
  End find_end(std::string_view what) const;
  ZipMember read_entry(std::uint64_t& at, std::uint64_t directory) const;
  void check_members() const;
  std::string inflated(const ZipMember& member) const;

  std::string name_;
  std::string bytes_;
  std::vector<ZipMember> members_;
};

// Makes the bytes of a zip archive whose members are stored, dated 1 January 1980: the same bytes for the same members.
class ZipWriter {
 public:
  // `name` stands for the file in messages.
  explicit ZipWriter(std::string name) : name_(std::move(name)) {}

  // Throws FileError, leaving the archive as it was, for a name of more than 65535 bytes, and when the archive would
  // have more than 4 GiB or 65534 members.
  void add(std::string_view name, std::string_view content);
  // The whole archive; the writer is empty then.
  std::string finish();

 private:
  std::string name_;
  std::string bytes_, directory_;
  std::uint64_t members_ = 0;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
