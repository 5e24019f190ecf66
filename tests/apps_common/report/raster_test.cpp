#include <cotape/apps/common/report/raster.h>
#include <cotape/engine/base/error.h>

#include <doctest/doctest.h>

#include <algorithm>

using namespace cotape;
using namespace cotape::app;

namespace {

int level(const Raster& raster, int y, int x) { return *raster.image().pixel(y, x); }

}  // namespace

TEST_CASE("raster: an area covers pixels by their share") {
  Raster raster(4, 6);
  raster.area({{1, 1}, {3.5, 1}, {3.5, 2.5}, {1, 2.5}}, black, 1);
  CHECK(level(raster, 0, 1) == 255);
  CHECK(level(raster, 1, 0) == 255);
  CHECK(level(raster, 1, 1) == 0);
  CHECK(level(raster, 1, 2) == 0);
  CHECK(level(raster, 1, 3) == 128);
  CHECK(level(raster, 2, 1) == 128);
  CHECK(level(raster, 2, 3) == 191);
  CHECK(level(raster, 3, 1) == 255);
  CHECK(level(raster, 1, 4) == 255);
}

TEST_CASE("raster: opacity and colour") {
  Raster raster(1, 1);
  raster.area({{-5, -5}, {5, -5}, {5, 5}, {-5, 5}}, {0, 255, 55, 255}, 0.2);
  CHECK(raster.image().pixel(0, 0)[0] == 204);
  CHECK(raster.image().pixel(0, 0)[1] == 255);
  CHECK(raster.image().pixel(0, 0)[2] == 215);
}

TEST_CASE("raster: a line is as wide as told, crossings are not painted twice") {
  Raster raster(9, 9);
  raster.strokes({{{-5, 4.5}, {20, 4.5}}, {{4.5, -5}, {4.5, 20}}}, 2, grey(100));
  CHECK(level(raster, 4, 0) == 100);
  CHECK(level(raster, 4, 4) == 100);
  CHECK(level(raster, 3, 0) == 178);  // half covered
  CHECK(level(raster, 5, 0) == 178);
  CHECK(level(raster, 2, 0) == 255);
  CHECK(level(raster, 0, 4) == 100);
}

TEST_CASE("raster: a point is a disc; what lies outside is left out") {
  Raster raster(5, 5);
  raster.strokes({{{2.5, 2.5}}}, 3, black);
  CHECK(level(raster, 2, 2) == 0);
  CHECK(level(raster, 2, 1) == 0);
  CHECK(level(raster, 0, 0) == 255);
  const Image before = raster.image();
  raster.strokes({{{-100, -100}, {-50, -100}}, {{70, 70}}}, 3, black);
  raster.area({{100, 100}, {110, 100}, {110, 110}}, black, 1);
  raster.strokes({}, 1, black);
  raster.area({{0, 0}, {5, 5}}, black, 1);
  CHECK(raster.image() == before);
}

TEST_CASE("raster: paints over a picture") {
  Raster raster(Image(2, 3, 3, {10, 20, 30, 255}));
  raster.area({{0, 0}, {1, 0}, {1, 1}, {0, 1}}, black, 0.5);
  CHECK(raster.image().pixel(0, 0)[1] == 10);
  CHECK(raster.image().pixel(1, 2)[2] == 30);
  CHECK_THROWS_WITH_AS(Raster(Image(2, 3, 4)), "raster: a background of 4 channels, not 3", ShapeError);
}

TEST_CASE("raster: text stands where its anchor says") {
  const auto columns = [](Anchor anchor) {  // the first and the last that are painted
    Raster raster(20, 60);
    raster.text({{30, 15}, "I", 12, anchor, ink_text}, black);
    int first = 60, last = -1;
    for (int x = 0; x < 60; ++x)
      for (int y = 0; y < 20; ++y)
        if (level(raster, y, x) < 255) first = std::min(first, x), last = std::max(last, x);
    return std::pair{first, last};
  };
  CHECK(columns(Anchor::start).first >= 29);
  CHECK(columns(Anchor::end).second <= 31);
  const auto [first, last] = columns(Anchor::middle);
  CHECK(first < 30);
  CHECK(last >= 29);
}
