#include <cotape/data/formats/zip.h>
#include <cotape/data/pictures/image.h>
#include <cotape/data/sets/picture_classes.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>

#include <doctest/doctest.h>

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "../../temporary_folder.h"

using namespace cotape;

namespace {

using Files = std::map<std::string, std::string>;

// A picture of one level.
std::string png(int level, int height = 4, int width = 4) {
  return encode_png(Image(height, width, 1, grey(static_cast<std::uint8_t>(level))));
}

std::string zipped(const Files& files) {
  ZipWriter writer("test");
  for (const auto& [name, bytes] : files) writer.add(name, bytes);
  return writer.finish();
}

void put_all(const std::filesystem::path& folder, const Files& files) {
  for (const auto& [name, bytes] : files) {
    std::filesystem::create_directories((folder / name).parent_path());
    std::ofstream(folder / name, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }
}

// What is read of the files as a folder, and as an archive, which must be the same.
PictureClasses read_both(const Files& files, std::int64_t side = 2) {
  const TemporaryFolder folder;
  put_all(folder / "pictures", files);
  const PictureClasses read = read_picture_classes(folder / "pictures", side);
  CHECK(read_picture_classes(folder.put("pictures.zip", zipped(files)), side) == read);
  return read;
}

std::string refusal(const Files& files) {
  const TemporaryFolder folder;
  const auto path = folder.put("a.zip", zipped(files));
  try {
    read_picture_classes(path);
  } catch (const FileError& error) {
    return std::string(error.what()).substr(path.string().size());
  }
  return "nothing";
}

}  // namespace

TEST_CASE("picture classes: classes are folders and groups their first parts, behind what all have in common") {
  const PictureClasses set = read_both({{"set/Greek/b/2.png", png(2)},
                                        {"set/Greek/b/1.PNG", png(1)},
                                        {"set/Greek/a/9.png", png(3)},
                                        {"set/Greek/own.png", png(4)},
                                        {"set/Greek-old/a/1.png", png(5)},
                                        {"set/cats/1.png", png(6)},
                                        {"set/cats/README.txt", "no picture"},
                                        {"set/.hidden/1.png", "no picture"},
                                        {"__MACOSX/set/cats/1.png", "no picture"}});
  CHECK(set.group_names == std::vector<std::string>{"Greek", "Greek-old", "cats"});
  CHECK(set.class_names == std::vector<std::string>{"Greek", "Greek/a", "Greek/b", "Greek-old/a", "cats"});
  CHECK(set.groups == std::vector<std::int64_t>{0, 0, 0, 1, 2});
  CHECK(set.classes == std::vector<std::int64_t>{0, 1, 2, 2, 3, 4});
  const std::vector<std::uint8_t> levels = {4, 3, 1, 2, 5, 6};
  for (std::size_t i = 0; i < levels.size(); ++i) CHECK(set.picture(static_cast<std::int64_t>(i))[3] == levels[i]);
}

TEST_CASE("picture classes: one folder is one class; its name stays") {
  const PictureClasses set = read_both({{"a/b/1.png", png(0)}, {"a/b/2.png", png(9)}});
  CHECK(set.class_names == std::vector<std::string>{"b"});
  CHECK(set.group_names == std::vector<std::string>{"b"});
}

TEST_CASE("picture classes: means over areas, colours and what is transparent, dark ground") {
  Image quarters(4, 4, 1);
  for (int y = 0; y < 4; ++y)
    for (int x = 0; x < 4; ++x)
      *quarters.pixel(y, x) = static_cast<std::uint8_t>(10 * (y / 2) + 4 * (x / 2) + 2 * (x % 2));
  const PictureClasses dark = read_both({{"a/1.png", encode_png(quarters)},
                                         {"b/1.png", encode_png(Image(3, 5, 3, {200, 100, 50, 255}))},
                                         {"b/2.png", png(0)}});
  const auto first = dark.picture(0);
  CHECK(std::vector<std::uint8_t>(first.begin(), first.end()) == std::vector<std::uint8_t>{1, 5, 11, 15});
  CHECK(dark.picture(1)[0] == 124);  // .299 · 200 + .587 · 100 + .114 · 50 = 124.2

  const PictureClasses bright =
      read_both({{"a/1.png", png(250)}, {"a/2.png", encode_png(Image(2, 2, 4, {0, 0, 0, 0}))}, {"a/3.png", png(30)}});
  CHECK(bright.picture(0)[0] == 5);
  CHECK(bright.picture(1)[0] == 0);  // transparent black is white
  CHECK(bright.picture(2)[0] == 225);
}

TEST_CASE("picture classes: what is wrong is said, of several files of the first") {
  CHECK(refusal({{"a/readme", "text"}}) == ": no PNG or JPEG file in it");
  CHECK(refusal({{"a/1.png", png(0)}, {"2.png", png(0)}}) == ": 2.png is in no folder, which would be its class");
  Files many;
  for (int i = 10; i < 90; ++i) many["a/" + std::to_string(i) + ".png"] = i % 20 == 17 ? "broken" : png(i);
  for (int repeat = 0; repeat < 5; ++repeat) CHECK(refusal(many).starts_with("[a/17.png]: "));
  const TemporaryFolder folder;
  CHECK_THROWS_AS(read_picture_classes(folder / "none"), FileError);
  CHECK_THROWS_AS(read_picture_classes(folder.put("none.zip", "no archive")), FileError);
  CHECK_THROWS_WITH_AS(read_picture_classes(folder.path(), 0),
                       "read_picture_classes: 0 pixels along an edge; from 1 to 1024 may be asked for", ValueError);
}

TEST_CASE("picture classes: split by groups") {
  const PictureClasses set = read_both({{"x/1/1.png", png(1)},
                                        {"y/1/1.png", png(2)},
                                        {"y/2/1.png", png(3)},
                                        {"y/2/2.png", png(4)},
                                        {"z/1/1.png", png(5)}});
  const std::pair<PictureClasses, PictureClasses> parts = split_groups(set, {"y"});
  const PictureClasses &rest = parts.first, &chosen = parts.second;
  CHECK(rest.group_names == std::vector<std::string>{"x", "z"});
  CHECK(rest.class_names == std::vector<std::string>{"x/1", "z/1"});
  CHECK(rest.groups == std::vector<std::int64_t>{0, 1});
  CHECK(rest.classes == std::vector<std::int64_t>{0, 1});
  CHECK(rest.picture(1)[0] == 5);
  CHECK(chosen.class_names == std::vector<std::string>{"y/1", "y/2"});
  CHECK(chosen.groups == std::vector<std::int64_t>{0, 0});
  CHECK(chosen.classes == std::vector<std::int64_t>{0, 1, 1});
  CHECK(chosen.picture(2)[0] == 4);
  CHECK_THROWS_WITH_AS(split_groups(set, {"q"}), "split_groups: there is no group q among x, y, z", ValueError);
  CHECK_THROWS_WITH_AS(split_groups(set, {"y", "y"}), "split_groups: the group y is named twice", ValueError);
  CHECK_THROWS_AS(split_groups(set, {}), ValueError);
  CHECK_THROWS_AS(split_groups(set, {"x", "y", "z"}), ValueError);
}

TEST_CASE("picture classes: the same bytes for any number of threads") {
  Files files;
  for (int i = 10; i < 99; ++i) files["a" + std::to_string(i % 7) + "/" + std::to_string(i) + ".png"] = png(i);
  const PictureClasses all = read_both(files);
  const ThreadLimit one(1);
  CHECK(read_both(files) == all);
}
