#include <cotape/apps/label_ranking/options.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/file.h>

#include <algorithm>
#include <set>

namespace cotape::app {
namespace {

void sort_unique(std::vector<double>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

std::vector<std::string> loss_names() {
  std::vector<std::string> names;
  for (const Loss loss : all_losses()) names.push_back(name_of(loss));
  return names;
}

bool is_table(const std::filesystem::path& file) {
  const std::string name = file.filename().string();
  return name.ends_with(".csv") || name.ends_with(".csv.gz");
}

}  // namespace

void LabelRankingOptions::add_to(CommandLine& line) {
  losses = loss_names();
  Options options(line);
  declare(options);
  line.set_footer(
      "Scores are affine, theta = Wx + b, features standardised by the training fold; the solver ranks them, the "
      "largest score getting the largest rank. Adam, learning rate falling linearly to 0, Gaussian noise, the start "
      "Glorot-uniform: the same for every loss. The grid is searched by inner cross-validation for each outer fold, "
      "by mean Spearman correlation. Tied ranks in a file are refused; of tied scores the label that stands first gets "
      "the smaller rank.");
  line.after_parsing([this] { check(); });
}

void LabelRankingOptions::declare(Options& options) {
  const auto one_of_losses = one_of(loss_names());
  // What only one of the two studies has is no entry of the other's config.json.
  const auto only = [&](bool study) { options.recorded(study); };
  only(!artificial);
  options.add_words("data", data, "Files of label ranking, or folders of them (*.csv, *.csv.gz)");
  options.add("table", table, "1: cross-validation over the learning rate; 2: over epsilon too", between(1, 2));
  only(true);
  options.add("losses", losses, "What is compared", one_of_losses);
  only(!artificial);
  options.add("folds", folds, "Outer folds, whose mean and deviation are reported", between(2, 1000));
  options.add("inner-folds", inner_folds, "Inner folds, which choose from the grid", between(2, 1000));
  only(true);
  options.add("rates", rates, "Grid of learning rates", positive());
  only(!artificial);
  options.add("epsilons", epsilons, "Grid of noise scales for Table 2", positive());
  only(true);
  options.add("epsilon", epsilon, "Noise scale for Table 1 and for --artificial", positive());
  only(!artificial);
  options.add("steps", steps, "Gradient steps of a training, for every data set and loss", between(1, 100000000));
  only(true);
  options.add("batch", batch, "Examples a step", between(1, 1000000));
  options.add("samples", samples, "Perturbed solutions an example: of Fenchel-Young, perturbed and AIMLE",
              between(2, 100000));
  options.add("lambda", lambda, "Lambda of Blackbox", positive());
  options.add("artificial", artificial, "Planted rankings instead of data: who recovers them, by noise in y");
  only(artificial);
  options.add("sigmas", sigmas, "Noise in the planted rankings", positive());
  options.entry_name("training_epochs");
  options.add("epochs", epochs, "Passes over the examples of the artificial study", between(1, 1000000));
  options.add("labels", labels, "Labels there", between(2, 10000));
  options.add("features", features, "Features of each label there", between(1, 10000));
  options.add("examples", examples, "Examples to learn from there; as many others choose the learning rate",
              between(1, 1000000));
  options.add("tests", tests, "Examples to be judged on there", between(1, 1000000));
  only(true);
  options.add("seed", seed, "Seed of every random number", a_seed());
  options.add("threads", threads, "Threads that work; 0: all. Results do not depend on it", between(0, 1024));
  options.add("out", out, "Folder for everything that is written");
  only(false);
  options.add("inspect", inspect,
              "Loss whose last step, in a training on the first data set, becomes the page inspect.html",
              one_of_losses);
  only(true);
  options.add("resume", resume, "Go on with the data sets that are missing in --out");
}

void LabelRankingOptions::check() {
  for (std::vector<double>* grid : {&rates, &epsilons, &sigmas}) sort_unique(*grid);
  if (data.empty() && !artificial) demand_option("--data or --artificial");
  if (!data.empty() && artificial) refuse_option("--data", "cannot go with --artificial");
  if (!inspect.empty() && artificial) refuse_option("--inspect", "cannot go with --artificial");
}

Record LabelRankingOptions::settings() const {
  Record record = settings_of(*this);
  record.insert(record.begin(), {"app", "label_ranking"});
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
      fail<FileError>(shown_path(file), ": another data set is named ", name_of(file), " too");
  return files;
}

std::string name_of(const std::filesystem::path& file) {
  std::filesystem::path name = file.filename();
  if (name.extension() == ".gz") name = name.stem();
  return name.stem().string();
}

}  // namespace cotape::app
