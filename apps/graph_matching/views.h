#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <cotape/apps/common/report/scene.h>
#include <cotape/data/pictures/image.h>
#include <cotape/solvers/quadratic/graph_matching.h>

namespace cotape::app {

// A picture with marked points.
struct View {
  Image picture;              // grey
  std::vector<Point> points;  // in pixels; the middle of the top left one is (0, 0)
  SparseGraph graph;          // the points' Delaunay graph
};

// Two views of a set, and which point of the left one is which point of the right one; −1: it is not there.
struct ViewPair {
  std::int64_t left = 0, right = 0;
  std::vector<std::int64_t> right_of_left;
};

// Pairs that are evaluated together, under a name for columns: "gap_10".
struct PairGroup {
  std::string name;
  std::vector<ViewPair> pairs;
};

// Views with as many points each, and the pairs that are matched. Views of training pairs are in no pair of `test`.
struct MatchingData {
  std::vector<View> views;
  std::vector<ViewPair> train;
  std::vector<PairGroup> test;
  bool partial = false;  // whether some points have no partner

  std::int64_t points() const { return static_cast<std::int64_t>(views.front().points.size()); }
  // Of costs and solutions of all pairs; `edges`: whether pairs of edges count.
  GraphMatchingLayout layout(bool edges) const;
};

// A sequence of pictures of one thing: FOLDER/images has pictures (PNG or JPEG), FOLDER/label as many text files with
// a line "x y" for each point, the same points in the same order in each. Pictures and labels belong together by the
// last number in their names, which may differ by a constant; files whose names have no number are left out. Every
// other picture is for training, in all pairs of them, the others for testing, in the pairs that are so many pictures
// apart: a gap must be even. The points of each view are shuffled, so that their order tells nothing (`seed`). Throws
// FileError for files that are missing, damaged or do not fit each other and for points outside their picture,
// ValueError for a gap that is odd, not positive, or as long as the sequence, and for a
// train_gap of 1 or below 0, which leaves no pair.
MatchingData read_sequence(const std::filesystem::path& folder, const std::vector<std::int64_t>& gaps,
                           std::int64_t train_gap, std::uint64_t seed);

struct GeneratedSizes {
  std::int64_t train = 400, test = 100;  // pairs
  std::int64_t points = 12;              // of the thing that is seen twice
  std::int64_t outliers = 2;             // further points of each view, which the other has not
  double occlusion = 0.1;     // chance that a point is not seen in the right view; an outlier takes its place
  double deformation = 0.03;  // deviation of a point's place, beside the turn of all; 1: the picture's width
  double noise = 0.1;         // deviation of a pixel, from black 0 to white 1
};

// Pairs of pictures of things that are made up: points at random places, each with a texture of its own; in the right
// view the thing is turned and stretched a little, its points have moved and its textures turned. Pair i of a set
// depends on (seed, set, i) and the sizes alone.
MatchingData generate_views(const GeneratedSizes& sizes, std::uint64_t seed);

}  // namespace cotape::app
