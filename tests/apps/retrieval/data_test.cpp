#include <cotape/apps/retrieval/data.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <vector>

#include "small_set.h"

using namespace cotape;
using namespace cotape::app;

TEST_CASE("retrieval: batches hold whole groups of a class, every picture once an epoch at most") {
  std::vector<std::int64_t> classes;
  for (std::int64_t i = 0; i < 100; ++i) classes.push_back(i % 7);  // 14 or 15 of each: 4 groups of 3 and more
  ClassBatches batches(classes, 12, 3, Rng(1));
  CHECK(batches.batches() == 7);  // 28 or 29 groups, 4 in a batch
  std::vector<std::int64_t> first;
  for (std::int64_t epoch = 0; epoch < 3; ++epoch) {
    std::set<std::int64_t> seen;
    std::vector<std::int64_t> all;
    for (std::int64_t b = 0; b < batches.batches(); ++b) {
      const auto indices = batches.indices(epoch, b);
      REQUIRE(indices.size() == 12);
      for (std::size_t i = 0; i < 12; ++i) {
        CHECK(seen.insert(indices[i]).second);
        CHECK(classes[static_cast<std::size_t>(indices[i])] == classes[static_cast<std::size_t>(indices[i / 3 * 3])]);
        all.push_back(indices[i]);
      }
    }
    if (epoch == 0) first = all;
    CHECK((epoch == 0) == (all == first));
  }
  // A function of the epoch, wherever one comes from.
  const auto again = ClassBatches(classes, 12, 3, Rng(1)).indices(0, 0);
  (void)again;
  ClassBatches other(classes, 12, 3, Rng(1));
  const auto batch = other.indices(0, 2);
  CHECK(std::equal(batch.begin(), batch.end(), first.begin() + 24));
}

TEST_CASE("retrieval: too few pictures for a batch are told of") {
  const std::vector<std::int64_t> classes = {0, 0, 0, 1, 1};
  CHECK_THROWS_WITH_AS(ClassBatches(classes, 8, 2, Rng(1)),
                       "5 pictures of 2 classes are 2 groups of 2; a batch of 8 needs 4", ValueError);
  CHECK_THROWS_AS(ClassBatches(classes, 5, 2, Rng(1)), ValueError);
  ClassBatches batches(classes, 4, 2, Rng(1));
  CHECK_THROWS_AS(batches.indices(0, 1), ValueError);
}

TEST_CASE("retrieval: classes turned by quarters") {
  PictureClasses set;
  set.side = 2;
  set.pixels = {1, 2, 3, 4};
  set.classes = {0};
  set.class_names = {"g/a"};
  set.groups = {0};
  set.group_names = {"g"};
  const PictureClasses all = with_turned_classes(set);
  CHECK(all.class_names ==
        std::vector<std::string>{"g/a", "g/a, turned by 90", "g/a, turned by 180", "g/a, turned by 270"});
  CHECK(all.classes == std::vector<std::int64_t>{0, 1, 2, 3});
  CHECK(all.groups == std::vector<std::int64_t>{0, 0, 0, 0});
  CHECK(all.pixels == std::vector<std::uint8_t>{1, 2, 3, 4, 2, 4, 1, 3, 4, 3, 2, 1, 3, 1, 4, 2});
}

TEST_CASE("retrieval: pictures that are moved and turned") {
  const PictureClasses set = small_set(2, 8);
  std::vector<std::int64_t> indices(16);
  std::iota(indices.begin(), indices.end(), std::int64_t{0});
  const Shape shape{16, set.side, set.side, 1};
  Tensor plain(shape), moved(shape), other(shape);
  fill_pictures(set, indices, plain);
  CHECK(plain[5] == doctest::Approx(static_cast<real>(set.pixels[5]) / 255));
  fill_moved_pictures(set, indices, 0, {}, Rng(3), moved);
  CHECK(moved == plain);

  fill_moved_pictures(set, indices, 0, {3, 20}, Rng(3), moved);
  CHECK(moved != plain);
  {
    const ThreadLimit one(1);
    fill_moved_pictures(set, indices, 0, {3, 20}, Rng(3), other);
  }
  CHECK(other == moved);
  fill_moved_pictures(set, indices, 0, {3, 20}, Rng(4), other);
  CHECK(other != moved);
  for (const real level : moved.values()) CHECK((level >= 0 && level <= 1));
  // A part of the batch is moved as in the whole.
  Tensor part(Shape{4, set.side, set.side, 1});
  fill_moved_pictures(set, std::span(indices).subspan(6, 4), 6, {3, 20}, Rng(3), part);
  CHECK(std::equal(part.values().begin(), part.values().end(), moved.data() + 6 * set.side * set.side));

  // A dot goes as far as is allowed, and stays whole: interpolation spreads it over four pixels.
  PictureClasses dot = small_set(1, 2);
  std::fill(dot.pixels.begin(), dot.pixels.end(), std::uint8_t{0});
  for (std::int64_t i = 0; i < 2; ++i) dot.pixels[static_cast<std::size_t>(i * 784 + 14 * 28 + 14)] = 255;
  const std::vector<std::int64_t> both = {0, 1};
  Tensor dots(Shape{2, 28, 28, 1});
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    fill_moved_pictures(dot, both, 0, {2, 0}, Rng(seed), dots);
    real sum = 0;
    for (std::int64_t p = 0; p < 784; ++p) {
      sum += dots[p];
      if (dots[p] > 0) CHECK((std::abs(p / 28 - 14) <= 3 && std::abs(p % 28 - 14) <= 3));
    }
    CHECK(sum == doctest::Approx(1));
  }
  Tensor wrong(Shape{2, 28, 28});
  CHECK_THROWS_AS(fill_pictures(dot, both, wrong), ShapeError);
}
