#include <cotape/data/formats/zip.h>
#include <cotape/engine/base/file.h>
#include <cotape/engine/base/text.h>

#include <zlib.h>

#include <algorithm>
#include <new>
#include <set>
#include <utility>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// Members, each behind a header of its own; a directory of them; and an end record that says where the directory is.
constexpr std::string_view local_mark = "PK\3\4", directory_mark = "PK\1\2", end_mark = "PK\5\6";
constexpr std::size_t local_bytes = 30, directory_bytes = 46, end_bytes = 22, max_comment = 65535;
constexpr std::uint64_t in_zip64 = 0xffffffff;     // in the place of a size or offset that 32 bits do not hold
constexpr std::uint64_t max_deflate_ratio = 1032;  // no input byte makes more
constexpr std::uint64_t max_written = 0xffff0000;
constexpr std::uint64_t max_members = 65534;
constexpr int stored = 0, deflated = 8;

void append(std::string& bytes, std::uint64_t value, int count) {
  for (int i = 0; i < count; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xff);
}

// What a member's own header and its entry in the directory have in common, from the version on.
void append_member(std::string& bytes, std::string_view name, std::string_view content) {
  append(bytes, 20, 2);          // version of the format that is needed
  append(bytes, 0, 2);           // flags
  append(bytes, stored, 2);      // method
  append(bytes, 0, 2);           // midnight
  append(bytes, 1 << 5 | 1, 2);  // 1 January 1980
  append(bytes, crc32_z(0, reinterpret_cast<const Bytef*>(content.data()), content.size()), 4);
  append(bytes, content.size(), 4);
  append(bytes, content.size(), 4);
  append(bytes, name.size(), 2);
  append(bytes, 0, 2);  // nothing further
}

}  // namespace

ZipFile::ZipFile(const std::filesystem::path& path, std::string_view what)
    : name_(shown_path(path)), bytes_(read_file(path)) {
  const End end = find_end(what);
  std::uint64_t at = end.directory;
  for (std::uint64_t i = 0; i < end.members; ++i) members_.push_back(read_entry(at, end.directory));
  check_members();
}

void ZipFile::check_members() const {
  std::set<std::string_view> names;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> places;  // of members, from their headers to their ends
  for (const ZipMember& member : members_) {
    if (!names.insert(member.name).second) fail_at(member.entry, "a second member ", shown(member.name));
    places.emplace_back(member.header, member.data + member.packed_size);
  }
  std::sort(places.begin(), places.end());
  for (std::size_t i = 1; i < places.size(); ++i)
    if (places[i].first < places[i - 1].second) fail_at(places[i].first, "two members of the archive overlap");
}

// A little-endian number; its place has been checked.
std::uint64_t ZipFile::number(std::uint64_t at, int bytes) const {
  std::uint64_t value = 0;
  for (int i = bytes; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes_[at + static_cast<unsigned>(i)]);
  return value;
}

bool ZipFile::has(std::uint64_t at, std::string_view mark, std::uint64_t bytes) const {
  return at <= bytes_.size() && bytes <= bytes_.size() - at && std::string_view(bytes_).substr(at).starts_with(mark);
}

ZipFile::End ZipFile::find_end(std::string_view what) const {
  const std::size_t first = bytes_.size() - std::min(bytes_.size(), end_bytes + max_comment);
  for (std::size_t at = bytes_.size(); at-- > first;) {
    // A comment may hold the mark too: the record's own length tells them apart.
    if (!has(at, end_mark, end_bytes) || at + end_bytes + number(at + 20, 2) != bytes_.size()) continue;
    const std::uint64_t members = number(at + 10, 2), size = number(at + 12, 4), directory = number(at + 16, 4);
    if (number(at + 4, 2) != 0 || number(at + 6, 2) != 0 || number(at + 8, 2) != members)
      fail_at(at, "an archive in parts");
    if (members == 0xffff || directory == in_zip64) fail_at(at, "an archive of more than 4 GiB or 65534 members");
    if (directory > at || size != at - directory) fail_at(at, "the directory of the archive is not where it should be");
    return {directory, members};
  }
  fail_at(0, "no ", what, ": no zip archive ends here, or the file is cut off");
}

// The member whose entry in the directory is at `at`, which goes to the next one.
ZipMember ZipFile::read_entry(std::uint64_t& at, std::uint64_t directory) const {
  if (!has(at, directory_mark, directory_bytes)) fail_at(at, "no entry of the archive's directory where one must be");
  const std::uint64_t flags = number(at + 8, 2), name_size = number(at + 28, 2),
                      rest = name_size + number(at + 30, 2) + number(at + 32, 2);
  if (rest > bytes_.size() - at - directory_bytes) fail_at(at, "an entry of the archive's directory is cut off");
  ZipMember member;
  member.name = bytes_.substr(at + directory_bytes, name_size);
  member.size = number(at + 24, 4);
  member.entry = at;
  member.header = number(at + 42, 4);
  member.packed_size = number(at + 20, 4);
  member.checksum = static_cast<std::uint32_t>(number(at + 16, 4));
  member.method = static_cast<int>(number(at + 10, 2));
  at += directory_bytes + rest;
  const auto refuse = [&](const auto&... parts) {
    fail_at(member.entry, "the member ", shown(member.name), " ", parts...);
  };
  if (flags & 1) refuse("is encrypted");
  if (member.header == in_zip64 || member.packed_size == in_zip64 || member.size == in_zip64)
    refuse("has more than 4 GiB");
  if (member.method != stored && member.method != deflated) refuse("is compressed by method ", member.method);
  if (member.header >= directory || !has(member.header, local_mark, local_bytes))
    refuse("is not where the directory says, at byte ", member.header);
  member.data = member.header + local_bytes + number(member.header + 26, 2) + number(member.header + 28, 2);
  if (member.data > directory || member.packed_size > directory - member.data)
    refuse("has ", member.packed_size, " bytes, more than there are");
  if (member.method == stored && member.size != member.packed_size)
    refuse("is not compressed, but has two sizes, ", member.packed_size, " and ", member.size);
  if (member.method == deflated && member.size / max_deflate_ratio > member.packed_size)
    refuse("cannot become ", member.size, " bytes from ", member.packed_size);
  return member;
}

std::string ZipFile::read(const ZipMember& member) const {
  std::string out;
  if (member.method == stored)
    out = bytes_.substr(member.data, member.packed_size);
  else
    out = inflated(member);
  if (crc32_z(0, reinterpret_cast<const Bytef*>(out.data()), out.size()) != member.checksum)
    fail_at(member.data, "the checksum of the member ", shown(member.name), " is wrong");
  return out;
}

std::string ZipFile::inflated(const ZipMember& member) const {
  std::string out(member.size, '\0');
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) throw std::bad_alloc();
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes_.data() + member.data));
  stream.avail_in = static_cast<uInt>(member.packed_size);
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(member.size);
  const int result = inflate(&stream, Z_FINISH);
  const bool whole = result == Z_STREAM_END && stream.avail_out == 0 && stream.avail_in == 0;
  inflateEnd(&stream);
  if (result == Z_MEM_ERROR) throw std::bad_alloc();
  if (!whole)
    fail_at(member.data, "the compressed data of the member ", shown(member.name), " are corrupted, or do not become ",
            member.size, " bytes");
  return out;
}

void ZipWriter::add(std::string_view name, std::string_view content) {
  const std::uint64_t header = bytes_.size(), all = header + directory_.size() + local_bytes + directory_bytes +
                                                    2 * name.size() + content.size();
  if (name.size() > 65535 || members_ == max_members || all > max_written)
    fail<FileError>(name_, ": more than a zip archive holds");
  bytes_ += local_mark;
  append_member(bytes_, name, content);
  bytes_.append(name).append(content);
  directory_ += directory_mark;
  append(directory_, 20, 2);  // version of the format that wrote it
  append_member(directory_, name, content);
  directory_.append(2 + 2 + 2 + 4, '\0');  // no comment, the first part, no attributes
  append(directory_, header, 4);
  directory_ += name;
  ++members_;
}

std::string ZipWriter::finish() {
  const std::uint64_t start = bytes_.size(), size = directory_.size();
  bytes_ += directory_;
  bytes_ += end_mark;
  append(bytes_, 0, 2 + 2);
  append(bytes_, members_, 2);
  append(bytes_, members_, 2);
  append(bytes_, size, 4);
  append(bytes_, start, 4);
  append(bytes_, 0, 2);
  directory_.clear();
  members_ = 0;
  return std::exchange(bytes_, {});
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
