#pragma once
#include <cotape/apps/common/train/options.h>
#include <cotape/apps/decide/study.h>

namespace cotape::app {

struct DecideOptions {
  std::vector<std::string> problems = {"path"};
  std::vector<std::string> losses;  // none: all that the problems allow
  std::int64_t seeds = 10;          // repetitions, each with data and a start of its own
  ProblemSettings problem = {};
  StudySettings study = {};
  std::string ties = "own";
  bool as_published = false;  // settings of `study` are those of each problem's and loss's publication instead
  std::int64_t show = 0;      // the test instance whose decisions are shown
  std::uint64_t seed = 1;
  int threads = 0;
  std::filesystem::path out = "out/decide";
  bool resume = false;
  bool list = false;

  // Registers every option. Parsing refuses what cannot be run.
  void add_to(CommandLine& line);
  void declare(Options& options);
  // Entries of config.json.
  Record settings() const;
  // The settings of a training.
  StudySettings settings_of_loss(const std::string& problem, const std::string& loss) const;
  // The losses of --losses in the order of the list.
  std::vector<std::string> chosen_losses() const;

 private:
  // Losses for the problems; throws OptionError for one that a problem does not allow.
  void choose_losses();
  // Epochs and batches as published; throws OptionError where there are none, or not the same ones.
  void take_published();
};

}  // namespace cotape::app
