#pragma once
#include <array>
#include <filesystem>
#include <string_view>

#include <cotape/data/sets/image_set.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// CIFAR-10 (A. Krizhevsky, "Learning multiple layers of features from tiny images", 2009) in its binary version:
// colour images of 32 × 32 pixels in ten classes, by their labels.
inline constexpr std::array<std::string_view, 10> cifar10_names = {"airplane", "automobile", "bird",  "cat",  "deer",
                                                                   "dog",      "frog",       "horse", "ship", "truck"};

enum class Cifar10Part { train, test };

// Whether the folder holds the file that the set begins with, data_batch_1.bin.
bool has_cifar10(const std::filesystem::path& folder);

// Reads one file of records of 3073 bytes: a label, then 1024 reds, 1024 greens and 1024 blues, each row by row. The
// shape is [records, 32, 32, 3]. Published files have 10,000 records; any number from 1 to 100,000 is read, plain or
// gzip-compressed. Throws FileError, naming the file and the byte, when it is missing, corrupted, empty, too long, cut
// off within a record, or has a label above 9.
ImageSet read_cifar10(const std::filesystem::path& path);

// The images of data_batch_1.bin to data_batch_5.bin, in this order, or those of test_batch.bin. Throws FileError as
// read_cifar10 does.
ImageSet load_cifar10(const std::filesystem::path& folder, Cifar10Part part);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
