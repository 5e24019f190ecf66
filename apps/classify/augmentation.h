#pragma once
#include <cotape/data/sets/dataset.h>
#include <cotape/engine/base/random.h>

namespace cotape::app {

// How training images are varied: shifted by whole pixels, evenly up to a share of their size up and down and to both
// sides, and mirrored left to right half of the time. Pixels at the border are repeated into what a shift leaves open.
struct Augmentation {
  double shift = 0.1;
  bool flip = true;

  // Writes examples indices[b], divided by 255, to row b of out, [B, height, width, channels]. How example i is varied
  // depends on (rng, epoch, i) alone. In parallel, without allocations. Throws ShapeError when out does not fit,
  // ValueError for an index out of range.
  void fill(const Dataset& data, std::span<const std::int64_t> indices, std::int64_t epoch, const Rng& rng,
            Tensor& out) const;
};

}  // namespace cotape::app
