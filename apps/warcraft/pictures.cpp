#include <cotape/apps/common/report/curves.h>
#include <cotape/apps/common/report/raster.h>
#include <cotape/apps/common/report/report.h>
#include <cotape/apps/warcraft/pictures.h>
#include <cotape/data/pictures/canvas.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace cotape::app {
namespace {

constexpr std::int64_t shown = 6;
constexpr int gap = 10;      // between pictures
constexpr int header = 34;   // of the columns' names
constexpr int caption = 34;  // below a map

// From dark violet over green to yellow, evenly in brightness.
Color heat(double share) {
  constexpr std::array<std::array<double, 3>, 6> stops = {
      {{50, 8, 82}, {62, 64, 132}, {45, 112, 142}, {38, 160, 133}, {122, 205, 82}, {250, 230, 60}}};
  const double at = std::clamp(share, 0.0, 1.0) * (stops.size() - 1);
  const std::size_t i = std::min(static_cast<std::size_t>(at), stops.size() - 2);
  Color color = black;
  for (std::size_t c = 0; c < 3; ++c)
    color[c] = static_cast<std::uint8_t>(std::lround(std::lerp(stops[i][c], stops[i + 1][c], at - double(i))));
  return color;
}

// Lines between all neighbours of the path. A cheapest path never touches itself, so these are its steps.
std::vector<std::vector<Point>> path_lines(std::span<const real> path, std::int64_t size, double cell) {
  std::vector<std::vector<Point>> lines;
  const auto on = [&](std::int64_t r, std::int64_t c) {
    return r >= 0 && r < size && c >= 0 && c < size && path[static_cast<std::size_t>(r * size + c)] != 0;
  };
  const auto center = [cell](std::int64_t r, std::int64_t c) {
    return Point{(static_cast<double>(c) + 0.5) * cell, (static_cast<double>(r) + 0.5) * cell};
  };
  for (std::int64_t r = 0; r < size; ++r)
    for (std::int64_t c = 0; c < size; ++c) {
      if (!on(r, c)) continue;
      lines.push_back({center(r, c)});
      for (const auto& [dr, dc] : {std::pair{0, 1}, {1, -1}, {1, 0}, {1, 1}})
        if (on(r + dr, c + dc)) lines.push_back({center(r, c), center(r + dr, c + dc)});
    }
  return lines;
}

std::vector<real> as_numbers(std::span<const std::uint8_t> path) { return {path.begin(), path.end()}; }
std::vector<real> as_numbers(std::span<const float> costs) { return {costs.begin(), costs.end()}; }

// What the predicted path costs, in words.
std::string verdict(std::span<const real> path, bool connected, const WarcraftMaps& maps, std::int64_t index) {
  if (!connected) return "not a path";
  const double own = cost_of(path, maps.cost(index));
  const double best = cost_of(as_numbers(maps.path(index)), maps.cost(index));
  if (own <= best + optimality_tolerance) return "optimal";
  const double hundredths = std::round(1e4 * (own / best - 1));  // of a percent
  return hundredths < 1 ? "cost +0.01 % at most" : "cost +" + short_number(hundredths / 100) + " %";
}

}  // namespace

Image map_image(const WarcraftMaps& maps, std::int64_t index) {
  const auto pixels = static_cast<int>(maps.pixels());
  Image image(pixels, pixels, 3);
  std::copy_n(maps.map(index).data(), maps.map(index).size(), image.bytes().data());
  return image;
}

Image draw_costs(std::span<const real> costs, std::int64_t size, double lowest, double highest, int cell) {
  const auto edge = static_cast<int>(size);
  Image image(edge * cell, edge * cell, 3);
  for (int r = 0; r < edge; ++r)
    for (int c = 0; c < edge; ++c) {
      const auto cost = static_cast<double>(costs[static_cast<std::size_t>(r * edge + c)]);
      const double share = highest > lowest ? (cost - lowest) / (highest - lowest) : 0;
      fill_rectangle(image, r * cell, c * cell, cell, cell, heat(share));
    }
  return image;
}

Image draw_path(const Image& map, std::span<const real> path, int factor, Color color) {
  const double cell = static_cast<double>(factor) * WarcraftMaps::cell_pixels;
  const std::int64_t size = map.height() / WarcraftMaps::cell_pixels;
  const auto lines = path_lines(path, size, cell);
  Raster raster(upscale(map, factor));
  raster.strokes(lines, 0.45 * cell, black);
  raster.strokes(lines, 0.25 * cell, color);
  return raster.image();
}

Image draw_comparison(CostNet& net, PathFinder& finder, const WarcraftMaps& maps, Tape& tape) {
  std::vector<std::int64_t> indices(static_cast<std::size_t>(std::min(shown, maps.count)));
  std::iota(indices.begin(), indices.end(), 0);
  const Tensor& predicted = predict(net, maps, indices, tape);
  const Tensor& paths = finder(predicted);

  const auto pixels = static_cast<int>(maps.pixels());
  const int factor = std::max(1, 200 / pixels), edge = pixels * factor;
  const int cell = factor * static_cast<int>(WarcraftMaps::cell_pixels);
  const bool costs_are_predicted = net.settings().head != "logits";
  const std::array<std::string, 5> names = {
      "map", "true costs", costs_are_predicted ? "predicted costs" : "off-path chance", "true path", "predicted path"};
  const int columns = static_cast<int>(names.size());
  const int row_height = edge + caption;
  Image page(header + static_cast<int>(indices.size()) * row_height, gap + columns * (edge + gap), 3, white);
  const std::size_t size = static_cast<std::size_t>(maps.size * maps.size);
  std::vector<std::string> verdicts;
  for (const std::int64_t i : indices) {
    const std::size_t first = static_cast<std::size_t>(i) * size;
    const std::span<const real> path = paths.values().subspan(first, size);
    std::vector<real> guess(predicted.data() + first, predicted.data() + first + size);
    if (!costs_are_predicted)
      for (real& x : guess) x = 1 / (1 + std::exp(x));
    const auto [low, high] = std::minmax_element(guess.begin(), guess.end());
    const Image map = map_image(maps, i);
    const std::array<Image, 5> pictures = {
        upscale(map, factor), draw_costs(as_numbers(maps.cost(i)), maps.size, 0, 9.2, cell),
        draw_costs(guess, maps.size, static_cast<double>(*low), static_cast<double>(*high), cell),
        draw_path(map, as_numbers(maps.path(i)), factor, true_path_color),
        draw_path(map, path, factor, predicted_path_color)};
    for (int c = 0; c < columns; ++c)
      paste(page, pictures[static_cast<std::size_t>(c)], header + static_cast<int>(i) * row_height,
            gap + c * (edge + gap));
    verdicts.push_back(verdict(path, finder.connects(path), maps, i));
  }

  Raster raster(std::move(page));
  const auto center = [&](int column) { return gap + column * (edge + gap) + edge / 2.0; };
  const auto label = [&](const std::string& text, int column, double y, bool bold) {
    raster.text({{center(column), y}, text, 15, Anchor::middle, ink_text, bold}, grey(40));
  };
  for (int c = 0; c < columns; ++c) label(names[static_cast<std::size_t>(c)], c, header - 11, true);
  for (std::size_t i = 0; i < verdicts.size(); ++i)
    label(verdicts[i], columns - 1, header + static_cast<double>(i) * row_height + edge + 17, false);
  return raster.image();
}

void write_warcraft_report(const RunFolder& folder, const Metrics& metrics, const Record& summary, const Record& config,
                           const Image& comparison, const Image& example) {
  write_png(folder.file("maps.png"), comparison);
  write_png(folder.file("example.png"), example);

  Report report("Warcraft shortest paths",
                "A convolutional net looks at pictures of terrain and gives every cell a cost; a solver finds the "
                "cheapest path from corner to corner. Only the right paths are shown to it, never a cost.");
  report.key_numbers(summary, {"test_optimal", "test_exact_match", "test_cost_ratio", "epochs", "images_per_second"});
  report.section("Test maps");
  report.picture(
      encode_png(comparison),
      "Dark cells are cheap, yellow ones dear. True costs are drawn from 0 to 9.2, predicted ones from their "
      "smallest to their largest on each map: only their proportions decide a path.");
  report.section("Training");
  report.chart(curves(metrics, "Optimal paths", "share of maps",
                      {{"train", "train_optimal"}, {"validation", "val_optimal"}, {"test", "test_optimal"}}));
  report.chart(
      curves(metrics, "Exact matches", "share of maps",
             {{"train", "train_exact_match"}, {"validation", "val_exact_match"}, {"test", "test_exact_match"}}));
  report.chart(curves(metrics, "Cost of the predicted paths", "multiple of the best",
                      {{"validation", "val_cost_ratio"}, {"test", "test_cost_ratio"}}));
  report.chart(curves(metrics, "Training loss", "a map", {{"train", "train_loss"}}));
  report.chart(curves(metrics, "Predicted and true costs", "correlation", {{"test", "test_cost_correlation"}}));
  report.chart(curves(metrics, "Solver in training", "share",
                      {{"gradients that are zero", "zero_gradient_share"}, {"costs clamped", "clamped_share"}}));
  write_report(folder, std::move(report), config,
               "Results on generated or re-created maps are not results on the published benchmark.");
}

}  // namespace cotape::app
