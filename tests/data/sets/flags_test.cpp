#include <cotape/data/sets/flags.h>
#include <cotape/engine/base/error.h>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <string>

#include "../../temporary_folder.h"

using namespace cotape;

namespace {

std::array<int, 3> level(const Image& image, int y, int x) {
  const std::uint8_t* pixel = image.pixel(y, x);
  return {pixel[0], pixel[1], pixel[2]};
}

}  // namespace

TEST_CASE("flags: areas are averaged and alpha lies over white") {
  const TemporaryFolder folder;
  Image flag(4, 8, 4, {10, 20, 30, 255});
  for (int x = 4; x < 8; ++x) flag.pixel(0, x)[3] = 0;  // white
  flag.pixel(3, 0)[0] = 250;
  flag.pixel(3, 1)[3] = 51;  // a fifth of the colour
  write_png(folder / "ab.png", flag);
  const Image small = load_flag(folder.path(), "AB", 2, 4);
  CHECK(small.height() == 2);
  CHECK(small.width() == 4);
  CHECK(small.channels() == 3);
  using Level = std::array<int, 3>;
  CHECK(level(small, 0, 0) == Level{10, 20, 30});
  CHECK(level(small, 0, 2) == Level{133, 138, 143});  // half white: (255 + 10)/2 rounded up
  // (10 + 10 + 250 + 206)/4, (20 + 20 + 20 + 208)/4, (30 + 30 + 30 + 210)/4
  CHECK(level(small, 1, 0) == Level{119, 67, 75});
  CHECK(load_flag(folder.path(), "ab", 2, 4) == small);

  write_png(folder / "gr.png", Image(3, 3, 1, grey(70)));
  CHECK(level(load_flag(folder.path(), "GR", 20, 40), 19, 39) == Level{70, 70, 70});
}

TEST_CASE("flags: missing, broken and other files") {
  const TemporaryFolder folder;
  const auto refused = [&](const char* code, const std::string& part) {
    CHECK_THROWS_WITH_AS(load_flag(folder.path(), code, 20, 40), doctest::Contains(part.c_str()), FileError);
  };
  refused("AB", (folder / "ab.png").string());
  write_png(folder / "ab.png", Image(5, 5, 3));
  const std::string png = folder.get("ab.png");
  folder.put("ab.png", png.substr(0, png.size() - 10));
  refused("AB", (folder / "ab.png").string());
  std::string flipped = png;
  flipped[png.size() / 2] ^= 1;
  folder.put("ab.png", flipped);
  refused("AB", (folder / "ab.png").string());
  folder.put("ab.png", "GIF89a");
  refused("AB", (folder / "ab.png").string() + ": not a PNG");
  for (const char* code : {"", "A", "ABC", "A1", "..", "a/"})
    CHECK_THROWS_WITH_AS(load_flag(folder.path(), code, 20, 40), doctest::Contains("is no country code of two letters"),
                         ValueError);
}

TEST_CASE("flags: the folder that a data argument means") {
  const TemporaryFolder folder;
  CHECK(find_flags(folder.path().string()) == folder.path());
  CHECK(find_flags("iso-flags", folder.path()) == folder.path());
  CHECK_THROWS_WITH_AS(find_flags("iso-flags", folder / "none"),
                       doctest::Contains("apt-get install iso-flags-png-320x240"), FileError);
  CHECK_THROWS_WITH_AS(find_flags((folder / "none").string()), doctest::Contains("none is not a folder"), FileError);
}

TEST_CASE("flags: difference of two pictures") {
  Image a(1, 2, 3, black), b = a;
  CHECK(difference(a, b) == 0);
  b.pixel(0, 0)[1] = 6;
  CHECK(difference(a, b) == doctest::Approx(std::sqrt(6.0)));
  CHECK(difference(Image(2, 2, 3, black), Image(2, 2, 3, white)) == 255);
  CHECK_THROWS_AS(difference(a, Image(2, 1, 3)), ShapeError);
  CHECK_THROWS_AS(difference(a, Image(1, 2, 4)), ShapeError);
}
