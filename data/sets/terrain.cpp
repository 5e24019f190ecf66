#include <cotape/data/sets/terrain.h>
#include <cotape/data/sets/terrain_paint.h>
#include <cotape/data/sets/value_noise.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/half.h>

#include <algorithm>
#include <vector>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

float as_half(float cost) { return static_cast<float>(Half(cost)); }

// The random fields that one map is cut from, at places in cells.
class Fields {
 public:
  explicit Fields(const Rng& rng) : words_(rng.words(0)), levels_(rng.words(1)) {
    const auto words = rng.words(2);  // where on the plane the map lies: no corner is special
    origin_ = {place * unit(words[0]), place * unit(words[1])};
  }

  float height(float x, float y) const { return bent(words_[0], x, y); }

  Terrain at(float x, float y) const {
    const float level = height(x, y), wet = bent(words_[1], x, y);
    if (level < -0.42f + shift(0)) return Terrain::water;
    if (level > 0.56f + shift(1)) return Terrain::stone;
    if (wet > 0.30f + shift(2)) return Terrain::forest;
    if (wet < -0.46f + shift(3)) return Terrain::earth;
    return Terrain::grass;
  }

 private:
  static constexpr float place = 1000;

  static float unit(std::uint32_t word) { return static_cast<float>(word >> 8) * 0x1p-24f; }

  // Noise whose places are themselves moved by noise: bays and tongues instead of round spots.
  float bent(std::uint32_t seed, float x, float y) const {
    constexpr float fineness = 0.27f, bend_fineness = 0.35f, bend = 1.3f;
    x += origin_[0], y += origin_[1];
    const float dx = value_noise(words_[2], x * bend_fineness, y * bend_fineness);
    const float dy = value_noise(words_[3], x * bend_fineness, y * bend_fineness);
    return fractal_noise(seed, (x + bend * dx) * fineness, (y + bend * dy) * fineness, 3);
  }
  // Some maps have more of one class, others of another.
  float shift(std::size_t which) const { return 0.3f * (static_cast<float>(levels_[which] >> 8) * 0x1p-24f - 0.5f); }

  std::array<std::uint32_t, 4> words_, levels_;
  std::array<float, 2> origin_;
};

bool interesting(std::span<const Terrain> cells, std::span<const real> path, std::int64_t size) {
  std::array<std::int64_t, terrain_classes> counts{};
  for (const Terrain cell : cells) ++counts[static_cast<std::size_t>(cell)];
  std::int64_t on_diagonal = 0;
  for (std::int64_t i = 0; i < size; ++i) on_diagonal += path[i * (size + 1)] != 0;
  return terrain_classes - std::ranges::count(counts, 0) >= 4 &&
         2 * counts[static_cast<std::size_t>(Terrain::stone)] <= size * size && on_diagonal <= 2 * size / 3;
}

// Draws one map until it is interesting.
void generate_map(WarcraftMaps& out, std::int64_t index, const Rng& own, PathLabel label) {
  const std::int64_t size = out.size, cells = size * size;
  std::vector<Terrain> terrain(cells);
  std::vector<real> costs(cells), path(cells);
  for (std::uint64_t attempt = 0;; ++attempt) {
    const Rng rng = own.split(attempt);
    const Fields fields(rng);
    for (std::int64_t i = 0; i < cells; ++i) {
      terrain[i] = fields.at(static_cast<float>(i % size) + 0.5f, static_cast<float>(i / size) + 0.5f);
      costs[i] = terrain_costs[static_cast<std::size_t>(terrain[i])];
    }
    label(costs, path);
    if (!interesting(terrain, path, size)) continue;
    std::ranges::transform(costs, out.costs.begin() + index * cells, [](real x) { return static_cast<float>(x); });
    std::ranges::transform(path, out.paths.begin() + index * cells, [](real x) { return std::uint8_t{x != 0}; });
    const std::size_t bytes = out.maps.size() / static_cast<std::size_t>(out.count);
    paint_terrain(
        terrain, size, [&](float x, float y) { return fields.height(x, y); }, rng.split(0),
        std::span(out.maps).subspan(static_cast<std::size_t>(index) * bytes, bytes));
    return;
  }
}

}  // namespace

const std::array<float, terrain_classes> terrain_costs = {as_half(0.8f), as_half(1.2f), as_half(5.3f), as_half(7.7f),
                                                          as_half(9.2f)};

WarcraftMaps generate_terrain(const TerrainOptions& options, PathLabel label) {
  const auto [count, size, seed, split] = options;
  if (count < 0 || size < 4) fail<ValueError>("generate_terrain: ", count, " maps of ", size, "x", size, " cells");
  WarcraftMaps out{.count = count, .size = size};
  out.costs.resize(static_cast<std::size_t>(count * size * size));
  out.paths.resize(out.costs.size());
  out.maps.resize(static_cast<std::size_t>(count * out.pixels() * out.pixels() * 3));
  const Rng rng = Rng(seed).split(static_cast<std::uint64_t>(split));
  parallel_for(count, 8, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) generate_map(out, i, rng.split(static_cast<std::uint64_t>(i)), label);
  });
  return out;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
