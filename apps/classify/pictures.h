#pragma once
#include <cotape/apps/classify/evaluation.h>
#include <cotape/apps/classify/images.h>
#include <cotape/data/pictures/image.h>
#include <cotape/nn/train/run_folder.h>

namespace cotape::app {

// Test images, each above the class that is most likely, in blue where it is right and in red, with the true one behind
// it, where it is not, and bars of the three largest probabilities.
Image draw_predictions(const LabelledImages& images, const Predictions& said, std::span<const std::int64_t> shown);

// The wrong answers that were given with the largest probability, the surest first; at most `count`.
std::vector<std::int64_t> surest_mistakes(const Dataset& data, const Predictions& said, std::size_t count);

// Writes examples.png, mistakes.png, where there are any, and report.html.
void write_classify_report(const RunFolder& folder, const LabelledImages& images, const Predictions& said,
                           const Metrics& metrics, const Record& summary, const Record& config);

}  // namespace cotape::app
