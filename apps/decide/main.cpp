#include <cotape/apps/common/train/jobs.h>
#include <cotape/apps/common/train/processes.h>
#include <cotape/apps/common/train/statistic.h>
#include <cotape/apps/decide/report.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/engine/base/text.h>
#include <cotape/nn/train/interrupt.h>
#include <cotape/nn/train/progress.h>

#include <algorithm>
#include <iostream>

using namespace cotape;
using namespace cotape::app;

namespace {

void list() {
  std::cout << "problems\n";
  for (const ProblemKind& kind : problem_kinds()) std::cout << "  " << padded(kind.name, 16) << kind.about << '\n';
  std::cout << "solvers of the problem own\n";
  for (const OwnSolverKind& kind : own_solver_kinds()) std::cout << "  " << padded(kind.name, 16) << kind.about << '\n';
  std::cout << "losses\n";
  for (const DecisionLossKind& kind : decision_losses())
    std::cout << "  " << padded(kind.name, 16) << kind.title << ": " << kind.about << '\n';
}

std::string line_of(const Repetition& repetition) {
  std::string text = repetition.problem + " " + std::to_string(repetition.number) + "  regret %  ";
  for (const DecisionResult& result : repetition.losses)
    text += result.loss + " " + decimals(100 * result.final_regret(), 2) + "  ";
  return text;
}

// All losses on one repetition; nothing when `watch` has ended it.
std::optional<Repetition> repeat(const DecideOptions& options, const std::string& problem, std::int64_t number,
                                 const Watch& watch) {
  const DecisionStudy study(make_problem(problem, options.problem, options.data_seed_of(number)));
  const std::vector<std::string> losses = options.chosen_losses();
  Repetition repetition{.problem = problem, .number = number, .losses = {}, .costs = {}, .decision = {}};
  const auto job = [&](std::size_t i) {
    DecisionResult result = study.train(losses[i], options.settings_of_loss(problem, losses[i]), options.show,
                                        options.seed_of(number), watch.stopped);
    if (number > 0) result.predicted = result.decision = {};
    return numbers_of(result);
  };
  const auto take = [&](std::size_t i, std::span<const double> numbers) {
    repetition.losses.push_back(decision_result(losses[i], numbers));
  };
  if (!run_jobs(std::ssize(losses), job, take, watch)) return std::nullopt;
  if (number == 0) {
    const Tensor& decisions = study.test_decisions();
    const std::int64_t n = decisions.size() / decisions.shape()[0], first = options.show * n;
    const real *costs = study.problem().test_costs.data() + first, *decision = decisions.data() + first;
    repetition.costs.assign(costs, costs + n);
    repetition.decision.assign(decision, decision + n);
  }
  return repetition;
}

// Throws what is wrong with the files of --data, before anything is written.
void check_files(const DecideOptions& options) {
  for (const ProblemKind& kind : problem_kinds())
    if ((kind.needs_files || (kind.takes_files && !options.problem.own.folder.empty())) &&
        std::count(options.problems.begin(), options.problems.end(), kind.name) > 0)
      make_problem(kind.name, options.problem, options.data_seed_of(0));
}

// For each repetition of each problem in their order '1' if it is among the results, and '0'.
std::string finished_repetitions(const DecideOptions& options, const std::vector<Repetition>& results) {
  std::string finished;
  for (const std::string& problem : options.problems)
    for (std::int64_t number = 0; number < options.seeds; ++number) {
      const bool there = std::any_of(results.begin(), results.end(),
                                     [&](const Repetition& r) { return r.problem == problem && r.number == number; });
      finished += there ? '1' : '0';
    }
  return finished;
}

Outcome run(const DecideOptions& options) {
  check_files(options);
  const RunFolder folder(options.out, "--");
  const bool first = processes().is_first();  // that alone reads and writes the folder
  std::vector<Repetition> results;
  if (first) results = start_results(folder, options);
  const auto trainings = std::ssize(options.chosen_losses());
  const auto repetitions = std::ssize(options.problems) * options.seeds;
  std::string finished = finished_repetitions(options, results);
  broadcast(processes(), finished);
  const Interrupt interrupt;
  std::int64_t done = std::count(finished.begin(), finished.end(), '1') * trainings;
  Progress progress(repetitions * trainings, "trainings", done);
  auto is_finished = finished.begin();
  for (const std::string& problem : options.problems)
    for (std::int64_t number = 0; number < options.seeds; ++number) {
      if (*is_finished++ == '1') continue;
      auto repetition =
          repeat(options, problem, number, {[&] { progress.step(++done); }, [&] { return interrupt.requested(); }});
      if (!repetition) {
        progress.line("interrupted; what was finished is saved, continue with --resume");
        return Outcome::interrupted;
      }
      if (!first) continue;
      progress.line(line_of(*repetition));
      results.push_back(std::move(*repetition));
      write_results(folder, options, results, std::ssize(results) == repetitions);
    }
  if (!first) return Outcome::finished;
  write_results(folder, options, results, true);
  write_report(folder, options, results);
  for (const std::string& line : table_lines(options, results)) std::cout << line << '\n';
  return Outcome::finished;
}

}  // namespace

int main(int argc, char** argv) {
  CommandLine line("Predict, then optimise: linear models of costs under every loss, judged by their decisions.",
                   "decide");
  DecideOptions options;
  options.add_to(line);
  return run_parallel_program(argc, argv, line, [&] {
    if (options.list) {
      list();
      return Outcome::finished;
    }
    const ThreadLimit threads(options.threads);
    return run(options);
  });
}
