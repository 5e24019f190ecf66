#include <cotape/apps/common/train/jobs.h>
#include <cotape/apps/common/train/statistic.h>
#include <cotape/apps/decide/report.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/engine/base/text.h>
#include <cotape/nn/train/interrupt.h>
#include <cotape/nn/train/progress.h>

#include <CLI/CLI.hpp>
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
  const std::uint64_t seed = options.seed + static_cast<std::uint64_t>(number);
  const DecisionStudy study(make_problem(problem, options.problem, static_cast<std::uint32_t>(seed)));
  const std::vector<std::string> losses = options.chosen_losses();
  Repetition repetition{.problem = problem, .number = number, .losses = {}, .costs = {}, .decision = {}};
  repetition.losses.resize(losses.size());
  const auto job = [&](std::size_t i) {
    repetition.losses[i] =
        study.train(losses[i], options.settings_of_loss(problem, losses[i]), options.show, seed, watch.stopped);
    if (number > 0) repetition.losses[i].predicted = repetition.losses[i].decision = {};
  };
  if (!run_jobs(std::ssize(losses), job, watch)) return std::nullopt;
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
    if (kind.from_files && std::count(options.problems.begin(), options.problems.end(), kind.name) > 0)
      make_problem(kind.name, options.problem, static_cast<std::uint32_t>(options.seed));
}

Outcome run(const DecideOptions& options) {
  check_files(options);
  const RunFolder folder(options.out, "--");
  std::vector<Repetition> results = start_results(folder, options);
  const auto trainings = std::ssize(options.chosen_losses());
  const auto repetitions = std::ssize(options.problems) * options.seeds;
  const Interrupt interrupt;
  Progress progress(repetitions * trainings, "trainings", std::ssize(results) * trainings);
  std::int64_t done = std::ssize(results) * trainings;
  for (const std::string& problem : options.problems)
    for (std::int64_t number = 0; number < options.seeds; ++number) {
      if (std::any_of(results.begin(), results.end(),
                      [&](const Repetition& r) { return r.problem == problem && r.number == number; }))
        continue;
      auto repetition =
          repeat(options, problem, number, {[&] { progress.step(++done); }, [&] { return interrupt.requested(); }});
      if (!repetition) {
        progress.line("interrupted; what was finished is saved, continue with --resume");
        return Outcome::interrupted;
      }
      progress.line(line_of(*repetition));
      results.push_back(std::move(*repetition));
      write_results(folder, options, results, std::ssize(results) == repetitions);
    }
  write_results(folder, options, results, true);
  write_report(folder, options, results);
  for (const std::string& line : table_lines(options, results)) std::cout << line << '\n';
  return Outcome::finished;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Predict, then optimise: linear models of costs under every loss, judged by their decisions.", "decide");
  DecideOptions options;
  options.add_to(app);
  return run_program(argc, argv, app, [&] {
    if (options.list) {
      list();
      return Outcome::finished;
    }
    const ThreadLimit threads(options.threads);
    return run(options);
  });
}
