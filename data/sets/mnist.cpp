#include <cotape/data/formats/idx.h>
#include <cotape/data/sets/mnist.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/file.h>

#include <algorithm>
#include <system_error>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

bool is_there(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

bool is_folder(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored);
}

std::filesystem::path plain_or_gz(const std::filesystem::path& folder, const std::string& name) {
  for (const char* ending : {"", ".gz"})
    if (const auto path = folder / (name + ending); is_there(path)) return path;
  fail<FileError>(shown_path(folder / name), ": no such file, nor with .gz");
}

}  // namespace

std::filesystem::path find_mnist(std::string_view source, const std::filesystem::path& fashion_folder) {
  if (source == "fashion-mnist") {
    if (is_folder(fashion_folder)) return fashion_folder;
    fail<FileError>("fashion-mnist: ", shown_path(fashion_folder),
                    " does not exist; install the Debian package dataset-fashion-mnist "
                    "(apt-get install dataset-fashion-mnist) or give a folder");
  }
  if (is_folder(source)) return source;
  fail<FileError>("data: ", source, is_there(source) ? " is not a folder" : " does not exist",
                  "; give \"fashion-mnist\" or a folder with MNIST's four files");
}

ImageSet load_mnist(const std::filesystem::path& folder, MnistPart part) {
  const std::string prefix = part == MnistPart::train ? "train" : "t10k";
  const std::filesystem::path image_path = plain_or_gz(folder, prefix + "-images-idx3-ubyte");
  const std::filesystem::path label_path = plain_or_gz(folder, prefix + "-labels-idx1-ubyte");
  ByteArray images = read_idx_bytes(image_path, 3);
  ByteArray labels = read_idx_bytes(label_path, 1);
  if (images.shape.size() == 0)
    fail<FileError>(shown_path(image_path), ": no pixels, shape ", images.shape, " (at byte 4)");
  if (images.shape[0] != labels.shape[0])
    fail<FileError>(shown_path(label_path), ": ", labels.shape[0], " labels for the ", images.shape[0], " images of ",
                    shown_path(image_path), " (at byte 4)");
  const auto bad = std::find_if(labels.values.begin(), labels.values.end(), [](int x) { return x >= mnist_classes; });
  if (bad != labels.values.end())
    fail<FileError>(shown_path(label_path), ": label ", int{*bad}, " is not below ", mnist_classes, " (at byte ",
                    8 + (bad - labels.values.begin()), ")");
  return {images.shape, std::move(images.values), std::move(labels.values)};
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
