#include <cotape/data/sets/cifar10.h>
#include <cotape/data/sets/dataset.h>
#include <cotape/engine/base/error.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "../../temporary_folder.h"
#include "../formats/gzip.h"
#include "../formats/refusal.h"

using namespace cotape;

namespace {

// A label, then the pixels: red counts the columns, green the rows, blue is 200 everywhere.
std::string record(int label) {
  std::string bytes(1, static_cast<char>(label));
  for (int channel = 0; channel < 3; ++channel)
    for (int y = 0; y < 32; ++y)
      for (int x = 0; x < 32; ++x) bytes += static_cast<char>(channel == 0 ? x : channel == 1 ? y : 200);
  return bytes;
}

std::string refused(const std::string& bytes) { return refusal_of(read_cifar10, "data.bin", bytes); }

}  // namespace

TEST_CASE("cifar10: records become images with their colours side by side") {
  const TemporaryFolder folder;
  const ImageSet set = read_cifar10(folder.put("data.bin", record(9) + record(0)));
  CHECK(set.shape == Shape{2, 32, 32, 3});
  CHECK(set.labels == std::vector<std::uint8_t>{9, 0});
  bool right = set.images.size() == 2 * 3072;
  for (std::size_t i = 0; right && i < 2 * 1024; ++i)
    right = set.images[3 * i] == i % 32 && set.images[3 * i + 1] == i / 32 % 32 && set.images[3 * i + 2] == 200;
  CHECK(right);
  CHECK(read_cifar10(folder.put("data.gz", gzip(record(9) + record(0)))).images == set.images);

  const Dataset data(set);
  CHECK(data.channels() == 3);
  CHECK(data.features() == 3072);
  CHECK(data.label(0) == 9);
  Tensor batch(Shape{1, 32, 32, 3});
  data.fill_range(1, batch);
  CHECK(batch.at({0, 31, 7, 0}) == real(7) / 255);
  CHECK(batch.at({0, 31, 7, 1}) == real(31) / 255);
  CHECK(batch.at({0, 31, 7, 2}) == real(200) / 255);
  const auto last = data.image(1);
  CHECK(std::equal(last.begin(), last.end(), set.images.begin() + 3072));
}

TEST_CASE("cifar10: a folder of five files to train on and one to test") {
  const TemporaryFolder folder;
  CHECK(!has_cifar10(folder.path()));
  for (int i = 1; i <= 5; ++i) folder.put("data_batch_" + std::to_string(i) + ".bin", record(i) + record(i + 1));
  folder.put("test_batch.bin", record(7));
  CHECK(has_cifar10(folder.path()));
  const ImageSet train = load_cifar10(folder.path(), Cifar10Part::train);
  CHECK(train.shape == Shape{10, 32, 32, 3});
  CHECK(train.labels == std::vector<std::uint8_t>{1, 2, 2, 3, 3, 4, 4, 5, 5, 6});
  CHECK(load_cifar10(folder.path(), Cifar10Part::test).labels == std::vector<std::uint8_t>{7});
  std::filesystem::remove(folder / "data_batch_4.bin");
  CHECK_THROWS_WITH_AS(load_cifar10(folder.path(), Cifar10Part::train), doctest::Contains("data_batch_4.bin"),
                       FileError);
}

TEST_CASE("cifar10: what is damaged is refused with its place") {
  CHECK(refused("") == "no images (at byte 0)");
  CHECK(refused("\1") == "image 1 is cut off: 1 bytes of 3073 (at byte 0)");
  CHECK(refused(record(3) + record(4).substr(1)) == "image 2 is cut off: 3072 bytes of 3073 (at byte 3073)");
  CHECK(refused(record(3) + "\n") == "image 2 is cut off: 1 bytes of 3073 (at byte 3073)");
  CHECK(refused(record(3) + record(10)) == "label 10 of image 2 is not below 10 (at byte 3073)");
  CHECK(refused(record(255)) == "label 255 of image 1 is not below 10 (at byte 0)");
  const std::string packed = gzip(record(1));
  CHECK(refused(packed.substr(0, packed.size() - 9)) != "nothing");
}
