#pragma once
#include <filesystem>
#include <vector>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// A place in a picture: pixels from its left and its upper edge.
struct Keypoint {
  double x = 0, y = 0;
  bool operator==(const Keypoint&) const = default;
};

// The points that a text file marks in a picture of this size, a line "x y" for each; empty lines are left out. Throws
// FileError, naming the line, for text that is not two numbers and for a point outside the picture; and for less than 2
// or more than 1000 points.
std::vector<Keypoint> read_keypoints(const std::filesystem::path& path, int height, int width);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
