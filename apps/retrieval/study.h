#pragma once
#include <cotape/apps/retrieval/task.h>
#include <cotape/nn/train/training.h>

namespace cotape::app {

// One run of a study.
struct StudyRun {
  std::string method;
  std::int64_t number = 0;  // 0 ≤ number < seeds
  RetrievalScore score;     // after the last epoch
  double seconds = 0;       // on one thread
};

// Trains every method of --study from so many seeds, as many runs at a time as there are threads, each on one. After
// each run summary.json is written, from which --resume goes on, with table.csv and report.html. Runs that an interrupt
// breaks off begin anew. Several processes share the runs; what others than the first have finished is known after one
// run of every method. Throws as RunFolder does, FileError for a summary.json that is none of this study.
Outcome run_study(const RetrievalOptions& options, const RetrievalData& data);

}  // namespace cotape::app
