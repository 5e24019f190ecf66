#include <cotape/apps/warcraft/maps.h>
#include <cotape/data/sets/terrain.h>
#include <cotape/engine/base/error.h>
#include <cotape/solvers/paths/grid_path.h>

namespace cotape::app {
namespace {

void keep_first(WarcraftMaps& maps, std::int64_t count) {
  const std::int64_t cells = maps.size * maps.size;
  maps.count = count;
  maps.maps.resize(static_cast<std::size_t>(count * maps.pixels() * maps.pixels() * 3));
  maps.paths.resize(static_cast<std::size_t>(count * cells));
  maps.costs.resize(static_cast<std::size_t>(count * cells));
}

}  // namespace

WarcraftMaps generate_maps(std::int64_t count, std::int64_t size, std::uint64_t seed, WarcraftSplit split) {
  const GridPath solver{.height = size, .width = size};
  return generate_terrain({.count = count, .size = size, .seed = seed, .split = split},
                          [&solver](std::span<const real> cost, std::span<real> path) { solver.solve(cost, path); });
}

WarcraftMaps read_maps(const WarcraftOptions& options, WarcraftSplit split) {
  const bool training = split == WarcraftSplit::train;
  const std::int64_t wanted = training ? options.train : split == WarcraftSplit::val ? options.val : options.test;
  if (options.common.data == "generated")
    return generate_maps(wanted > 0 ? wanted : training ? 10000 : 1000, options.size, options.data_seed, split);
  WarcraftMaps maps = load_warcraft(options.common.data, split, options.size);
  if (wanted > maps.count || maps.count == 0)
    fail<ValueError>(options.common.data, ": ", maps.count, " ", to_string(split), " maps, fewer than the ",
                     std::max<std::int64_t>(wanted, 1), " asked for");
  if (wanted > 0) keep_first(maps, wanted);
  return maps;
}

}  // namespace cotape::app
