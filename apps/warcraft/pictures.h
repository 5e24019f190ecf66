#pragma once
#include <cotape/apps/warcraft/evaluation.h>
#include <cotape/data/pictures/image.h>
#include <cotape/nn/train/run_folder.h>

namespace cotape::app {

// Costs [k, k] as a heat map, dark where a cell is cheap and yellow where it is dear, a cell being `cell` pixels wide.
Image draw_costs(std::span<const real> costs, std::int64_t size, double lowest, double highest, int cell);

// A map, RGB with 8 pixels a cell, enlarged by a whole factor, with a path drawn over it: lines between the centres of
// neighbouring cells of the path.
Image draw_path(const Image& map, std::span<const real> path, int factor, Color color);

// The first maps of a set side by side with their true costs, the predicted ones, the true path and the predicted one;
// the predicted path's true cost is named below it.
Image draw_comparison(CostNet& net, PathFinder& finder, const WarcraftMaps& maps, Tape& tape);

// A map as a picture, RGB.
Image map_image(const WarcraftMaps& maps, std::int64_t index);

// Writes maps.png, which holds the comparison, example.png, a map, and report.html.
void write_warcraft_report(const RunFolder& folder, const Metrics& metrics, const Record& summary, const Record& config,
                           const Image& comparison, const Image& example);

// The colours that true and predicted paths are drawn in.
inline constexpr Color true_path_color = {255, 255, 255, 255};
inline constexpr Color predicted_path_color = {255, 214, 10, 255};

}  // namespace cotape::app
