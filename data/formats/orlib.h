#pragma once
#include <cstdint>
#include <filesystem>
#include <vector>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// An assignment problem from a file of OR-Library (J. E. Beasley, "OR-Library: distributing test problems by electronic
// mail", 1990).
struct OrlibAssignment {
  std::int64_t n = 0;              // rows, and columns
  std::vector<double> costs = {};  // [n, n], row by row
};

// Reads a file that has n and then the n · n costs, parted by blanks and line ends in any way; plain or gzipped.
// Throws FileError, naming the file and the line, for anything that is missing, too much, not a number, or out of
// range. Memory is allocated only when the file is large enough to fill it, whatever n says.
OrlibAssignment read_orlib_assignment(const std::filesystem::path& path);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
