#include <cotape/apps/common/train/statistic.h>
#include <cotape/apps/decide/results.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/file.h>
#include <cotape/engine/base/text.h>
#include <cotape/nn/train/json_text.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace cotape::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* progress_file = "summary.json";

Json json_of(const Repetition& repetition) {
  Json json = {{"problem", repetition.problem},
               {"repetition", repetition.number},
               {"costs", repetition.costs},
               {"decision", repetition.decision}};
  for (const DecisionResult& result : repetition.losses)
    json["losses"][result.loss] = {{"regret", result.regret},       {"chosen", result.chosen},
                                   {"seconds", result.seconds},     {"solves", result.solves},
                                   {"predicted", result.predicted}, {"decision", result.decision}};
  return json;
}

std::vector<double> numbers(const Json& json, const char* key) {
  const Json& list = json.at(key);
  std::vector<double> values;
  for (const Json& value : list) {
    if (!value.is_number()) fail<FileError>("\"", key, "\" holds ", shown(value.dump()), ", no number");
    values.push_back(value);
  }
  return values;
}

Repetition repetition_from(const Json& json, const DecideOptions& options) {
  Repetition repetition{.problem = json.at("problem"),
                        .number = json.at("repetition"),
                        .losses = {},
                        .costs = numbers(json, "costs"),
                        .decision = numbers(json, "decision")};
  const Json& losses = json.at("losses");
  for (const std::string& loss : options.chosen_losses()) {
    if (!losses.contains(loss)) fail<FileError>("nothing of the loss ", loss);
    const Json& entry = losses[loss];
    DecisionResult result{.loss = loss,
                          .regret = numbers(entry, "regret"),
                          .chosen = entry.at("chosen"),
                          .seconds = entry.at("seconds"),
                          .solves = entry.at("solves"),
                          .predicted = numbers(entry, "predicted"),
                          .decision = numbers(entry, "decision")};
    if (std::ssize(result.regret) != options.study.epochs + 1)
      fail<FileError>(result.regret.size(), " regrets of ", loss, " in a run of ", options.study.epochs, " epochs");
    if (result.chosen < 0 || result.chosen > options.study.epochs)
      fail<FileError>("epoch ", result.chosen, " of ", loss, " counts in a run of ", options.study.epochs, " epochs");
    const std::size_t shown_costs = repetition.costs.size();
    if (result.predicted.size() != shown_costs || result.decision.size() != shown_costs)
      fail<FileError>("the instance that is shown has ", shown_costs, " costs, and others under ", loss);
    repetition.losses.push_back(std::move(result));
  }
  if (repetition.decision.size() != repetition.costs.size()) fail<FileError>("costs and decision differ in length");
  if (losses.size() != repetition.losses.size())
    fail<FileError>(losses.size(), " losses, the run has ", repetition.losses.size());
  return repetition;
}

std::vector<Repetition> read_summary(const std::filesystem::path& path, const DecideOptions& options) {
  const Json summary = Json::parse(read_json_object(path));
  std::vector<Repetition> results;
  const auto place = [&] { return shown_path(path) + ": repetition entry " + std::to_string(results.size() + 1); };
  try {
    for (const Json& entry : summary.at("repetitions")) results.push_back(repetition_from(entry, options));
  } catch (const Json::exception& error) {
    fail<FileError>(place(), " is not one of this program: ", shown(error.what(), 200));
  } catch (const Error& error) {
    fail<FileError>(place(), ": ", error.what());
  }
  return results;
}

// Numbers of all repetitions, as columns: regret at the end, seconds and solves an epoch.
struct Row {
  Statistic regret, seconds, solves;
};

Row row_of(const DecideOptions& options, const std::vector<Repetition>& results, const std::string& problem,
           const std::string& loss) {
  const auto epochs = static_cast<double>(options.study.epochs);
  const auto of = [&](const std::function<double(const DecisionResult&)>& number) {
    return statistic(over_repetitions(results, problem, loss, number));
  };
  return {of([](const DecisionResult& r) { return r.final_regret(); }),
          of([&](const DecisionResult& r) { return r.seconds / epochs; }),
          of([&](const DecisionResult& r) { return static_cast<double>(r.solves) / epochs; })};
}

}  // namespace

std::vector<Repetition> start_results(const RunFolder& folder, const DecideOptions& options) {
  std::vector<Repetition> results;
  if (options.resume) {
    folder.check_resume(options.settings(), progress_file);
    results = read_summary(folder.file(progress_file), options);
  } else {
    std::vector<std::string> old = {progress_file, "report.html", "table.csv", "curves.csv", "config.json"};
    for (const ProblemKind& kind : problem_kinds()) old.push_back(std::string(kind.name) + ".png");
    folder.clear(old);
  }
  folder.write_config(options.settings());
  if (!options.resume) write_results(folder, options, results, false);
  return results;
}

void write_results(const RunFolder& folder, const DecideOptions& options, const std::vector<Repetition>& results,
                   bool finished) {
  std::string table = "problem,loss,repetitions,regret,deviation,published,solves_epoch\n";
  std::string curves = "problem,loss,repetition,epoch,regret\n";
  Json json = {{"app", "decide"}, {"seed", options.seed}};
  json["table"] = json["repetitions"] = Json::array();
  for (const std::string& problem : options.problems)
    for (const std::string& loss : options.chosen_losses()) {
      const auto [regret, seconds, solves] = row_of(options, results, problem, loss);
      const auto count = over_repetitions(results, problem, loss, [](const DecisionResult&) { return 0.0; }).size();
      if (count == 0) continue;
      const auto paper = published(options, problem, loss);
      table += problem + "," + loss + "," + std::to_string(count) + "," + format_number(regret.mean) + "," +
               format_number(regret.deviation) + "," + (paper ? format_number(paper->regret / 100) : "") + "," +
               format_number(solves.mean) + "\n";
      json["table"].push_back({{"problem", problem},
                               {"loss", loss},
                               {"repetitions", count},
                               {"regret", regret.mean},
                               {"regret_deviation", regret.deviation},
                               {"seconds", seconds.mean},
                               {"solves_epoch", solves.mean}});
      if (paper) json["table"].back()["published"] = paper->regret / 100;
    }
  for (const Repetition& repetition : results) {
    json["repetitions"].push_back(json_of(repetition));
    for (const DecisionResult& result : repetition.losses)
      for (std::size_t epoch = 0; epoch < result.regret.size(); ++epoch)
        curves += repetition.problem + "," + result.loss + "," + std::to_string(repetition.number) + "," +
                  std::to_string(epoch) + "," + format_number(result.regret[epoch]) + "\n";
  }
  json["finished"] = finished;
  write_file(folder.file("table.csv"), table);
  write_file(folder.file("curves.csv"), curves);
  write_file(folder.file(progress_file), json.dump(1) + "\n");
}

std::vector<double> over_repetitions(const std::vector<Repetition>& results, const std::string& problem,
                                     const std::string& loss,
                                     const std::function<double(const DecisionResult&)>& number) {
  std::vector<double> values;
  for (const Repetition& repetition : results)
    for (const DecisionResult& result : repetition.losses)
      if (repetition.problem == problem && result.loss == loss) values.push_back(number(result));
  return values;
}

std::optional<PublishedFigure> published(const DecideOptions& options, const std::string& problem,
                                         const std::string& loss) {
  const ProblemSettings& data = options.problem;
  const StudySettings &study = options.study, defaults;
  const DecisionLossSettings &used = study.losses, &usual = defaults.losses;
  const bool same = problem == "path" && data.train == 1000 && data.test == 1000 && data.degree == 4 &&
                    data.noise == 0.5 && study.ties == defaults.ties &&
                    (options.as_published || (study.epochs == defaults.epochs && study.batch == defaults.batch &&
                                              study.rate == defaults.rate && used == usual));
  return same ? decision_loss(loss).path : std::nullopt;
}

}  // namespace cotape::app
