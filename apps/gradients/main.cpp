#include <cotape/apps/common/train/options.h>
#include <cotape/apps/common/train/processes.h>
#include <cotape/apps/gradients/report.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/nn/train/interrupt.h>
#include <cotape/nn/train/progress.h>

#include <chrono>

using namespace cotape;
using namespace cotape::app;

namespace {

// The one line that a study prints when it is done.
std::string line_of(const Study& study) {
  std::string text = "n = " + std::to_string(study.n) + ", k = " + std::to_string(study.k) + "  best lambda " +
                     short_number(study.best.imle) + ", central " + short_number(study.best.imle_central) + "  cosine";
  for (const Curve& curve : study.curves)
    if (curve.estimator.group == Group::papers && !curve.cells.empty())
      text += "  " + curve.estimator.name + " " + decimals(statistic(curve.cells.back().cosine).mean);
  return text;
}

Outcome run(const GradientsOptions& options) {
  std::vector<Study> studies;
  for (const std::int64_t n : options.n) studies.push_back({.n = n, .k = 1});
  if (options.subset_n > 0) studies.push_back({.n = options.subset_n, .k = options.subset_k});
  std::int64_t total = 0, done = 0;
  for (const Study& study : studies) total += study_steps(options, study.k);

  const Interrupt interrupt;  // before the first file is written: whoever sees it may press Ctrl-C
  const RunFolder folder(options.out);
  const bool first = processes().is_first();  // that alone writes the folder
  if (first) start_results(folder, options);
  const auto start = std::chrono::steady_clock::now();
  Progress progress(total);
  bool all = true;
  for (std::size_t i = 0; all && i < studies.size(); ++i) {
    const auto begin_part = [&](const std::string& what) {
      progress.step(done++, "n = " + std::to_string(studies[i].n) + "  " + what);
    };
    all = run_study(studies[i], options, {begin_part, [&] { return interrupt.requested(); }});
    if (all)
      progress.line(line_of(studies[i]));
    else
      studies.resize(i);
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (first && !studies.empty()) write_results(folder, options, studies, seconds);
  if (!all) progress.line("interrupted; the problems that were finished are saved");
  return all ? Outcome::finished : Outcome::interrupted;
}

}  // namespace

int main(int argc, char** argv) {
  CommandLine line("Compares estimators of gradients through a top-k solver with the exact gradient.", "gradients");
  GradientsOptions options;
  options.add_to(line);
  return run_parallel_program(argc, argv, line, [&] {
    const ThreadLimit threads(options.threads);
    return run(options);
  });
}
