#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include <cotape/data/sets/capitals.h>
#include <cotape/data/sets/flags.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/engine/base/tensor.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Countries with their flags and the positions of their capitals: the data of the globe TSP experiment of Vlastelica et
// al., "Differentiation of Blackbox Combinatorial Solvers", ICLR 2020.
struct World {
  static constexpr int flag_height = 20, flag_width = 40;

  std::vector<Capital> capitals = {};
  std::vector<Image> flags = {};            // RGB, flag_height × flag_width
  std::vector<SpherePoint> positions = {};  // of the capitals

  std::int64_t size() const { return static_cast<std::int64_t>(capitals.size()); }
};

// Flags that differ by less than this (see difference()) cannot be told apart: Chad and Romania, Indonesia and Monaco.
inline constexpr double min_flag_difference = 24;

// `count` countries, always the same ones: the UN members of the table in the order of their codes, without those whose
// flag differs from an earlier one's by less than min_flag_difference; of the m that remain, number ⌊i·m/count⌋ for i =
// 0 … count − 1.
// Throws ValueError when there are too few, FileError as load_flag.
World choose_world(const std::filesystem::path& flags, const std::vector<Capital>& capitals, std::int64_t count);
// The countries of these codes, in their order. Throws ValueError for a code that the table does not have or that comes
// twice, FileError as load_flag.
World choose_world(const std::filesystem::path& flags, const std::vector<Capital>& capitals,
                   std::span<const std::string> codes);

// All flags as real numbers [world.size(), flag_height, flag_width, 3] for a net: from each channel its mean over all
// flags is subtracted, and the result is divided by its standard deviation (by 1 where that is 0).
Tensor flag_tensor(const World& world);

// Examples: some countries of a world, and the shortest tour through their capitals.
struct GlobeTours {
  std::int64_t count = 0;
  std::int64_t cities = 0;                   // of an example, k
  std::vector<std::int64_t> countries = {};  // [count, k], indices into the world, all different in an example
  std::vector<std::uint8_t> tours = {};      // [count, k, k], 1 for neighbours on the tour, symmetric

  // One example's part of the above, 0 ≤ index < count.
  std::span<const std::int64_t> countries_of(std::int64_t index) const;
  std::span<const std::uint8_t> tour(std::int64_t index) const;

  bool operator==(const GlobeTours&) const = default;
};

enum class GlobeSplit { train, validation, test };

struct GlobeTourOptions {
  std::int64_t count = 0;
  std::int64_t cities = 5;
  std::uint64_t seed = 1;
  GlobeSplit split = GlobeSplit::train;
};

// Writes the adjacency matrix [k, k] of the shortest tour for costs [k, k]. Called from several threads at once.
// Tsp::solve is one.
using TourLabel = FunctionRef<void(std::span<const real> cost, std::span<real> tour)>;

// Straight distances (chords) between capitals, [cities, cities].
void chord_distances(const World& world, std::span<const std::int64_t> countries, std::span<real> distances);

// Examples with countries drawn at random and tours that are shortest in chord_distances. Example i depends on
// (world, cities, seed, split, i) alone. Throws ValueError unless 3 ≤ cities ≤ world.size() and count ≥ 0, and what
// `label` throws.
GlobeTours generate_globe_tours(const World& world, const GlobeTourOptions& options, TourLabel label);

// Label noise as in Sahoo et al., "Backpropagation through Combinatorial Algorithms: Identity with Projection Works",
// ICLR 2023, §4.4: every entry of a tour is flipped with probability ρ/k. The two entries of an edge are one draw, so
// that labels stay symmetric; the diagonal stays 0. What is flipped in example i depends on (seed, i) alone. Throws
// ValueError unless 0 ≤ ρ ≤ k.
void corrupt_tours(GlobeTours& tours, double rho, std::uint64_t seed);

// Tours of examples as real numbers, row b from indices[b]. Throws ShapeError when out is not [indices, k, k],
// ValueError for an index out of range.
void fill_tours(const GlobeTours& tours, std::span<const std::int64_t> indices, Tensor& out);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
