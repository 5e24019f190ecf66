#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include <cotape/engine/base/tensor.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// A table of numbers.
struct CsvTable {
  std::vector<std::string> names = {};  // [columns] of the first line; empty where it holds numbers
  Tensor values = {};                   // [rows, columns]
};

// Reads comma-separated numbers, plain or gzip-compressed, as many in each line. The first line is taken for names when
// one of its values is no number. Blanks around a value, CRLF line ends, empty lines at the end of the file and a byte
// order mark before the first are allowed; values in quotes are not. The text may have 1 GiB.
// Throws FileError, naming the file and the line, for a value that is missing (empty, ?, NA, NaN), not a number or not
// finite, for a line of another number of values, and a file without numbers.
CsvTable read_csv(const std::filesystem::path& path);

// A table [rows, …] from an NPY file, whatever its element type, or from comma-separated numbers, [rows, columns]: by
// the file's first bytes, not its name. Whole numbers that `real` cannot hold are rounded. Throws FileError as read_npy
// and read_csv do, and for numbers that are not finite.
Tensor read_table(const std::filesystem::path& path);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
