#pragma once
#include <cotape/apps/warcraft/options.h>

namespace cotape::app {

// Procedural terrain with paths by the solver: the same maps for the same size, seed and split, whatever the count.
WarcraftMaps generate_maps(std::int64_t count, std::int64_t size, std::uint64_t seed, WarcraftSplit split);

// One split as the options say: generated, or the first maps of a folder.
WarcraftMaps read_maps(const WarcraftOptions& options, WarcraftSplit split);

}  // namespace cotape::app
