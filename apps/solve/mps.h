#pragma once
#include <cotape/apps/solve/kinds.h>

namespace cotape::app {

// Linear programs, with integers or without, in MPS format: free form, and fixed. Where the library was built without
// CBC there is no solver for them: throws ValueError, which says so.
Answer solve_mps_file(const std::filesystem::path& path);
Answer solve_fixed_mps_file(const std::filesystem::path& path);

}  // namespace cotape::app
