#include <cotape/data/formats/npz.h>
#include <cotape/data/formats/zip.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/file.h>
#include <cotape/engine/base/text.h>

#include <string_view>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr std::string_view suffix = ".npy";

}  // namespace

NpzArrays read_npz(const std::filesystem::path& path) {
  const ZipFile archive(path, "NPZ file");
  NpzArrays arrays;
  for (const ZipMember& member : archive.members()) {
    if (!member.name.ends_with(suffix))
      archive.fail_at(member.entry, "the member ", shown(member.name), " is no array: its name does not end in .npy");
    arrays.emplace(member.name.substr(0, member.name.size() - suffix.size()),
                   parse_npy(archive.name() + "[" + shown(member.name) + "]", archive.read(member)));
  }
  return arrays;
}

const NpyArray& array_named(const NpzArrays& arrays, const std::string& name, const std::string& file) {
  const auto found = arrays.find(name);
  if (found != arrays.end()) return found->second;
  std::string names;
  for (const auto& [other, array] : arrays) names += (names.empty() ? "" : ", ") + other;
  fail<FileError>(file, ": there is no array ", name, " among those of the file: ", shown(names, 200));
}

void write_npz(const std::filesystem::path& path, const NpzArrays& arrays) {
  ZipWriter archive(shown_path(path));
  for (const auto& [name, array] : arrays) archive.add(name + std::string(suffix), npy_bytes(array));
  write_file(path, archive.finish());
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
