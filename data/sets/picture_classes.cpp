#include <cotape/data/formats/zip.h>
#include <cotape/data/pictures/image.h>
#include <cotape/data/sets/picture_classes.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/file.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/engine/base/text.h>

#include <algorithm>
#include <array>
#include <exception>
#include <functional>
#include <numeric>
#include <optional>
#include <string_view>
#include <system_error>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr std::int64_t max_side = 1024;
constexpr std::string_view from_macs = "__MACOSX";  // where archives of macOS keep what is no file

// A path in parts: its folders and, last, its name.
using Parts = std::vector<std::string>;

Parts parts_of(std::string_view path) {
  Parts parts;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    if (end > 0) parts.emplace_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return parts;
}

bool is_picture(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  if (dot == path.npos || path.ends_with('/')) return false;
  std::string ending(path.substr(dot + 1));
  for (char& c : ending) c = 'A' <= c && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (ending != "png" && ending != "jpg" && ending != "jpeg") return false;
  const Parts parts = parts_of(path);
  return std::none_of(parts.begin(), parts.end(),
                      [](const std::string& part) { return part.starts_with('.') || part == from_macs; });
}

// A picture that has been found and not yet read.
struct Found {
  std::string path;  // from the source on
  std::function<Image()> read;
};

std::vector<Found> found_in_folder(const std::filesystem::path& folder) {
  std::vector<Found> found;
  std::error_code error;
  auto entry = std::filesystem::recursive_directory_iterator(folder, error);
  for (; !error && entry != std::filesystem::recursive_directory_iterator(); entry.increment(error)) {
    std::error_code ignored;
    const std::filesystem::path path = entry->path();
    const std::string inner = path.lexically_relative(folder).generic_string();
    if (is_picture(inner) && !std::filesystem::is_directory(path, ignored))
      found.push_back({inner, [path] { return read_image(path); }});
  }
  if (error) fail<FileError>(shown_path(folder), ": the folder cannot be read: ", error.message());
  return found;
}

std::vector<Found> found_in_zip(const ZipFile& archive) {
  std::vector<Found> found;
  for (const ZipMember& member : archive.members())
    if (is_picture(member.name))
      found.push_back(
          {member.name,
           [&] { return decode_image(archive.read(member), archive.name() + "[" + shown(member.name, 200) + "]"); }});
  return found;
}

// The level of a pixel on white, from its channels.
std::uint8_t grey_of(const std::uint8_t* pixel, int channels) {
  if (channels == 1) return pixel[0];
  const int level = (299 * pixel[0] + 587 * pixel[1] + 114 * pixel[2] + 500) / 1000;
  if (channels == 3) return static_cast<std::uint8_t>(level);
  return static_cast<std::uint8_t>((level * pixel[3] + 255 * (255 - pixel[3]) + 127) / 255);
}

Image grey_picture(const Image& image) {
  if (image.channels() == 1) return image;
  Image out(image.height(), image.width(), 1);
  for (int y = 0; y < image.height(); ++y)
    for (int x = 0; x < image.width(); ++x) *out.pixel(y, x) = grey_of(image.pixel(y, x), image.channels());
  return out;
}

// Writes picture i to its place; of several that cannot be read the first is told of, whichever thread came to it.
void read_pixels(const std::vector<Found>& found, PictureClasses& set) {
  const std::int64_t size = set.side * set.side;
  const int side = static_cast<int>(set.side);
  std::vector<std::exception_ptr> errors(found.size());
  parallel_for(std::ssize(found), 16, [&](std::int64_t begin, std::int64_t end) {
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) try {
        const Image picture = resize(grey_picture(found[i].read()), side, side);
        std::copy_n(picture.bytes().begin(), size, set.pixels.begin() + static_cast<std::int64_t>(i) * size);
      } catch (const Error&) {
        errors[i] = std::current_exception();
      }
  });
  for (const std::exception_ptr& error : errors)
    if (error) std::rethrow_exception(error);
  const std::uint64_t sum = std::accumulate(set.pixels.begin(), set.pixels.end(), std::uint64_t{0});
  if (2 * sum > 255 * static_cast<std::uint64_t>(set.pixels.size()))
    for (std::uint8_t& pixel : set.pixels) pixel = static_cast<std::uint8_t>(255 - pixel);
}

// How many folders are on the way to all pictures; one at least is left of each way.
std::size_t common_folders(const std::vector<Parts>& paths) {
  std::size_t common = paths.front().size() - 2;
  for (const Parts& path : paths) {
    common = std::min(common, path.size() - 2);
    common = static_cast<std::size_t>(
        std::mismatch(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(common), paths.front().begin()).first -
        path.begin());
  }
  return common;
}

std::string joined(const Parts& parts, std::size_t begin, std::size_t end) {
  std::string text;
  for (std::size_t i = begin; i < end; ++i) text += (i == begin ? "" : "/") + parts[i];
  return text;
}

// Paths in their order make classes that follow one another, and so do groups.
void name_classes(const std::vector<Parts>& paths, PictureClasses& set) {
  const std::size_t common = common_folders(paths);
  std::optional<Parts> last;  // the folders of the last class
  for (const Parts& path : paths) {
    const Parts folders(path.begin() + static_cast<std::ptrdiff_t>(common), path.end() - 1);
    if (!last || *last != folders) {
      if (!last || last->front() != folders.front()) set.group_names.push_back(folders.front());
      set.class_names.push_back(joined(folders, 0, folders.size()));
      set.groups.push_back(std::ssize(set.group_names) - 1);
      last = folders;
    }
    set.classes.push_back(set.class_count() - 1);
  }
}

}  // namespace

std::span<const std::uint8_t> PictureClasses::picture(std::int64_t index) const {
  const std::int64_t size = side * side;
  return {pixels.data() + index * size, static_cast<std::size_t>(size)};
}

PictureClasses read_picture_classes(const std::filesystem::path& source, std::int64_t side) {
  if (side < 1 || side > max_side)
    fail<ValueError>("read_picture_classes: ", side, " pixels along an edge; from 1 to ", max_side,
                     " may be asked for");
  std::error_code ignored;
  std::optional<ZipFile> archive;
  if (!std::filesystem::is_directory(source, ignored)) archive.emplace(source);
  std::vector<Found> found = archive ? found_in_zip(*archive) : found_in_folder(source);
  const std::string name = shown_path(source);
  if (found.empty()) fail<FileError>(name, ": no PNG or JPEG file in it");

  // By parts, so that a folder's pictures are together: "a/x" and "a-b/x" are not mixed.
  std::vector<std::pair<Parts, std::size_t>> order;
  for (std::size_t i = 0; i < found.size(); ++i) {
    order.emplace_back(parts_of(found[i].path), i);
    // A path of nothing but a name.
    if (order.back().first.size() < 2)
      fail<FileError>(name, ": ", shown(found[i].path), " is in no folder, which would be its class");
  }
  // A folder's own pictures come before those of folders in it, which are other classes.
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    const auto of_folder = [](const Parts& parts) { return std::span(parts).first(parts.size() - 1); };
    const auto x = of_folder(a.first), y = of_folder(b.first);
    if (!std::equal(x.begin(), x.end(), y.begin(), y.end()))
      return std::lexicographical_compare(x.begin(), x.end(), y.begin(), y.end());
    return a.first.back() < b.first.back();
  });
  std::vector<Parts> paths;
  std::vector<Found> sorted;
  for (auto& [parts, i] : order) {
    paths.push_back(std::move(parts));
    sorted.push_back(std::move(found[i]));
  }

  PictureClasses set;
  set.side = side;
  name_classes(paths, set);
  set.pixels.resize(sorted.size() * static_cast<std::size_t>(side * side));
  read_pixels(sorted, set);
  return set;
}

std::pair<PictureClasses, PictureClasses> split_groups(const PictureClasses& set,
                                                       const std::vector<std::string>& names) {
  std::string there;
  for (const std::string& name : set.group_names) there += (there.empty() ? "" : ", ") + name;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto before = names.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::find(names.begin(), before, names[i]) != before)
      fail<ValueError>("split_groups: the group ", shown(names[i]), " is named twice");
    if (std::find(set.group_names.begin(), set.group_names.end(), names[i]) == set.group_names.end())
      fail<ValueError>("split_groups: there is no group ", shown(names[i]), " among ", shown(there, 400));
  }

  std::pair<PictureClasses, PictureClasses> parts;
  std::vector<std::int64_t> new_group, new_class;  // in their part
  std::vector<PictureClasses*> part_of_group;
  for (const std::string& name : set.group_names) {
    PictureClasses& part = std::find(names.begin(), names.end(), name) == names.end() ? parts.first : parts.second;
    part.side = set.side;
    part_of_group.push_back(&part);
    new_group.push_back(std::ssize(part.group_names));
    part.group_names.push_back(name);
  }
  for (std::size_t c = 0; c < set.class_names.size(); ++c) {
    const auto group = static_cast<std::size_t>(set.groups[c]);
    PictureClasses& part = *part_of_group[group];
    new_class.push_back(part.class_count());
    part.class_names.push_back(set.class_names[c]);
    part.groups.push_back(new_group[group]);
  }
  for (std::int64_t i = 0; i < set.count(); ++i) {
    const auto old_class = static_cast<std::size_t>(set.classes[static_cast<std::size_t>(i)]);
    PictureClasses& part = *part_of_group[static_cast<std::size_t>(set.groups[old_class])];
    part.classes.push_back(new_class[old_class]);
    const auto picture = set.picture(i);
    part.pixels.insert(part.pixels.end(), picture.begin(), picture.end());
  }
  if (parts.first.count() == 0 || parts.second.count() == 0)
    fail<ValueError>("split_groups: ", names.size(), " of ", set.group_names.size(), " groups, ", shown(there, 400),
                     ", leave no picture for the one part or the other");
  return parts;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
