#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

#include <cotape/apps/common/train/command_line.h>

namespace cotape::app {

// The subcommand predict: a checkpoint and a text in, the words that tell its rating out.
struct ExplainPredictOptions {
  std::filesystem::path checkpoint, file, out = "out/predict";
  std::string text;
  std::int64_t k = 0;  // 0: as in training
  int threads = 0;

  // Adds the subcommand and returns it.
  CommandLine add_to(CommandLine& line);
};

// Prints the text with the chosen words marked, and the rating; writes prediction.html and prediction.json. The net is
// that of the best epoch. Throws FileError for a file that cannot be read or is no checkpoint of this program,
// ValueError for a text without words.
void predict_text(const ExplainPredictOptions& options);

}  // namespace cotape::app
