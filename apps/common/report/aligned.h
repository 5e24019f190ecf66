#pragma once
#include <string>
#include <vector>

namespace cotape::app {

// A table for a terminal, a line a row: cells are two blanks apart and as wide as the widest of their column, in
// characters. No row may have more cells than the first.
std::vector<std::string> aligned_lines(const std::vector<std::vector<std::string>>& rows);

}  // namespace cotape::app
