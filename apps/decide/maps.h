#pragma once
#include <cotape/apps/decide/problems.h>

namespace cotape::app {

// Paths over maps of 12 × 12 cells, as the Warcraft data set has them: what a cell costs is to be predicted from six
// features of its own, mean and deviation of red, green and blue over its pixels, less their mean over the cells to
// learn from and divided by their deviation. Maps of settings.own.folder, of its training maps those to learn from and
// of its test maps those to be judged on, or, without a folder, generated ones: drawn from `seed`. Throws ValueError
// for more maps than there are, FileError for files that are missing or broken.
DecisionProblem make_maps_problem(const ProblemSettings& settings, std::uint32_t seed);

}  // namespace cotape::app
