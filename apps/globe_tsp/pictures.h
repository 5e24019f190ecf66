#pragma once
#include <cotape/apps/globe_tsp/alignment.h>
#include <cotape/apps/globe_tsp/evaluation.h>
#include <cotape/nn/train/run_folder.h>

namespace cotape::app {

// A map of the world with each flag where the net sees its capital, and a line to a dot where it really is.
Image draw_map(const World& world, const Alignment& learned);

// Tours through the first examples of a set on maps of the world: edges that are found and right, found and wrong, and
// missed (dashed). `places` [countries, 3] are what the net says.
Image draw_tours(const World& world, const Tensor& places, TourFinder& finder, const GlobeTours& set);

// Writes map.png and tours.png.
void write_globe_pictures(const RunFolder& folder, const Image& map, const Image& tours);
// Writes report.html with the pictures that are in the folder. Throws FileError when there are none.
void write_globe_report(const RunFolder& folder, const Metrics& metrics, const Record& summary, const Record& config);

}  // namespace cotape::app
