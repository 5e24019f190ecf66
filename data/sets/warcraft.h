#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <cotape/engine/base/tensor.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Terrain pictures with the cost of every cell and the cheapest path from the top left to the bottom right corner: the
// layout of the Warcraft shortest-path data set (Vlastelica et al., "Differentiation of Blackbox Combinatorial
// Solvers", ICLR 2020). A cell is 8 × 8 pixels.
struct WarcraftMaps {
  static constexpr std::int64_t cell_pixels = 8;

  std::int64_t count = 0;
  std::int64_t size = 0;                 // cells along an edge, k
  std::vector<std::uint8_t> maps = {};   // [count, 8k, 8k, 3], red, green, blue
  std::vector<std::uint8_t> paths = {};  // [count, k, k], 1 on the path and 0 elsewhere
  std::vector<float> costs = {};         // [count, k, k], ≥ 0; "vertex_weights" in the files

  std::int64_t pixels() const { return cell_pixels * size; }  // along an edge
  // One map's part of the above, 0 ≤ index < count.
  std::span<const std::uint8_t> map(std::int64_t index) const;
  std::span<const std::uint8_t> path(std::int64_t index) const;
  std::span<const float> cost(std::int64_t index) const;

  bool operator==(const WarcraftMaps&) const = default;
};

// A part of the set, and its name in the names of files.
enum class WarcraftSplit { train, val, test };
std::string_view to_string(WarcraftSplit split);

// Reads {train,val,test}_{maps,shortest_paths,vertex_weights}.npy of one split; a file may be cut into …_part0.npy,
// …_part1.npy, … along its first axis. `folder` holds these files, or folders named 12x12, 18x18, … that do; `size`
// then tells which (0: the only one). Throws FileError, naming the file, when one is missing or broken; when numbers of
// maps or sizes differ, or the size is not the one asked for; when a path is not 0/1, or misses one of its two corners;
// when a cost is negative or not finite.
WarcraftMaps load_warcraft(const std::filesystem::path& folder, WarcraftSplit split, std::int64_t size = 0);

// Writes the three files of a split into an existing folder, costs as float16. Throws ShapeError when the arrays do not
// fit count and size, FileError when a file cannot be written.
void save_warcraft(const std::filesystem::path& folder, WarcraftSplit split, const WarcraftMaps& maps);

// Copies examples indices[b] into `out`, mirrored at the diagonals of the map: at the one from the start of the path to
// its end when bit 0 of mirrors[b] is set, at the other one when bit 1 is. Start and end stay or change places, so the
// mirrored path is the cheapest one of the mirrored map. `out` keeps its memory. Throws ShapeError when there are not
// as many mirrors as indices, ValueError for an index out of range.
void copy_mirrored(const WarcraftMaps& maps, std::span<const std::int64_t> indices,
                   std::span<const std::uint8_t> mirrors, WarcraftMaps& out);

// Mean and standard deviation of red, green and blue over all pixels, on the scale 0 … 255; the same bits for any
// number of threads. Throws ValueError when there are no maps.
struct ChannelMoments {
  std::array<float, 3> mean = {0, 0, 0};
  std::array<float, 3> deviation = {1, 1, 1};
  bool operator==(const ChannelMoments&) const = default;
};
ChannelMoments channel_moments(const WarcraftMaps& maps);

// Batches as real numbers: example indices[b] becomes row b of out; nothing is allocated. Throw ShapeError when out is
// not [B, 8k, 8k, 3] or [B, k, k], ValueError for an index out of range.
//   maps: (byte − mean) / deviation of its channel; a deviation of 0 counts as 1
void fill_maps(const WarcraftMaps& maps, std::span<const std::int64_t> indices, const ChannelMoments& moments,
               Tensor& out);
void fill_paths(const WarcraftMaps& maps, std::span<const std::int64_t> indices, Tensor& out);
void fill_costs(const WarcraftMaps& maps, std::span<const std::int64_t> indices, Tensor& out);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
