#include <cotape/engine/base/error.h>
#include <cotape/engine/base/file.h>
#include <cotape/engine/base/text.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <new>
#include <system_error>
#include <thread>
#include <utility>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// An open file, closed at the end of its scope.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  int number() const { return number_; }
  bool open() const { return number_ >= 0; }

 private:
  int number_;
};

[[noreturn]] void fail_with_reason(const char* what, const std::filesystem::path& path, int reason) {
  fail<FileError>(what, " ", shown_path(path), ": ", std::generic_category().message(reason));
}

// Repeats a system call that a signal interrupted.
template <class Call>
auto uninterrupted(Call call) {
  for (;;) {
    const auto result = call();
    if (result >= 0 || errno != EINTR) return result;
  }
}

// What a file is, for "cannot write x: it is …"; nothing for a plain file.
const char* special_kind(const struct stat& status) {
  if (S_ISREG(status.st_mode)) return nullptr;
  if (S_ISDIR(status.st_mode)) return "a folder";
  if (S_ISFIFO(status.st_mode)) return "a pipe";
  if (S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode)) return "a device";
  return "not a file";
}

// Locks an open file; false, with the reason in errno, when that fails or another process keeps the lock.
bool lock(int number) {
  constexpr auto pause = std::chrono::milliseconds(10), patience = std::chrono::milliseconds(60'000);
  for (auto waited = std::chrono::milliseconds(0);; waited += pause) {
    if (uninterrupted([&] { return ::flock(number, LOCK_EX | LOCK_NB); }) == 0) return true;
    if (errno != EWOULDBLOCK || waited >= patience) return false;
    std::this_thread::sleep_for(pause);
  }
}

// Opens and locks the temporary file. A writer that waited for the lock may hold a file that has been renamed to its
// target meanwhile; it must not write there, so it opens anew.
Descriptor open_locked(const std::filesystem::path& path, const std::filesystem::path& temporary) {
  for (;;) {
    // Without waiting: opening a pipe to write would wait for its reader.
    Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666));
    struct stat mine, current;
    if (!file.open()) {
      const int reason = errno;
      if (::lstat(temporary.c_str(), &current) == 0 && !S_ISREG(current.st_mode))
        fail<FileError>("cannot write ", shown_path(path), ": ", shown_path(temporary), " is in the way, it is ",
                        S_ISLNK(current.st_mode) ? "a link" : special_kind(current));
      fail_with_reason("cannot write", path, reason);
    }
    if (::fstat(file.number(), &mine) != 0) fail_with_reason("cannot write", path, errno);
    if (const char* kind = special_kind(mine))
      fail<FileError>("cannot write ", shown_path(path), ": ", shown_path(temporary), " is in the way, it is ", kind);
    if (!lock(file.number())) {
      if (errno != EWOULDBLOCK) fail_with_reason("cannot write", path, errno);
      fail<FileError>("cannot write ", shown_path(path), ": another program has been writing it for a minute");
    }
    const bool still_there =
        ::lstat(temporary.c_str(), &current) == 0 && mine.st_ino == current.st_ino && mine.st_dev == current.st_dev;
    if (!still_there) continue;
    if (current.st_nlink != 1)
      fail<FileError>("cannot write ", shown_path(path), ": ", shown_path(temporary),
                      " is in the way, it is another file's second name");
    return file;
  }
}

bool write_all(int number, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = uninterrupted([&] { return ::write(number, bytes.data(), bytes.size()); });
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

std::string shown_path(const std::filesystem::path& path) { return shown(path.string(), std::string::npos); }

std::string read_file(const std::filesystem::path& path, std::uint64_t limit) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  struct stat status;
  if (!file.open() || ::fstat(file.number(), &status) != 0) fail_with_reason("cannot read", path, errno);
  if (const char* kind = special_kind(status)) fail<FileError>("cannot read ", shown_path(path), ": it is ", kind);
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size > limit)
    fail<FileError>("cannot read ", shown_path(path), ": its ", size, " bytes are more than the limit of ", limit);
  std::string bytes;
  try {
    bytes.resize(size);
  } catch (const std::bad_alloc&) {
    fail<FileError>("cannot read ", shown_path(path), ": no memory for its ", size, " bytes");
  }
  std::size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t got = uninterrupted([&] { return ::read(file.number(), bytes.data() + have, bytes.size() - have); });
    if (got < 0) fail_with_reason("cannot read", path, errno);
    if (got == 0) fail<FileError>("cannot read ", shown_path(path), ": it shrank to ", have, " bytes while being read");
    have += static_cast<std::size_t>(got);
  }
  return bytes;
}

void write_file(const std::filesystem::path& path, std::string_view bytes) {
  std::filesystem::path temporary = path;
  temporary += ".tmp";
  // Renaming would put a file in the place of a device. What a link leads to counts, the link itself is replaced.
  struct stat target;
  if (::stat(path.c_str(), &target) == 0)
    if (const char* kind = special_kind(target)) fail<FileError>("cannot write ", shown_path(path), ": it is ", kind);
  const Descriptor file = open_locked(path, temporary);
  if (::ftruncate(file.number(), 0) != 0 || !write_all(file.number(), bytes) || ::fsync(file.number()) != 0 ||
      ::rename(temporary.c_str(), path.c_str()) != 0) {
    const int reason = errno;
    ::unlink(temporary.c_str());
    fail_with_reason("cannot write", path, reason);
  }
  // The new name must reach the disk too; file systems that cannot flush a folder keep it in order by themselves.
  const std::filesystem::path parent = path.has_parent_path() ? path.parent_path() : ".";
  const Descriptor folder(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.open()) ::fsync(folder.number());
}

FolderLock::FolderLock(const std::filesystem::path& folder)
    : descriptor_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (descriptor_ < 0) fail_with_reason("cannot lock", folder, errno);
  const bool taken =
      uninterrupted([&] { return ::flock(descriptor_, LOCK_EX | LOCK_NB); }) != 0 && errno == EWOULDBLOCK;
  if (!taken) return;
  ::close(descriptor_);
  fail<FileError>(shown_path(folder), ": another program is writing into this folder");
}

FolderLock::~FolderLock() { ::close(descriptor_); }

}  // namespace COTAPE_PRECISION
}  // namespace cotape
