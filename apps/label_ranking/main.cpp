#include <cotape/apps/common/train/options.h>
#include <cotape/apps/common/train/processes.h>
#include <cotape/apps/common/train/statistic.h>
#include <cotape/apps/label_ranking/report.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/nn/train/interrupt.h>
#include <cotape/nn/train/progress.h>

#include <algorithm>
#include <iostream>

using namespace cotape;
using namespace cotape::app;

namespace {

// The one line that a data set prints when it is done.
std::string line_of(const DataSetResult& result) {
  std::string text = result.name + "  ";
  for (const LossScores& scores : result.losses)
    text += name_of(scores.loss) + " " + decimals(statistic(over_folds(scores, &FoldScore::spearman)).mean, 3) + "  ";
  return text + decimals(result.seconds, 1) + " s";
}

std::string line_of(const ArtificialResult& result) {
  std::string text = "sigma " + short_number(result.sigma) + "  perfect/partial  ";
  for (const Recovery& recovery : result.losses)
    text += name_of(recovery.loss) + " " + decimals(recovery.perfect, 3) + "/" + decimals(recovery.partial, 3) + "  ";
  return text + decimals(result.seconds, 1) + " s";
}

// Works on what is missing, piece by piece, and saves after each: `run` makes the results of one of them.
class Work {
 public:
  Work(const LabelRankingOptions& options, Results results)
      : options_(options), folder_(options.out, "--"), results_(std::move(results)) {}

  // Returns whether all pieces were finished. `trainings` is what one piece takes.
  template <class Piece, class Result, class Run>
  bool finish(const std::vector<Piece>& missing, std::int64_t trainings, std::vector<Result> Results::*kind,
              const Run& run) {
    const Interrupt interrupt;
    Progress progress(static_cast<std::int64_t>(missing.size()) * trainings, "trainings");
    std::int64_t done = 0;
    for (const Piece& piece : missing) {
      std::optional<Result> result =
          run(piece, Watch{[&] { progress.step(++done); }, [&] { return interrupt.requested(); }});
      if (!result) {
        progress.line("interrupted; what was finished is saved, continue with --resume");
        return false;
      }
      if (!processes().is_first()) continue;
      progress.line(line_of(*result));
      (results_.*kind).push_back(std::move(*result));
      save(&piece == &missing.back());
    }
    if (missing.empty() && processes().is_first()) save(true);
    return true;
  }

  const Results& results() const { return results_; }

 private:
  void save(bool finished) {
    write_summary(folder_, options_, results_, finished);
    write_tables(folder_, results_);
    write_report(folder_, options_, results_);
  }

  const LabelRankingOptions& options_;
  RunFolder folder_;
  Results results_;
};

// What an old run has finished. The first process alone reads and writes the folder.
Results begin(const LabelRankingOptions& options) {
  return processes().is_first() ? start_results(RunFolder(options.out, "--"), options) : Results{};
}

// Removes those pieces that the first process finds finished, in every process.
template <class Piece, class Finished>
void drop_finished(std::vector<Piece>& pieces, const Finished& finished) {
  std::string flags;
  for (const Piece& piece : pieces) flags += finished(piece) ? '1' : '0';
  broadcast(processes(), flags);
  std::size_t i = 0;
  std::erase_if(pieces, [&](const Piece&) { return flags[i++] == '1'; });
}

struct DataSet {
  std::string name;
  LabelRanking table;
};

Outcome run_tables(const LabelRankingOptions& options) {
  // All files are read, and refused, before anything is removed or trained.
  std::vector<DataSet> sets;
  for (const auto& file : data_files(options.data)) {
    sets.push_back({name_of(file), read_label_ranking(file)});
    check_size(file, sets.back().table, options);
  }
  Results results = begin(options);
  if (!options.inspect.empty() && processes().is_first())
    write_inspection(RunFolder(options.out).inspection(),
                     inspect_training(sets.front().name, sets.front().table, loss_named(options.inspect), options));
  drop_finished(sets, [&](const DataSet& set) {
    return std::any_of(results.data_sets.begin(), results.data_sets.end(),
                       [&](const DataSetResult& result) { return result.name == set.name; });
  });
  Work work(options, std::move(results));
  const bool all = work.finish(
      sets, count_trainings(options), &Results::data_sets,
      [&](const DataSet& set, const Watch& watch) { return cross_validate(set.name, set.table, options, watch); });
  if (!all) return Outcome::interrupted;
  for (const std::string& line : table_lines(work.results().data_sets)) std::cout << line << '\n';
  return Outcome::finished;
}

Outcome run_artificial_study(const LabelRankingOptions& options) {
  Results results = begin(options);
  std::vector<double> sigmas = options.sigmas;
  drop_finished(sigmas, [&](double sigma) {
    return std::any_of(results.artificial.begin(), results.artificial.end(),
                       [&](const ArtificialResult& result) { return result.sigma == sigma; });
  });
  Work work(options, std::move(results));
  const bool all = work.finish(sigmas, count_artificial_trainings(options), &Results::artificial,
                               [&](double sigma, const Watch& watch) { return run_artificial(sigma, options, watch); });
  return all ? Outcome::finished : Outcome::interrupted;
}

}  // namespace

int main(int argc, char** argv) {
  CommandLine line("Label ranking by perturbed optimisers and other losses: cross-validation, and planted rankings.",
                   "label_ranking");
  LabelRankingOptions options;
  options.add_to(line);
  return run_parallel_program(argc, argv, line, [&] {
    const ThreadLimit threads(options.threads);
    return options.artificial ? run_artificial_study(options) : run_tables(options);
  });
}
