#pragma once
#include <cstdint>
#include <filesystem>

#include <cotape/apps/common/train/command_line.h>

namespace cotape::app {

// The subcommand predict: a checkpoint and a picture of a map in, costs and path out.
struct PredictOptions {
  std::filesystem::path checkpoint, map, out = "out/predict";
  int threads = 0;

  // Adds the subcommand and returns it.
  CommandLine add_to(CommandLine& line);
};

// Writes costs.png, path.png, cells.csv (row, column, cost and on_path of each cell) and prediction.json. Throws
// FileError for a file that is no checkpoint of a cost net or no picture, ShapeError for a picture of another size
// than the net was trained on.
void predict_map(const PredictOptions& options);

}  // namespace cotape::app
