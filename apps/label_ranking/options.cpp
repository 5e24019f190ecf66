#include <cotape/apps/common/train/options.h>
#include <cotape/apps/label_ranking/options.h>
#include <cotape/engine/base/error.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <set>

namespace cotape::app {
namespace {

void sort_unique(std::vector<double>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

bool is_table(const std::filesystem::path& file) {
  const std::string name = file.filename().string();
  return name.ends_with(".csv") || name.ends_with(".csv.gz");
}

}  // namespace

void LabelRankingOptions::add_to(CLI::App& app) {
  app.get_formatter()->column_width(34);
  app.option_defaults()->always_capture_default();
  const auto list = [](CLI::Option* option) { return option->delimiter(',')->allow_extra_args(false); };
  const auto range = [](std::int64_t low, std::int64_t high) { return CLI::Range(low, high).description(""); };
  std::vector<std::string> names;
  for (const Loss loss : all_losses()) names.push_back(name_of(loss));
  losses = names;

  app.add_option("--data", data, "Files of label ranking, or folders of them (*.csv, *.csv.gz)");
  app.add_option("--table", table, "1: cross-validation over the learning rate; 2: over epsilon too")
      ->check(range(1, 2));
  list(app.add_option("--losses", losses, "What is compared"))->check(CLI::IsMember(names));
  app.add_option("--folds", folds, "Outer folds, whose mean and deviation are reported")->check(range(2, 1000));
  app.add_option("--inner-folds", inner_folds, "Inner folds, which choose from the grid")->check(range(2, 1000));
  require_positive(list(app.add_option("--rates", rates, "Grid of learning rates")));
  require_positive(list(app.add_option("--epsilons", epsilons, "Grid of noise scales for Table 2")));
  require_positive(app.add_option("--epsilon", epsilon, "Noise scale for Table 1 and for --artificial"));
  app.add_option("--steps", steps, "Gradient steps of a training, for every data set and loss")
      ->check(range(1, 100000000));
  app.add_option("--batch", batch, "Examples a step")->check(range(1, 1000000));
  app.add_option("--samples", samples, "Perturbed solutions an example: of Fenchel-Young, perturbed and AIMLE")
      ->check(range(2, 100000));
  require_positive(app.add_option("--lambda", lambda, "Lambda of Blackbox"));
  app.add_flag("--artificial", artificial, "Planted rankings instead of data: who recovers them, by noise in y");
  require_positive(list(app.add_option("--sigmas", sigmas, "Noise in the planted rankings")));
  app.add_option("--epochs", epochs, "Passes over the examples of the artificial study")->check(range(1, 1000000));
  app.add_option("--labels", labels, "Labels there")->check(range(2, 10000));
  app.add_option("--features", features, "Features of each label there")->check(range(1, 10000));
  app.add_option("--examples", examples, "Examples to learn from there; as many others choose the learning rate")
      ->check(range(1, 1000000));
  app.add_option("--tests", tests, "Examples to be judged on there")->check(range(1, 1000000));
  app.add_option("--seed", seed, "Seed of every random number")
      ->check(CLI::Range(0.0, 18446744073709551615.0).description(""));
  app.add_option("--threads", threads, "Threads that work; 0: all. Results do not depend on it")->check(range(0, 1024));
  app.add_option("--out", out, "Folder for everything that is written");
  app.add_option("--inspect", inspect,
                 "Loss whose last step, in a training on the first data set, becomes the page inspect.html")
      ->check(CLI::IsMember(names));
  app.add_flag("--resume", resume, "Go on with the data sets that are missing in --out");
  app.footer(
      "Scores are affine, theta = Wx + b, features standardised by the training fold; the solver ranks them, the "
      "largest score getting the largest rank. Adam, learning rate falling linearly to 0, Gaussian noise, the start "
      "Glorot-uniform: the same for every loss. The grid is searched by inner cross-validation for each outer fold, "
      "by mean Spearman correlation. Tied ranks in a file are refused; of tied scores the label that stands first gets "
      "the smaller rank.");
  app.callback([this] { check(); });
}

void LabelRankingOptions::check() {
  for (std::vector<double>* grid : {&rates, &epsilons, &sigmas}) sort_unique(*grid);
  if (data.empty() && !artificial) throw CLI::RequiredError("--data or --artificial");
  if (!data.empty() && artificial) throw CLI::ValidationError("--data", "cannot go with --artificial");
  if (!inspect.empty() && artificial) throw CLI::ValidationError("--inspect", "cannot go with --artificial");
}

Record LabelRankingOptions::settings() const {
  Record record = {{"app", "label_ranking"}, {"artificial", artificial}, {"losses", join(losses)},
                   {"rates", join(rates)},   {"epsilon", epsilon},       {"batch", batch},
                   {"samples", samples},     {"lambda", lambda},         {"seed", seed},
                   {"threads", threads},     {"out", out.string()},      {"resume", resume}};
  const Record own =
      artificial
          ? Record{{"sigmas", join(sigmas)}, {"training_epochs", epochs}, {"labels", labels},
                   {"features", features},   {"examples", examples},      {"tests", tests}}
          : Record{{"data", join(data)},         {"table", table}, {"folds", folds}, {"inner_folds", inner_folds},
                   {"epsilons", join(epsilons)}, {"steps", steps}};
  record.insert(record.end(), own.begin(), own.end());
  return record;
}

std::vector<Loss> LabelRankingOptions::chosen_losses() const {
  std::vector<Loss> chosen;
  for (const Loss loss : all_losses())
    if (std::find(losses.begin(), losses.end(), name_of(loss)) != losses.end()) chosen.push_back(loss);
  return chosen;
}

std::vector<std::filesystem::path> data_files(const std::vector<std::string>& data) {
  std::vector<std::filesystem::path> files;
  for (const std::string& entry : data) {
    std::error_code error;
    if (!std::filesystem::is_directory(entry, error)) {
      files.emplace_back(entry);
      continue;
    }
    std::vector<std::filesystem::path> inside;
    for (const auto& file : std::filesystem::directory_iterator(entry, error))
      if (is_table(file.path())) inside.push_back(file.path());
    if (error) fail<FileError>(entry, ": cannot list the folder: ", error.message());
    if (inside.empty()) fail<FileError>(entry, ": no *.csv in the folder");
    std::sort(inside.begin(), inside.end());
    files.insert(files.end(), inside.begin(), inside.end());
  }
  std::set<std::string> names;
  for (const auto& file : files)
    if (!names.insert(name_of(file)).second)
      fail<FileError>(file.string(), ": another data set is named ", name_of(file), " too");
  return files;
}

std::string name_of(const std::filesystem::path& file) {
  std::filesystem::path name = file.filename();
  if (name.extension() == ".gz") name = name.stem();
  return name.stem().string();
}

}  // namespace cotape::app
