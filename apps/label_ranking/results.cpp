#include <cotape/apps/common/train/statistic.h>
#include <cotape/apps/label_ranking/published.h>
#include <cotape/apps/label_ranking/results.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/file.h>
#include <cotape/engine/base/text.h>
#include <cotape/nn/train/json_text.h>

#include <limits>
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

// A number that must be there and lie between two others.
double number(const Json& json, const char* key, double low, double high) {
  const Json& value = json.at(key);
  if (!value.is_number() || !(value.get<double>() >= low && value.get<double>() <= high))
    fail<FileError>("\"", key, "\" is ", shown(value.dump()), ", no number from ", low, " to ", high);
  return value;
}

// Seconds, learning rates, noise scales.
double size(const Json& json, const char* key) { return number(json, key, 0, std::numeric_limits<double>::max()); }

double correlation(const Json& json, const char* key) { return number(json, key, -1.001, 1.001); }  // with rounding

std::int64_t count(const Json& json, const char* key) {
  const Json& value = json.at(key);
  constexpr std::int64_t max_count = std::int64_t{1} << 53;
  if (!value.is_number_integer() || value.get<std::int64_t>() < 0 || value.get<std::int64_t>() > max_count)
    fail<FileError>("\"", key, "\" is ", shown(value.dump()), ", no count from 0 to ", max_count);
  return value;
}

// The entries of a piece: one of each loss that the run has, in its order.
std::vector<std::pair<Loss, const Json*>> entries_of(const Json& piece, const LabelRankingOptions& options) {
  const Json& losses = piece.at("losses");
  std::vector<std::pair<Loss, const Json*>> entries;
  for (const Loss loss : options.chosen_losses()) {
    if (!losses.contains(name_of(loss))) fail<FileError>("nothing of the loss ", name_of(loss));
    entries.emplace_back(loss, &losses[name_of(loss)]);
  }
  if (losses.size() != entries.size()) fail<FileError>(losses.size(), " losses, the run has ", entries.size());
  return entries;
}

DataSetResult data_set_from(const Json& json, const LabelRankingOptions& options) {
  DataSetResult result{.name = json.at("name"),
                       .examples = count(json, "examples"),
                       .features = count(json, "features"),
                       .labels = count(json, "labels"),
                       .losses = {},
                       .seconds = size(json, "seconds")};
  for (const auto& [loss, entry] : entries_of(json, options)) {
    LossScores scores{loss, {}};
    for (const Json& fold : entry->at("folds"))
      scores.folds.push_back({.rate = size(fold, "rate"),
                              .epsilon = size(fold, "epsilon"),
                              .inner = correlation(fold, "inner_spearman"),
                              .spearman = correlation(fold, "spearman"),
                              .kendall = correlation(fold, "kendall")});
    if (std::ssize(scores.folds) != options.folds)
      fail<FileError>(scores.folds.size(), " folds of ", name_of(loss), ", the run has ", options.folds);
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

ArtificialResult artificial_from(const Json& json, const LabelRankingOptions& options) {
  ArtificialResult result{.sigma = size(json, "sigma"), .losses = {}, .seconds = size(json, "seconds")};
  for (const auto& [loss, entry] : entries_of(json, options))
    result.losses.push_back({.loss = loss,
                             .rate = size(*entry, "rate"),
                             .perfect = number(*entry, "perfect", 0, 1),
                             .partial = number(*entry, "partial", 0, 1),
                             .spearman = correlation(*entry, "spearman")});
  return result;
}

// What a list in the summary holds; errors name the file and the entry.
template <class Make>
auto read_list(const std::filesystem::path& path, const Json& summary, const char* key, const Make& make) {
  const auto place = [&](std::size_t i) {
    return shown_path(path) + ": entry " + std::to_string(i + 1) + " of " + key;
  };
  std::vector<decltype(make(summary))> list;
  try {
    for (const Json& entry : summary.at(key)) list.push_back(make(entry));
  } catch (const Json::exception& error) {
    fail<FileError>(place(list.size()), " is not one of this program: ", shown(error.what(), 200));
  } catch (const Error& error) {
    fail<FileError>(place(list.size()), ": ", error.what());
  }
  return list;
}

Results read_summary(const std::filesystem::path& path, const LabelRankingOptions& options) {
  const Json summary = Json::parse(read_json_object(path));
  return {read_list(path, summary, "data_sets", [&](const Json& entry) { return data_set_from(entry, options); }),
          read_list(path, summary, "artificial", [&](const Json& entry) { return artificial_from(entry, options); })};
}

}  // namespace

Results start_results(const RunFolder& folder, const LabelRankingOptions& options) {
  Results results;
  if (options.resume) {
    folder.check_resume(options.settings(), progress_file);
    results = read_summary(folder.file(progress_file), options);
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
