#include <cotape/data/pictures/canvas.h>
#include <cotape/engine/base/error.h>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace cotape;

namespace {

// A grey picture as text: '.' black, '#' white, '+' between.
std::string drawn(const Image& image) {
  std::string text;
  for (int y = 0; y < image.height(); ++y) {
    for (int x = 0; x < image.width(); ++x)
      text += *image.pixel(y, x) == 0 ? '.' : *image.pixel(y, x) == 255 ? '#' : '+';
    text += '\n';
  }
  return text;
}

}  // namespace

TEST_CASE("canvas: tile") {
  const std::vector<Image> images = {Image(1, 2, 1, white), Image(1, 2, 1, grey(9)), Image(1, 2, 1, white)};
  CHECK(drawn(tile(images, 2, 1, black)) ==
        ".......\n"
        ".##.++.\n"
        ".......\n"
        ".##....\n"
        ".......\n");
  CHECK(drawn(tile(images, 3, 0)) == "##++##\n");
  CHECK(tile(std::vector<Image>(2, Image(2, 2, 3, black)), 1).channels() == 3);
  CHECK_THROWS_WITH_AS(tile({}, 3), "tile: cannot place 0 pictures in 3 columns with padding 2", ValueError);
  CHECK_THROWS_AS(tile(images, 0), ValueError);
  CHECK_THROWS_AS(tile(images, 1, -1), ValueError);
  CHECK_THROWS_WITH_AS(tile(std::vector<Image>{Image(1, 2, 1), Image(2, 2, 3)}, 1),
                       "tile: pictures differ: 2 by 2 pixels of 3 channels, the first 1 by 2 of 1", ShapeError);
}

TEST_CASE("canvas: upscale") {
  Image image(1, 2, 1);
  *image.pixel(0, 1) = 255;
  CHECK(drawn(upscale(image, 3)) == "...###\n...###\n...###\n");
  CHECK(upscale(image, 1) == image);
  CHECK_THROWS_WITH_AS(upscale(image, 0), "upscale: factor 0 is not positive", ValueError);
  CHECK_THROWS_AS(upscale(image, 2'000'000'000), ValueError);
}

TEST_CASE("canvas: paste") {
  Image image(2, 3, 1);
  paste(image, Image(1, 2, 1, white), 1, 1);
  CHECK(drawn(image) == "...\n.##\n");
  for (const auto& [y, x] : {std::pair(2, 0), std::pair(0, 2), std::pair(-1, 0), std::pair(0, -1)})
    CHECK_THROWS_AS(paste(image, Image(1, 2, 1), y, x), ShapeError);
  CHECK_THROWS_WITH_AS(paste(image, Image(1, 1, 3), 0, 0),
                       "paste: 1 by 1 pixels of 3 channels at (0, 0) do not fit into 2 by 3 of 1", ShapeError);
}

TEST_CASE("canvas: rectangles and lines, with what is outside left out") {
  Image image(3, 5, 1);
  fill_rectangle(image, 1, 1, 1, 3, white);
  CHECK(drawn(image) == ".....\n.###.\n.....\n");
  fill_rectangle(image, -5, 4, 100, 100, grey(9));
  CHECK(drawn(image) == "....+\n.###+\n....+\n");
  fill_rectangle(image, 0, 0, 0, 5, white);
  fill_rectangle(image, 7, 7, 2, 2, white);
  CHECK(drawn(image) == "....+\n.###+\n....+\n");

  Image lines(4, 6, 1);
  draw_line(lines, 0, 0, 3, 3, white);
  draw_line(lines, 0, 5, 3, 5, grey(9));
  draw_line(lines, 3, 0, 3, 0, white);
  CHECK(drawn(lines) == "#....+\n.#...+\n..#..+\n#..#.+\n");
  Image thick(4, 6, 1);
  draw_line(thick, 1, -9, 1, 3, white, 3);
  CHECK(drawn(thick) == "#####.\n#####.\n#####.\n......\n");
  CHECK_THROWS_WITH_AS(draw_line(lines, 0, 0, 1, 1, white, 0), "draw_line: thickness 0 is not positive", ValueError);
}
