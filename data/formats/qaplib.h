#pragma once
#include <cstdint>
#include <filesystem>
#include <vector>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// A quadratic assignment problem from a file of QAPLIB (R. E. Burkard, S. E. Karisch, F. Rendl, "QAPLIB – a quadratic
// assignment problem library", 1997): facilities p(i), each at a location of its own, for which the sum of
// flow[i, k] · distance[p(i), p(k)] is to be smallest. Which of its two matrices a file calls the flows does not matter
// for that sum: with the matrices exchanged the inverse permutation has the same one.
struct QaplibProblem {
  std::int64_t n = 0;
  std::vector<double> flow = {};      // [n, n], row by row: the first matrix
  std::vector<double> distance = {};  // [n, n]: the second
};

// Reads a file that has n and then the two matrices, parted by blanks and line ends in any way; plain or gzipped.
// Throws FileError, naming the file and the line, for anything that is missing, too much, not a number, or out of
// range. Memory is allocated only when the file is large enough to fill it, whatever n says.
QaplibProblem read_qaplib(const std::filesystem::path& path);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
