#include <cotape/data/formats/idx.h>
#include <cotape/data/sets/mnist.h>
#include <cotape/engine/base/error.h>

#include <doctest/doctest.h>

#include <filesystem>
#include <numeric>
#include <string>

#include "../../temporary_folder.h"
#include "../formats/gzip.h"

using namespace cotape;

namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes counting(std::size_t n) {
  Bytes values(n);
  std::iota(values.begin(), values.end(), std::uint8_t{0});
  return values;
}

// Three training images of 2 × 5 pixels, compressed, and two test images, plain.
void put_small_set(const TemporaryFolder& folder) {
  write_idx(folder / "images", {Shape{3, 2, 5}, counting(30)});
  write_idx(folder / "labels", {Shape{3}, Bytes{9, 0, 4}});
  folder.put("train-images-idx3-ubyte.gz", gzip(folder.get("images")));
  folder.put("train-labels-idx1-ubyte.gz", gzip(folder.get("labels")));
  write_idx(folder / "t10k-images-idx3-ubyte", {Shape{2, 2, 5}, counting(20)});
  write_idx(folder / "t10k-labels-idx1-ubyte", {Shape{2}, Bytes{1, 2}});
}

}  // namespace

TEST_CASE("mnist: loads both parts, plain or compressed, in any size") {
  const TemporaryFolder folder;
  put_small_set(folder);
  const ImageSet train = load_mnist(folder.path(), MnistPart::train);
  CHECK(train.shape == Shape{3, 2, 5});
  CHECK(train.images == counting(30));
  CHECK(train.labels == Bytes{9, 0, 4});
  const ImageSet test = load_mnist(folder.path(), MnistPart::test);
  CHECK(test.shape == Shape{2, 2, 5});
  CHECK(test.labels == Bytes{1, 2});
}

TEST_CASE("mnist: a file that is missing or does not fit the others is named") {
  const TemporaryFolder folder;
  put_small_set(folder);
  const std::string image_name = (folder / "t10k-images-idx3-ubyte").string();
  const std::string label_name = (folder / "t10k-labels-idx1-ubyte").string();
  const auto refused = [&](const std::string& message) {
    CHECK_THROWS_WITH_AS(load_mnist(folder.path(), MnistPart::test), message.c_str(), FileError);
  };

  write_idx(label_name, {Shape{3}, Bytes{1, 2, 3}});
  refused(label_name + ": 3 labels for the 2 images of " + image_name + " (at byte 4)");
  write_idx(label_name, {Shape{2}, Bytes{1, 10}});
  refused(label_name + ": label 10 is not below 10 (at byte 9)");
  std::filesystem::copy_file(image_name, label_name, std::filesystem::copy_options::overwrite_existing);
  refused(label_name + ": IDX array of shape [2,2,5], expected 1 axis (at byte 3)");
  write_idx(label_name, {Shape{2}, Bytes{1, 2}});
  std::filesystem::copy_file(label_name, image_name, std::filesystem::copy_options::overwrite_existing);
  refused(image_name + ": IDX array of shape [2], expected 3 axes (at byte 3)");
  write_idx(image_name, {Shape{0, 2, 5}, Bytes{}});
  refused(image_name + ": no pixels, shape [0,2,5] (at byte 4)");
  std::filesystem::remove(label_name);
  refused(label_name + ": no such file, nor with .gz");
}

TEST_CASE("mnist: finds the folder that an argument means") {
  const TemporaryFolder folder;
  CHECK(find_mnist(folder.path().string()) == folder.path());
  CHECK(find_mnist("fashion-mnist", folder.path()) == folder.path());
  CHECK_THROWS_WITH_AS(find_mnist("fashion-mnist", folder / "none"),
                       doctest::Contains("install the Debian package dataset-fashion-mnist"), FileError);
  const auto missing = folder / "none", file = folder.put("file", "");
  CHECK_THROWS_WITH_AS(find_mnist(missing.string()), doctest::Contains((missing.string() + " does not exist").c_str()),
                       FileError);
  CHECK_THROWS_WITH_AS(find_mnist(file.string()), doctest::Contains((file.string() + " is not a folder").c_str()),
                       FileError);
}

TEST_CASE("mnist: the Debian package's Fashion-MNIST") {
  if (!std::filesystem::exists(fashion_mnist_folder)) {
    MESSAGE("skipped: the package dataset-fashion-mnist is not installed");
    return;
  }
  const auto folder = find_mnist("fashion-mnist");
  for (const auto& [part, count] : {std::pair(MnistPart::train, 60000), std::pair(MnistPart::test, 10000)}) {
    const ImageSet set = load_mnist(folder, part);
    CHECK(set.shape == Shape{count, 28, 28});
    std::vector<int> by_class(mnist_classes);
    for (const int label : set.labels) ++by_class[static_cast<std::size_t>(label)];
    CHECK(by_class == std::vector<int>(mnist_classes, count / mnist_classes));  // published as balanced
    // The published mean brightness, 0.2860 of the training part, to its four digits.
    if (part == MnistPart::train) {
      const double sum = std::accumulate(set.images.begin(), set.images.end(), 0.0);
      CHECK(std::abs(sum / 255 / static_cast<double>(set.images.size()) - 0.2860) < 0.00006);
    }
  }
}
