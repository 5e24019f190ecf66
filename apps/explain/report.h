#pragma once
#include <cotape/apps/explain/evaluation.h>
#include <cotape/nn/train/run_folder.h>

namespace cotape::app {

// Writes words.png, the words that are chosen most often in the test texts, and report.html, which shows the first
// texts of those that chosen words are judged by (of the test set where there are none) with chosen words beside marked
// ones.
void write_explain_report(const RunFolder& folder, Explainer& model, const ExplainData& data, const Metrics& metrics,
                          const Record& summary, const Record& config, Tape& tape);

}  // namespace cotape::app
