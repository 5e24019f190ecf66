#pragma once
#include <filesystem>
#include <vector>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// A 0/1 knapsack problem from a file of D. Pisinger's instances ("Where are the hard knapsack problems?", 2005), in the
// text form in which they are passed on.
struct KnapsackFile {
  double capacity = 0;
  std::vector<double> values = {};   // [items]
  std::vector<double> weights = {};  // [items]
};

// Reads the number of items and the capacity, then an item's value and weight for each item; a solution, one number for
// each item, may follow and is passed over when it is all 0 and 1. Numbers may be broken into lines in any way. Throws
// FileError, naming the file and the line, for what is missing, left over, not a number or negative. Memory is
// allocated only when the file is large enough to fill it.
KnapsackFile read_knapsack(const std::filesystem::path& path);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
