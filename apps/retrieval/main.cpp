#include <cotape/apps/common/train/processes.h>
#include <cotape/apps/common/train/training.h>
#include <cotape/apps/retrieval/study.h>
#include <cotape/engine/base/parallel.h>

#include <iostream>

using namespace cotape;

int main(int argc, char** argv) {
  app::CommandLine line("Finds pictures of the same class, learned from ranked lists.", "retrieval");
  app::RetrievalOptions options;
  options.add_to(line);
  return app::run_parallel_program(argc, argv, line, [&] {
    const ThreadLimit threads(options.common.threads);
    const app::RetrievalData data = load_retrieval_data(options);
    if (!options.study.empty()) return run_study(options, data);
    const bool first = app::processes().is_first();  // that alone tells of it
    const app::RetrievalScore raw = first ? raw_score(options, data) : app::RetrievalScore();
    app::RetrievalTask task(options, data, raw);
    const Outcome outcome = app::train(task, "retrieval", options.common, options.settings());
    if (outcome == Outcome::finished) std::cout << "raw pixels find  " << line_of(raw) << '\n';
    return outcome;
  });
}
