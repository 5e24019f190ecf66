#include <cotape/data/sets/dataset.h>
#include <cotape/engine/base/error.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>

using namespace cotape;

namespace {

// n images of 2 × 2 pixels; image i has the pixels 4i … 4i + 3 and the label i mod 10.
Dataset small_set(int n) {
  ImageSet set;
  set.shape = Shape{n, 2, 2};
  for (int i = 0; i < 4 * n; ++i) set.images.push_back(static_cast<std::uint8_t>(i));
  for (int i = 0; i < n; ++i) set.labels.push_back(static_cast<std::uint8_t>(i % 10));
  return Dataset(std::move(set));
}

std::vector<std::int64_t> epoch_of(BatchOrder& order, std::int64_t epoch) {
  std::vector<std::int64_t> all;
  for (std::int64_t b = 0; b < order.batches(); ++b) {
    const auto indices = order.indices(epoch, b);
    all.insert(all.end(), indices.begin(), indices.end());
  }
  return all;
}

}  // namespace

TEST_CASE("dataset: batches are the pixels over 255, in the order asked for") {
  const Dataset data = small_set(60);
  CHECK(data.size() == 60);
  CHECK(data.height() == 2);
  CHECK(data.width() == 2);
  CHECK(data.features() == 4);
  Tensor batch(Shape{3, 4}, real(-1));
  const real* memory = batch.data();
  const std::int64_t indices[] = {7, 0, 7};
  data.fill_batch(indices, batch);
  CHECK(batch.data() == memory);
  for (int i = 0; i < 12; ++i) CHECK(batch[i] == real((i / 4 == 1 ? 0 : 28) + i % 4) / 255);
  Tensor images(Shape{2, 1, 2, 2});
  data.fill_range(58, images);
  CHECK(images.at({0, 0, 0, 0}) == real(232) / 255);
  CHECK(images.at({1, 0, 1, 1}) == real(239) / 255);
}

TEST_CASE("dataset: every level is its own number, from 0 to exactly 1") {
  ImageSet set{Shape{1, 1, 256}, std::vector<std::uint8_t>(256), {0}};
  std::iota(set.images.begin(), set.images.end(), std::uint8_t{0});
  Tensor batch(Shape{1, 256});
  Dataset(std::move(set)).fill_range(0, batch);
  CHECK(batch[0] == 0);
  CHECK(batch[255] == 1);
  for (int i = 0; i < 256; ++i) CHECK(batch[i] == static_cast<real>(i) / 255);
}

TEST_CASE("dataset: a split keeps the order and shares nothing but the pixels") {
  const auto [first, rest] = small_set(60).split(50);
  CHECK(first.size() == 50);
  CHECK(rest.size() == 10);
  CHECK(first.labels().size() == 50);
  CHECK(first.label(49) == 9);
  CHECK(rest.label(3) == 3);
  Tensor batch(Shape{1, 4});
  const std::int64_t index[] = {1};
  rest.fill_batch(index, batch);
  CHECK(batch[0] == real(204) / 255);
  CHECK(rest.split(4).second.label(0) == 4);
  CHECK(rest.split(0).first.size() == 0);
  CHECK(rest.split(10).second.size() == 0);
}

TEST_CASE("dataset: what does not fit is refused") {
  const Dataset data = small_set(60);
  Tensor batch(Shape{2, 4});
  const std::int64_t two[] = {0, 1}, outside[] = {0, 60}, negative[] = {-1, 0}, three[] = {0, 1, 2};
  data.fill_batch(two, batch);
  CHECK_THROWS_WITH_AS(data.fill_batch(outside, batch), "dataset: example 60 of 60", ValueError);
  CHECK_THROWS_WITH_AS(data.fill_batch(negative, batch), "dataset: example -1 of 60", ValueError);
  CHECK_THROWS_WITH_AS(data.fill_batch(three, batch), "dataset: a batch of 3 examples with 4 pixels does not fit [2,4]",
                       ShapeError);
  Tensor narrow(Shape{2, 3});
  CHECK_THROWS_AS(data.fill_batch(two, narrow), ShapeError);
  CHECK_THROWS_WITH_AS(data.fill_range(59, batch), "dataset: examples 59 to 61 of 60", ValueError);
  CHECK_THROWS_AS(data.fill_range(-1, batch), ValueError);
  CHECK_THROWS_WITH_AS(data.label(60), "dataset: example 60 of 60", ValueError);
  CHECK_THROWS_WITH_AS(data.split(61), "dataset: cannot split 60 examples after 61", ValueError);
  CHECK_THROWS_WITH_AS(data.split(50).second.label(10), "dataset: example 10 of 10", ValueError);
  CHECK_THROWS_WITH_AS(Dataset(ImageSet{Shape{2, 2, 2}, std::vector<std::uint8_t>(8), {0}}),
                       "dataset: shape [2,2,2] does not fit 8 pixels and 1 labels", ShapeError);
}

TEST_CASE("batches: every index once an epoch, the last batch shorter") {
  BatchOrder order(103, 10, Rng(1));
  CHECK(order.batches() == 11);
  CHECK(order.indices(0, 9).size() == 10);
  CHECK(order.indices(0, 10).size() == 3);
  for (const std::int64_t epoch : {0, 1, 1000000}) {
    auto all = epoch_of(order, epoch);
    std::sort(all.begin(), all.end());
    std::vector<std::int64_t> expected(103);
    std::iota(expected.begin(), expected.end(), std::int64_t{0});
    CHECK(all == expected);
  }
}

TEST_CASE("batches: the order depends on the seed and the epoch alone") {
  BatchOrder order(1000, 7, Rng(5)), same(1000, 7, Rng(5)), other(1000, 7, Rng(6)), stream(1000, 7, Rng(5, 1));
  const auto third = epoch_of(order, 3);
  CHECK(epoch_of(order, 4) != third);
  CHECK(epoch_of(order, 0) != third);
  CHECK(epoch_of(other, 3) != third);
  CHECK(epoch_of(stream, 3) != third);
  // A run that starts in the middle of epoch 3 sees what the first one saw.
  const auto batch = same.indices(3, 100);
  CHECK(std::equal(batch.begin(), batch.end(), third.begin() + 700));
  CHECK(epoch_of(same, 3) == third);
  BatchOrder larger(1000, 50, Rng(5));
  CHECK(epoch_of(larger, 3) == third);
}

TEST_CASE("batches: bad sizes are refused") {
  CHECK_THROWS_WITH_AS(BatchOrder(0, 10, Rng(1)), "batches: cannot make batches of 10 from 0 examples", ValueError);
  CHECK_THROWS_AS(BatchOrder(10, 0, Rng(1)), ValueError);
  BatchOrder order(10, 4, Rng(1));
  CHECK_THROWS_WITH_AS(order.indices(2, 3), "batches: no batch 3 in epoch 2; an epoch has 3", ValueError);
  CHECK_THROWS_AS(order.indices(0, -1), ValueError);
  CHECK_THROWS_AS(order.indices(-1, 0), ValueError);
}
