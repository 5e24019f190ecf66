#include <cotape/data/formats/input_file.h>
#include <cotape/engine/base/file.h>

#include <zlib.h>

#include <algorithm>
#include <new>
#include <utility>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr std::uint64_t max_deflate_ratio = 1032;         // zlib technical details: no input byte makes more
constexpr std::uint64_t inflate_backlog = 1 << 16;        // read by zlib and not yet given out, at most its window
constexpr std::size_t zlib_piece = std::size_t{1} << 30;  // zlib counts in 32 bits
constexpr std::uint64_t first_piece = 1 << 20;

bool starts_gzip(std::string_view bytes) { return bytes.starts_with("\x1f\x8b"); }

}  // namespace

struct InputFile::Gzip {
  z_stream stream{};
  bool ended = false;  // the current gzip member; another one may follow

  Gzip() {
    if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) throw std::bad_alloc();
  }
  ~Gzip() { inflateEnd(&stream); }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;
};

InputFile::InputFile(const std::filesystem::path& path) : name_(shown_path(path)), bytes_(read_file(path)) {
  if (starts_gzip(bytes_)) gzip_ = std::make_unique<Gzip>();
}

InputFile::InputFile(std::string name, std::string bytes) : name_(std::move(name)), bytes_(std::move(bytes)) {}

InputFile::~InputFile() = default;

std::uint64_t InputFile::max_left() const {
  const std::uint64_t rest = bytes_.size() - used_;
  return gzip_ ? rest * max_deflate_ratio + inflate_backlog : rest;
}

void InputFile::read(void* out, std::size_t bytes, std::string_view what) {
  const std::uint64_t start = position_;
  if (read_some(static_cast<std::uint8_t*>(out), bytes) != bytes) fail_short(start, bytes, what);
}

void InputFile::expect(std::uint64_t bytes, std::string_view what) {
  if (bytes <= max_left()) return;
  const std::uint64_t start = position_;
  if (gzip_) fail_at(start, what, " needs ", bytes, " bytes, more than the compressed file can hold");
  position_ = bytes_.size();
  fail_short(start, bytes, what);
}

std::vector<std::uint8_t> InputFile::read(std::uint64_t bytes, std::string_view what) {
  const std::uint64_t start = position_;
  expect(bytes, what);
  std::vector<std::uint8_t> out;
  std::uint64_t have = 0;
  while (have < bytes) {
    const std::uint64_t next = gzip_ ? std::min(bytes, std::max(2 * have, first_piece)) : bytes;
    out.resize(next);
    const std::size_t got = read_some(out.data() + have, next - have);
    have += got;
    if (have != next) fail_short(start, bytes, what);
  }
  return out;
}

std::string InputFile::read_up_to(std::size_t bytes) {
  std::string out(bytes, '\0');
  out.resize(read_some(reinterpret_cast<std::uint8_t*>(out.data()), bytes));
  return out;
}

std::string InputFile::read_line(std::uint64_t limit) {
  const std::uint64_t start = position_;
  std::string line;
  for (std::uint8_t byte; (line.empty() || line.back() != '\n') && read_some(&byte, 1) == 1;) {
    if (line.size() == limit) fail_at(start + limit, "a line of more than ", limit, " bytes");
    line += static_cast<char>(byte);
  }
  return line;
}

std::string InputFile::read_rest(std::uint64_t limit) {
  const std::uint64_t start = position_;
  std::string out;
  std::uint64_t have = 0;
  do {
    // One byte beyond the limit shows that there are more.
    out.resize(std::min({std::max<std::uint64_t>(2 * have, first_piece), max_left() + have, limit + 1}));
    have += read_some(reinterpret_cast<std::uint8_t*>(out.data()) + have, out.size() - have);
    if (have > limit) fail_at(start + limit, "the file has more than ", limit, " bytes");
  } while (have == out.size() && max_left() > 0);
  out.resize(have);
  return out;
}

void InputFile::expect_end() {
  const std::uint64_t end = position_;
  std::uint8_t byte;
  if (read_some(&byte, 1) == 0) return;
  if (gzip_) fail_at(end, "more data than its header says");
  fail_at(end, bytes_.size() - used_ + 1, " bytes more than its header says");
}

std::size_t InputFile::read_some(std::uint8_t* out, std::size_t bytes) {
  if (gzip_) return inflate_some(out, bytes);
  const std::size_t got = std::min(bytes, bytes_.size() - used_);
  std::copy_n(bytes_.data() + used_, got, reinterpret_cast<char*>(out));
  used_ += got;
  position_ += got;
  return got;
}

std::size_t InputFile::inflate_some(std::uint8_t* out, std::size_t bytes) {
  z_stream& stream = gzip_->stream;
  std::size_t have = 0;
  while (have < bytes) {
    if (gzip_->ended) {
      if (used_ == bytes_.size()) break;
      if (!starts_gzip(std::string_view(bytes_).substr(used_)))
        fail<FileError>(name_, ": ", bytes_.size() - used_,
                        " bytes that are not gzip after the compressed data (at byte ", used_,
                        " of the compressed file)");
      inflateReset(&stream);
      gzip_->ended = false;
    }
    const auto in = static_cast<uInt>(std::min(bytes_.size() - used_, zlib_piece));
    const auto space = static_cast<uInt>(std::min(bytes - have, zlib_piece));
    stream.next_in = reinterpret_cast<Bytef*>(bytes_.data() + used_);
    stream.avail_in = in;
    stream.next_out = out + have;
    stream.avail_out = space;
    const int result = inflate(&stream, Z_NO_FLUSH);
    used_ += in - stream.avail_in;
    have += space - stream.avail_out;
    position_ += space - stream.avail_out;
    if (result == Z_STREAM_END) {
      gzip_->ended = true;
    } else if (result == Z_MEM_ERROR) {
      throw std::bad_alloc();
    } else if (result == Z_BUF_ERROR) {
      fail_at(position_, "the compressed data are cut off: the file ends after ", bytes_.size(), " bytes");
    } else if (result != Z_OK) {
      fail_at(position_, "the compressed data are corrupted: ", stream.msg ? stream.msg : "no gzip stream");
    }
  }
  return have;
}

void InputFile::fail_short(std::uint64_t start, std::uint64_t bytes, std::string_view what) const {
  fail_at(position_, "the file ends too early: ", what, " needs ", bytes, " bytes from byte ", start);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
