#include <cotape/data/formats/npz.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/file.h>
#include <cotape/engine/base/text.h>

#include <zlib.h>

#include <algorithm>
#include <new>
#include <string_view>
#include <utility>
#include <vector>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// Zip archives by PKWARE's APPNOTE 6.3: members, each behind a header of its own; a directory of them; and an end
// record that says where the directory is.
constexpr std::string_view local_mark = "PK\3\4", directory_mark = "PK\1\2", end_mark = "PK\5\6";
constexpr std::size_t local_bytes = 30, directory_bytes = 46, end_bytes = 22, max_comment = 65535;
constexpr std::uint64_t in_zip64 = 0xffffffff;     // in the place of a size or offset that 32 bits do not hold
constexpr std::uint64_t max_deflate_ratio = 1032;  // no input byte makes more
constexpr std::uint64_t max_archive = 0xffff0000;  // that is written
constexpr std::size_t max_members = 65534;
constexpr int stored = 0, deflated = 8;
constexpr std::string_view suffix = ".npy";

class Archive {
 public:
  explicit Archive(const std::filesystem::path& path) : name_(path.string()), bytes_(read_file(path)) {}

  NpzArrays arrays() const {
    NpzArrays arrays;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> places;  // of members, from their headers to their ends
    const End end = find_end();
    std::uint64_t at = end.directory;
    for (std::uint64_t i = 0; i < end.members; ++i) {
      const Member member = read_member(at, end.directory);
      places.emplace_back(member.header, member.data + member.packed_size);
      const std::string name = member.name.substr(0, member.name.size() - suffix.size());
      if (arrays.count(name) > 0) fail_at(member.entry, "a second member ", shown(member.name));
      arrays.emplace(name, parse_npy(name_ + "[" + shown(member.name) + "]", unpacked(member)));
    }
    std::sort(places.begin(), places.end());
    for (std::size_t i = 1; i < places.size(); ++i)
      if (places[i].first < places[i - 1].second) fail_at(places[i].first, "two members of the archive overlap");
    return arrays;
  }

 private:
  struct End {
    std::uint64_t directory, members;
  };
  struct Member {
    std::string name;
    std::uint64_t entry, header, data, packed_size, size;  // positions and sizes in bytes
    std::uint32_t checksum;
    int method;
  };

  template <class... Parts>
  [[noreturn]] void fail_at(std::uint64_t position, const Parts&... parts) const {
    fail<FileError>(name_, ": ", parts..., " (at byte ", position, ")");
  }

  // A little-endian number; its place has been checked.
  std::uint64_t number(std::uint64_t at, int bytes) const {
    std::uint64_t value = 0;
    for (int i = bytes; i-- > 0;)
      value = value << 8 | static_cast<unsigned char>(bytes_[at + static_cast<unsigned>(i)]);
    return value;
  }
  bool has(std::uint64_t at, std::string_view mark, std::uint64_t bytes) const {
    return at <= bytes_.size() && bytes <= bytes_.size() - at && std::string_view(bytes_).substr(at).starts_with(mark);
  }

  End find_end() const {
    const std::size_t first = bytes_.size() - std::min(bytes_.size(), end_bytes + max_comment);
    for (std::size_t at = bytes_.size(); at-- > first;) {
      // A comment may hold the mark too: the record's own length tells them apart.
      if (!has(at, end_mark, end_bytes) || at + end_bytes + number(at + 20, 2) != bytes_.size()) continue;
      const std::uint64_t members = number(at + 10, 2), size = number(at + 12, 4), directory = number(at + 16, 4);
      if (number(at + 4, 2) != 0 || number(at + 6, 2) != 0 || number(at + 8, 2) != members)
        fail_at(at, "an archive in parts");
      if (members == 0xffff || directory == in_zip64) fail_at(at, "an archive of more than 4 GiB or 65534 members");
      if (directory > at || size != at - directory)
        fail_at(at, "the directory of the archive is not where it should be");
      return {directory, members};
    }
    fail_at(0, "no NPZ file: no zip archive ends here, or the file is cut off");
  }

  // The member whose entry in the directory is at `at`, which goes to the next one.
  Member read_member(std::uint64_t& at, std::uint64_t directory) const {
    if (!has(at, directory_mark, directory_bytes)) fail_at(at, "no entry of the archive's directory where one must be");
    const std::uint64_t flags = number(at + 8, 2), name_size = number(at + 28, 2),
                        rest = name_size + number(at + 30, 2) + number(at + 32, 2);
    if (rest > bytes_.size() - at - directory_bytes) fail_at(at, "an entry of the archive's directory is cut off");
    Member member{.name = bytes_.substr(at + directory_bytes, name_size),
                  .entry = at,
                  .header = number(at + 42, 4),
                  .data = 0,
                  .packed_size = number(at + 20, 4),
                  .size = number(at + 24, 4),
                  .checksum = static_cast<std::uint32_t>(number(at + 16, 4)),
                  .method = static_cast<int>(number(at + 10, 2))};
    at += directory_bytes + rest;
    const auto refuse = [&](const auto&... parts) {
      fail_at(member.entry, "the member ", shown(member.name), " ", parts...);
    };
    if (!member.name.ends_with(suffix)) refuse("is no array: its name does not end in .npy");
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

  std::string unpacked(const Member& member) const {
    std::string out;
    if (member.method == stored)
      out = bytes_.substr(member.data, member.packed_size);
    else
      out = inflated(member);
    if (crc32_z(0, reinterpret_cast<const Bytef*>(out.data()), out.size()) != member.checksum)
      fail_at(member.data, "the checksum of the member ", shown(member.name), " is wrong");
    return out;
  }

  std::string inflated(const Member& member) const {
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
      fail_at(member.data, "the compressed data of the member ", shown(member.name),
              " are corrupted, or do not become ", member.size, " bytes");
    return out;
  }

  std::string name_;
  std::string bytes_;
};

void append(std::string& bytes, std::uint64_t value, int count) {
  for (int i = 0; i < count; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xff);
}

// What a member's own header and its entry in the directory have in common, from the version on.
void append_member(std::string& bytes, const std::string& name, const std::string& content) {
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

NpzArrays read_npz(const std::filesystem::path& path) { return Archive(path).arrays(); }

const NpyArray& array_named(const NpzArrays& arrays, const std::string& name, const std::string& file) {
  const auto found = arrays.find(name);
  if (found != arrays.end()) return found->second;
  std::string names;
  for (const auto& [other, array] : arrays) names += (names.empty() ? "" : ", ") + other;
  fail<FileError>(file, ": there is no array ", name, " among those of the file: ", shown(names, 200));
}

void write_npz(const std::filesystem::path& path, const NpzArrays& arrays) {
  std::string bytes, directory;
  const auto refuse = [&] { fail<FileError>(path.string(), ": more than an NPZ file holds"); };
  if (arrays.size() > max_members) refuse();
  for (const auto& [name, array] : arrays) {
    const std::string member = name + std::string(suffix), content = npy_bytes(array);
    const std::size_t header = bytes.size();
    if (member.size() > 65535) refuse();
    bytes += local_mark;
    append_member(bytes, member, content);
    bytes += member + content;
    directory += directory_mark;
    append(directory, 20, 2);  // version of the format that wrote it
    append_member(directory, member, content);
    directory.append(2 + 2 + 2 + 4, '\0');  // no comment, the first part, no attributes
    append(directory, header, 4);
    directory += member;
    if (bytes.size() + directory.size() > max_archive) refuse();
  }
  const std::size_t start = bytes.size();
  bytes += directory;
  bytes += end_mark;
  append(bytes, 0, 2 + 2);
  append(bytes, arrays.size(), 2);
  append(bytes, arrays.size(), 2);
  append(bytes, directory.size(), 4);
  append(bytes, start, 4);
  append(bytes, 0, 2);
  write_file(path, bytes);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
