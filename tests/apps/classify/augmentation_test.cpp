#include <cotape/apps/classify/augmentation.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <set>

using namespace cotape;

namespace {

constexpr int height = 10, width = 20, count = 3;

// Every byte of an image is another one.
Dataset images(int channels) {
  ImageSet set;
  set.shape = channels == 1 ? Shape{count, height, width} : Shape{count, height, width, channels};
  for (std::int64_t i = 0; i < set.shape.size(); ++i)
    set.images.push_back(
        static_cast<std::uint8_t>(i % (height * width * channels) * 251 / (height * width * channels)));
  set.labels.resize(count);
  return Dataset(std::move(set));
}

Tensor filled(const app::Augmentation& augmentation, const Dataset& data, const std::vector<std::int64_t>& indices,
              std::int64_t epoch) {
  Tensor out(Shape{std::ssize(indices), height, width, data.channels()});
  augmentation.fill(data, indices, epoch, Rng(3), out);
  return out;
}

// The image that is shifted and then mirrored, pixel by pixel.
std::vector<real> varied(const Dataset& data, int down, int right, bool mirrored) {
  std::vector<real> out;
  const int channels = static_cast<int>(data.channels());
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      const int from_y = std::clamp(y - down, 0, height - 1), shifted = std::clamp(x - right, 0, width - 1);
      const int from_x = mirrored ? width - 1 - shifted : shifted;
      for (int c = 0; c < channels; ++c)
        out.push_back(real(data.image(0)[static_cast<std::size_t>((from_y * width + from_x) * channels + c)]) / 255);
    }
  return out;
}

}  // namespace

TEST_CASE("augmentation: nothing is varied without shift and flips") {
  for (const int channels : {1, 3}) {
    const Dataset data = images(channels);
    const std::vector<std::int64_t> indices = {2, 0, 1, 2};
    Tensor plain(Shape{4, height, width, channels});
    data.fill_batch(indices, plain);
    CHECK(filled({.shift = 0, .flip = false}, data, indices, 5) == plain);
  }
}

TEST_CASE("augmentation: all shifts up to a tenth, mirrored or not, and nothing else") {
  const Dataset data = images(3);
  std::set<std::tuple<int, int, bool>> seen;
  int mirrored_times = 0;
  for (std::int64_t epoch = 0; epoch < 400; ++epoch) {
    const Tensor out = filled({}, data, {0}, epoch);
    bool found = false;
    for (int down = -1; down <= 1; ++down)
      for (int right = -2; right <= 2; ++right)
        for (const bool mirrored : {false, true}) {
          const std::vector<real> expected = varied(data, down, right, mirrored);
          if (!std::equal(expected.begin(), expected.end(), out.data())) continue;
          found = true;
          seen.insert({down, right, mirrored});
          mirrored_times += mirrored;
        }
    REQUIRE(found);
  }
  CHECK(seen.size() == 30);
  CHECK(std::abs(mirrored_times - 200) < 60);  // 6 deviations
}

TEST_CASE("augmentation: an example's variation depends on epoch and example alone, for any number of threads") {
  const Dataset data = images(1);
  const Tensor one_by_one = filled({}, data, {1}, 7);
  std::vector<std::int64_t> many(64, 0);
  many[63] = 1;
  const Tensor batch = filled({}, data, many, 7);
  const std::int64_t size = data.features();
  CHECK(std::equal(one_by_one.data(), one_by_one.data() + size, batch.data() + 63 * size));
  const ThreadLimit one(1);
  CHECK(filled({}, data, many, 7) == batch);
}

TEST_CASE("augmentation: refuses what does not fit") {
  const Dataset data = images(1);
  Tensor wrong(Shape{2, height, width, 3});
  const std::vector<std::int64_t> two = {0, 1}, outside = {3};
  CHECK_THROWS_WITH_AS(app::Augmentation().fill(data, two, 0, Rng(1), wrong),
                       doctest::Contains("do not fit [2,10,20,3]"), ShapeError);
  Tensor right(Shape{1, height, width, 1});
  CHECK_THROWS_WITH_AS(app::Augmentation().fill(data, outside, 0, Rng(1), right), doctest::Contains("example 3 of 3"),
                       ValueError);
}
