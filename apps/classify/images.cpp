#include <cotape/apps/classify/images.h>
#include <cotape/data/sets/cifar10.h>
#include <cotape/data/sets/mnist.h>
#include <cotape/engine/base/error.h>

namespace cotape::app {
namespace {

const std::vector<std::string> fashion_names = {"T-shirt", "trousers", "pullover", "dress", "coat",
                                                "sandal",  "shirt",    "sneaker",  "bag",   "ankle boot"};
const std::vector<std::string> digit_names = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};

Dataset first_of(const Dataset& all, std::int64_t count, const std::string& option) {
  if (count > all.size()) fail<ValueError>(option, " ", count, ": there are ", all.size(), " images");
  return count == 0 ? all : all.split(count).first;
}

LabelledImages read_images(const std::string& source) {
  if (has_cifar10(source))
    return {Dataset(load_cifar10(source, Cifar10Part::train)),
            Dataset(load_cifar10(source, Cifar10Part::test)),
            {cifar10_names.begin(), cifar10_names.end()}};
  const auto folder = find_mnist(source);
  return {Dataset(load_mnist(folder, MnistPart::train)), Dataset(load_mnist(folder, MnistPart::test)),
          source == "fashion-mnist" ? fashion_names : digit_names};
}

}  // namespace

LabelledImages load_images(const ClassifyOptions& options) {
  LabelledImages images = read_images(options.common.data);
  const Dataset &train = images.train, &test = images.test;
  if (train.height() != test.height() || train.width() != test.width())
    fail<ValueError>("test images have ", test.height(), " × ", test.width(), " pixels, training images ",
                     train.height(), " × ", train.width());
  return {first_of(train, options.train, "--train"), first_of(test, options.test, "--test"), images.names};
}

}  // namespace cotape::app
