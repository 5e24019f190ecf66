#include <cotape/apps/decide/maps.h>
#include <cotape/data/sets/numpy_random.h>
#include <cotape/data/sets/terrain.h>
#include <cotape/data/sets/warcraft.h>
#include <cotape/engine/base/error.h>
#include <cotape/solvers/paths/grid_path.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

namespace cotape::app {
namespace {

constexpr std::int64_t side = 12;     // cells along an edge
constexpr std::int64_t channels = 3;  // red, green, blue
constexpr std::int64_t per_cell = 2 * channels;

// Mean and deviation of each channel over the pixels of a cell, 0 … 255.
void colours_of(std::span<const std::uint8_t> map, std::int64_t row, std::int64_t column, real* out) {
  constexpr std::int64_t cell = WarcraftMaps::cell_pixels, width = side * cell;
  for (std::int64_t channel = 0; channel < channels; ++channel) {
    double sum = 0, squares = 0;
    for (std::int64_t y = row * cell; y < (row + 1) * cell; ++y)
      for (std::int64_t x = column * cell; x < (column + 1) * cell; ++x) {
        const double value = map[(y * width + x) * channels + channel];
        sum += value;
        squares += value * value;
      }
    const double mean = sum / (cell * cell);
    out[channel] = static_cast<real>(mean);
    out[channels + channel] = static_cast<real>(std::sqrt(std::max(0.0, squares / (cell * cell) - mean * mean)));
  }
}

struct Cells {
  Tensor features;  // [maps, cells, features]
  Tensor costs;     // [maps, side, side]
};

// `count` maps in a random order.
Cells cells_of(const WarcraftMaps& maps, std::int64_t count, const char* option, std::uint32_t seed) {
  if (count > maps.count) fail<ValueError>(option, " ", count, " of ", maps.count, " maps");
  const std::vector<std::int64_t> order = NumpyRandom(seed).permutation(maps.count);
  Cells cells{Tensor(Shape{count, side * side, per_cell}), Tensor(Shape{count, side, side})};
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t map = order[static_cast<std::size_t>(i)];
    std::copy_n(maps.cost(map).data(), side * side, cells.costs.data() + i * side * side);
    for (std::int64_t cell = 0; cell < side * side; ++cell)
      colours_of(maps.map(map), cell / side, cell % side, cells.features.data() + (i * side * side + cell) * per_cell);
  }
  return cells;
}

// Each feature less its mean and divided by its deviation over the cells to learn from; a deviation of 0 counts as 1.
void standardise(Tensor& learnt, Tensor& tested) {
  const std::int64_t rows = learnt.size() / per_cell;
  for (std::int64_t feature = 0; feature < per_cell; ++feature) {
    double sum = 0, squares = 0;
    for (std::int64_t row = 0; row < rows; ++row) sum += static_cast<double>(learnt[row * per_cell + feature]);
    const double mean = sum / static_cast<double>(rows);
    for (std::int64_t row = 0; row < rows; ++row)
      squares += std::pow(static_cast<double>(learnt[row * per_cell + feature]) - mean, 2);
    const double deviation = std::sqrt(squares / static_cast<double>(rows)), scale = deviation > 0 ? 1 / deviation : 1;
    for (Tensor* table : {&learnt, &tested})
      for (std::int64_t i = feature; i < table->size(); i += per_cell)
        (*table)[i] = static_cast<real>((static_cast<double>((*table)[i]) - mean) * scale);
  }
}

real mean_of(const Tensor& costs) {
  double sum = 0;
  for (const real cost : costs.values()) sum += static_cast<double>(cost);
  return static_cast<real>(sum / static_cast<double>(costs.size()));
}

}  // namespace

DecisionProblem make_maps_problem(const ProblemSettings& settings, std::uint32_t seed) {
  const GridPath path{.height = side, .width = side};
  const auto maps = [&](WarcraftSplit split, std::int64_t count) {
    if (!settings.own.folder.empty()) return load_warcraft(settings.own.folder, split, side);
    return generate_terrain({.count = count, .size = side, .seed = seed, .split = split},
                            [&](std::span<const real> cost, std::span<real> mask) { path.solve(cost, mask); });
  };
  Cells learnt = cells_of(maps(WarcraftSplit::train, settings.train), settings.train, "--train", seed);
  Cells tested = cells_of(maps(WarcraftSplit::test, settings.test), settings.test, "--test", seed);
  standardise(learnt.features, tested.features);
  const real typical = mean_of(learnt.costs);
  return {.solver = path,
          .features = std::move(learnt.features),
          .costs = std::move(learnt.costs),
          .test_features = std::move(tested.features),
          .test_costs = std::move(tested.costs),
          .typical_cost = typical};
}

}  // namespace cotape::app
