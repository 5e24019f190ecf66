#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The path as a message may show it: whole, but with what could do harm to a terminal written as shown() does
// (engine/base/text.h), for names of files and folders can be foreign text too.
std::string shown_path(const std::filesystem::path& path);

// The largest file that read_file takes when not told otherwise: 8 GiB.
inline constexpr std::uint64_t max_file_bytes = std::uint64_t{1} << 33;

// The bytes of a regular file. Throws FileError, naming the file and the system's reason, when it cannot be read or is
// larger than `limit` bytes.
std::string read_file(const std::filesystem::path& path, std::uint64_t limit = max_file_bytes);

// Replaces the file, or creates it, as a whole: whoever reads `path`, even after a crash or a power cut, finds the old
// bytes or all of the new ones. The bytes go to `path` + ".tmp" first, are flushed to disk, and the file is renamed; a
// .tmp left by a killed process is used again. Writers of one path wait for each other, up to a minute. Nothing but a
// plain file with one name is written to or replaced: a pipe, a device, or a .tmp that is a link is refused. Throws
// FileError, naming the file and the reason; `path` is then as it was.
void write_file(const std::filesystem::path& path, std::string_view bytes);

// While it lives no other FolderLock of the folder can be made, in this process or in another one. It ends with the
// process at the latest, however that ends. Throws FileError when there is one already. Where the system has no such
// locks (some network drives) it does nothing.
class FolderLock {
 public:
  explicit FolderLock(const std::filesystem::path& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int descriptor_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
