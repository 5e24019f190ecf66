#pragma once
#include <filesystem>
#include <string_view>

#include <cotape/data/sets/image_set.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

enum class MnistPart { train, test };

// Number of classes of every data set in MNIST's format.
inline constexpr int mnist_classes = 10;

// Where the Debian package dataset-fashion-mnist puts its files.
inline constexpr std::string_view fashion_mnist_folder = "/usr/share/datasets/fashion-mnist";

// The folder of a data set: for "fashion-mnist" the one of the Debian package, else `source` itself. Throws FileError
// when there is no such folder; for "fashion-mnist" the message says how to install it.
std::filesystem::path find_mnist(std::string_view source,
                                 const std::filesystem::path& fashion_folder = fashion_mnist_folder);

// Reads train-images-idx3-ubyte and train-labels-idx1-ubyte, or t10k-…, each plain or with .gz, from a folder. Throws
// FileError, naming the file and the byte, when a file is missing or broken or not an IDX file, when the numbers of
// images and labels differ, when there are none, or when a label is not below mnist_classes.
ImageSet load_mnist(const std::filesystem::path& folder, MnistPart part);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
