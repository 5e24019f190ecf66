#pragma once
#include <cotape/apps/graph_matching/views.h>
#include <cotape/engine/base/random.h>

namespace cotape::app {

inline constexpr std::int64_t patch_size = 41;  // pixels along an edge

// How far patches are moved at random, so that the net learns what stays: each view is turned and enlarged as a whole,
// each patch shifted by itself. Uniform within ± these.
struct PatchJitter {
  double turn = 0;   // degrees
  double zoom = 0;   // share of the size
  double shift = 0;  // pixels
};

// The surroundings of all points of a view, [points, 41, 41] in `out`: interpolated between pixels, those at the border
// repeated beyond it. From each patch its mean is taken off, and the rest is divided by its deviation, so that
// brightness and contrast tell nothing; a patch of one grey is 0. `jitter` draws from `rng` alone.
void cut_patches(const View& view, const PatchJitter& jitter, Rng rng, real* out);

// What a matching of patches finds without learning: the cosines of two views' patches, [left points, right points].
std::vector<double> patch_similarities(const View& left, const View& right);

}  // namespace cotape::app
