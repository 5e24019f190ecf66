#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Grey pictures of one size in classes, and the classes in groups: the characters of alphabets.
struct PictureClasses {
  std::int64_t side = 0;                      // pixels along an edge
  std::vector<std::uint8_t> pixels = {};      // [count, side, side], 0 black to 255 white
  std::vector<std::int64_t> classes = {};     // [count], the class of each picture
  std::vector<std::string> class_names = {};  // "Greek/character03"
  std::vector<std::int64_t> groups = {};      // the group of each class
  std::vector<std::string> group_names = {};  // "Greek"

  std::int64_t count() const { return std::ssize(classes); }
  std::int64_t class_count() const { return std::ssize(class_names); }
  // One picture's pixels, 0 ≤ index < count().
  std::span<const std::uint8_t> picture(std::int64_t index) const;

  bool operator==(const PictureClasses&) const = default;
};

// Reads all PNG and JPEG files of a folder or a zip archive, which is read as the folder it holds. A picture's class is
// the folder it lies in; the class's group is the first folder on the way to it, behind those that are on the way to
// all pictures. So Greek/character03/0001.png is of the class Greek/character03 of the group Greek, and cats/1.jpg of
// the class cats of a group of that name. Everything is in the order of the paths' bytes. Other files, and what is in
// hidden folders or in __MACOSX, are left out.
//
// Pictures are made grey (transparent parts white) and side × side pixels large by means over areas, whatever their
// proportions. Where their mean is bright, as that of ink on paper, all are inverted: the ground is dark.
//
// Throws FileError, naming the file, when it is missing or broken, a picture is in no folder, or there is none at all;
// ValueError unless 1 ≤ side ≤ 1024.
PictureClasses read_picture_classes(const std::filesystem::path& source, std::int64_t side = 28);

// Two parts: the groups that are not in `names`, and those that are. Throws ValueError, saying which there are, for a
// name that is no group's or comes twice, and when a part would have no picture.
std::pair<PictureClasses, PictureClasses> split_groups(const PictureClasses& set,
                                                       const std::vector<std::string>& names);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
