#include <cotape/apps/retrieval/evaluation.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "small_set.h"

using namespace cotape;
using namespace cotape::app;

namespace {

RetrievalScore score(const Tensor& embeddings, const std::vector<std::int64_t>& classes, std::int64_t ways = 5) {
  Tape tape(Gradients::off);
  return score_retrieval(embeddings, classes, ways, 50, Rng(1), tape);
}

// The same from all sorted lists.
RetrievalScore by_sorting(const Tensor& embeddings, const std::vector<std::int64_t>& classes) {
  const std::int64_t n = embeddings.shape()[0];
  RetrievalScore expected;
  double queries = 0;
  for (std::int64_t q = 0; q < n; ++q) {
    const auto order = nearest_pictures(embeddings, q, n);
    const auto is_right = [&](std::int64_t i) {
      return classes[static_cast<std::size_t>(order[static_cast<std::size_t>(i)])] ==
             classes[static_cast<std::size_t>(q)];
    };
    const std::int64_t relatives = std::count(classes.begin(), classes.end(), classes[static_cast<std::size_t>(q)]) - 1;
    if (relatives == 0) continue;
    ++queries;
    for (std::size_t c = 0; c < 4; ++c)
      for (std::int64_t i = 0; i < RetrievalScore::cuts[c]; ++i)
        if (is_right(i)) {
          ++expected.recall[c];
          break;
        }
    double right = 0, precision = 0;
    for (std::int64_t i = 0; i < relatives; ++i) {
      right += is_right(i);
      if (is_right(i)) precision += right / static_cast<double>(i + 1);
    }
    expected.map_at_r += precision / static_cast<double>(relatives);
  }
  for (double& recall : expected.recall) recall /= queries;
  expected.map_at_r /= queries;
  return expected;
}

}  // namespace

TEST_CASE("retrieval: recall and MAP@R by hand") {
  // On a circle: 0 and 1 of class 0 with 2 of class 1 between them, 3 of class 1 far away, 4 alone.
  const Tensor points(Shape{5, 2}, {1, 0, 0.8F, 0.6F, 0.96F, 0.28F, -1, 0, 0, -1});
  const RetrievalScore found = score(points, {0, 0, 1, 1, 2});
  // 0: 2, 1, … second; 1: 2, 0 second; 2: 0, 1, 4, 3 fourth; 3: 4, 1, 2 third.
  CHECK(found.recall[0] == 0);
  CHECK(found.recall[1] == 0.5);
  CHECK(found.recall[2] == 1);
  CHECK(found.recall[3] == 1);
  CHECK(found.map_at_r == 0);
}

TEST_CASE("retrieval: scores beside sorted lists, for any number of threads") {
  for (const std::int64_t n : {9, 300}) {
    Tensor embeddings(Shape{n, 3});  // whole numbers, whose products are exact, and often equal
    Rng rng(3);
    for (real& x : embeddings.values()) x = static_cast<real>(rng.below(41) - 20);
    std::vector<std::int64_t> classes;
    for (std::int64_t i = 0; i < n; ++i) classes.push_back(i % 7 * (i % 5));
    const RetrievalScore found = score(embeddings, classes), expected = by_sorting(embeddings, classes);
    CHECK(found.recall == expected.recall);
    CHECK(found.map_at_r == doctest::Approx(expected.map_at_r));
    const ThreadLimit one(1);
    const RetrievalScore again = score(embeddings, classes);
    CHECK(again.recall == found.recall);
    CHECK(again.map_at_r == found.map_at_r);
    CHECK(again.one_shot == found.one_shot);
  }
}

TEST_CASE("retrieval: one-shot tasks, told apart by everything and by nothing") {
  std::vector<std::int64_t> classes;
  Tensor apart(Shape{24, 8}), same(Shape{24, 8}, 1);
  for (std::int64_t i = 0; i < 24; ++i) {
    classes.push_back(i % 8);
    apart[i * 8 + i % 8] = 1;
  }
  const RetrievalScore good = score(apart, classes);
  CHECK(good.one_shot == 1);
  CHECK(good.recall[0] == 1);
  CHECK(good.map_at_r == 1);
  CHECK(score(same, classes).one_shot == 0.2);         // the first of five is always the nearest
  CHECK(score(same, classes, 100).one_shot == 0.125);  // there are eight
  CHECK_THROWS_AS(score(apart, std::vector<std::int64_t>(23)), ShapeError);
  const Tensor two(Shape{2, 1});
  CHECK_THROWS_WITH_AS(score(two, {0, 1}), "score_retrieval: no picture has another one of its class", ValueError);
}

TEST_CASE("retrieval: raw pixels are blurred unit vectors") {
  PictureClasses set = small_set(4, 3);
  std::fill(set.pixels.begin(), set.pixels.begin() + 784, std::uint8_t{0});
  set.pixels[14 * 28 + 14] = 255;
  const Tensor raw = raw_embeddings(set);
  REQUIRE(raw.shape() == Shape{12, 784});
  for (std::int64_t i = 0; i < 12; ++i) {
    double squares = 0;
    for (std::int64_t p = 0; p < 784; ++p) squares += static_cast<double>(raw[i * 784 + p] * raw[i * 784 + p]);
    CHECK(squares == doctest::Approx(1));
  }
  const std::int64_t middle = 14 * 28 + 14;
  CHECK(static_cast<double>(raw[middle + 1] / raw[middle]) == doctest::Approx(0.24197 / 0.39894).epsilon(1e-4));
  CHECK(raw[middle + 28] == raw[middle + 1]);
  CHECK(raw[middle + 4] == 0);
  CHECK(score(raw_embeddings(small_set(4, 3)), small_set(4, 3).classes).recall[0] == 1);
}
