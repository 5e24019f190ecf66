#pragma once
#include <cotape/apps/explain/evaluation.h>
#include <cotape/nn/train/run_folder.h>

namespace cotape::app {

// Writes texts.html: the first texts of those that chosen words are judged by (of the test set where there are none),
// with the chosen words beside the marked ones.
void write_explain_pages(const RunFolder& folder, Explainer& model, const ExplainData& data, Tape& tape);

// Writes words.png, the words that are chosen most often, and report.html with it and with texts.html, which must be in
// the folder.
void write_explain_report(const RunFolder& folder, Explainer& model, const ExplainData& data, const Metrics& metrics,
                          const Record& summary, const Record& config, Tape& tape);

}  // namespace cotape::app
