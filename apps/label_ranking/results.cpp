#include <cotape/apps/common/train/statistic.h>
#include <cotape/apps/label_ranking/published.h>
#include <cotape/apps/label_ranking/results.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/file.h>

#include <nlohmann/json.hpp>

namespace cotape::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* progress_file = "summary.json";

Json json_of(const DataSetResult& result) {
  Json json = {{"name", result.name},
               {"examples", result.examples},
               {"features", result.features},
               {"labels", result.labels},
               {"seconds", result.seconds}};
  for (const LossScores& scores : result.losses) {
    Json& entry = json["losses"][name_of(scores.loss)];
    const Statistic rho = statistic(over_folds(scores, &FoldScore::spearman));
    const Statistic tau = statistic(over_folds(scores, &FoldScore::kendall));
    entry = {{"spearman", rho.mean},
             {"spearman_deviation", rho.deviation},
             {"kendall", tau.mean},
             {"kendall_deviation", tau.deviation}};
    if (const auto paper = published(result.name, scores.loss)) entry["published"] = *paper;
    for (const FoldScore& fold : scores.folds)
      entry["folds"].push_back({{"rate", fold.rate},
                                {"epsilon", fold.epsilon},
                                {"inner_spearman", fold.inner},
                                {"spearman", fold.spearman},
                                {"kendall", fold.kendall}});
  }
  return json;
}

DataSetResult data_set_from(const Json& json) {
  DataSetResult result{.name = json.at("name"),
                       .examples = json.at("examples"),
                       .features = json.at("features"),
                       .labels = json.at("labels"),
                       .losses = {},
                       .seconds = json.at("seconds")};
  for (const auto& [name, entry] : json.at("losses").items()) {
    LossScores scores{loss_named(name), {}};
    for (const Json& fold : entry.at("folds"))
      scores.folds.push_back({.rate = fold.at("rate"),
                              .epsilon = fold.at("epsilon"),
                              .inner = fold.at("inner_spearman"),
                              .spearman = fold.at("spearman"),
                              .kendall = fold.at("kendall")});
    result.losses.push_back(std::move(scores));
  }
  return result;
}

Json json_of(const ArtificialResult& result) {
  Json json = {{"sigma", result.sigma}, {"seconds", result.seconds}};
  for (const Recovery& recovery : result.losses)
    json["losses"][name_of(recovery.loss)] = {{"rate", recovery.rate},
                                              {"perfect", recovery.perfect},
                                              {"partial", recovery.partial},
                                              {"spearman", recovery.spearman}};
  return json;
}

ArtificialResult artificial_from(const Json& json) {
  ArtificialResult result{.sigma = json.at("sigma"), .losses = {}, .seconds = json.at("seconds")};
  for (const auto& [name, entry] : json.at("losses").items())
    result.losses.push_back({.loss = loss_named(name),
                             .rate = entry.at("rate"),
                             .perfect = entry.at("perfect"),
                             .partial = entry.at("partial"),
                             .spearman = entry.at("spearman")});
  return result;
}

Results read_summary(const std::filesystem::path& path) {
  try {
    const Json json = Json::parse(read_file(path));
    Results results;
    for (const Json& entry : json.at("data_sets")) results.data_sets.push_back(data_set_from(entry));
    for (const Json& entry : json.at("artificial")) results.artificial.push_back(artificial_from(entry));
    return results;
  } catch (const Json::exception& error) {
    fail<FileError>(path.string(), ": not a summary of this program: ", error.what());
  }
}

}  // namespace

Results start_results(const RunFolder& folder, const LabelRankingOptions& options) {
  Results results;
  if (options.resume) {
    folder.check_resume(options.settings(), progress_file);
    results = read_summary(folder.file(progress_file));
  } else {
    folder.clear(
        {progress_file, "report.html", "inspect.html", "table.csv", "folds.csv", "artificial.csv", "config.json"});
  }
  folder.write_config(options.settings());
  if (!options.resume) write_summary(folder, options, results, false);
  return results;
}

void write_summary(const RunFolder& folder, const LabelRankingOptions& options, const Results& results, bool finished) {
  Json json = {{"app", "label_ranking"}, {"seed", options.seed}, {"table", options.table}};
  json["data_sets"] = json["artificial"] = Json::array();
  double seconds = 0;
  for (const DataSetResult& result : results.data_sets) {
    json["data_sets"].push_back(json_of(result));
    seconds += result.seconds;
  }
  for (const ArtificialResult& result : results.artificial) {
    json["artificial"].push_back(json_of(result));
    seconds += result.seconds;
  }
  json["seconds"] = seconds;
  json["finished"] = finished;
  write_file(folder.file(progress_file), json.dump(1) + "\n");
}

void write_tables(const RunFolder& folder, const Results& results) {
  std::string table =
      "data_set,examples,features,labels,loss,spearman,spearman_deviation,kendall,kendall_deviation,published\n";
  std::string folds = "data_set,loss,fold,rate,epsilon,inner_spearman,spearman,kendall\n";
  for (const DataSetResult& result : results.data_sets)
    for (const LossScores& scores : result.losses) {
      table += result.name + "," + std::to_string(result.examples) + "," + std::to_string(result.features) + "," +
               std::to_string(result.labels) + "," + name_of(scores.loss);
      for (const auto value : {&FoldScore::spearman, &FoldScore::kendall}) {
        const Statistic correlation = statistic(over_folds(scores, value));
        table += "," + format_number(correlation.mean) + "," + format_number(correlation.deviation);
      }
      const auto paper = published(result.name, scores.loss);
      table += "," + (paper ? format_number(*paper) : "") + "\n";
      for (std::size_t i = 0; i < scores.folds.size(); ++i) {
        const FoldScore& fold = scores.folds[i];
        folds += result.name + "," + name_of(scores.loss) + "," + std::to_string(i + 1);
        for (const double value : {fold.rate, fold.epsilon, fold.inner, fold.spearman, fold.kendall})
          folds += "," + format_number(value);
        folds += "\n";
      }
    }
  if (!results.data_sets.empty()) {
    write_file(folder.file("table.csv"), table);
    write_file(folder.file("folds.csv"), folds);
  }
  std::string recovered = "sigma,loss,rate,perfect,partial,spearman\n";
  for (const ArtificialResult& result : results.artificial)
    for (const Recovery& recovery : result.losses) {
      recovered += format_number(result.sigma) + "," + name_of(recovery.loss);
      for (const double value : {recovery.rate, recovery.perfect, recovery.partial, recovery.spearman})
        recovered += "," + format_number(value);
      recovered += "\n";
    }
  if (!results.artificial.empty()) write_file(folder.file("artificial.csv"), recovered);
}

std::vector<double> over_folds(const LossScores& scores, double FoldScore::*value) {
  std::vector<double> values;
  for (const FoldScore& fold : scores.folds) values.push_back(fold.*value);
  return values;
}

const LossScores* scores_of(const DataSetResult& result, Loss loss) {
  for (const LossScores& scores : result.losses)
    if (scores.loss == loss) return &scores;
  return nullptr;
}

}  // namespace cotape::app
