#pragma once
#include <cotape/apps/common/train/options.h>
#include <cotape/apps/decide/study.h>

namespace cotape::app {

struct DecideOptions {
  std::vector<std::string> problems = {"path"};
  std::vector<std::string> losses;  // none: all that the problems allow
  std::int64_t seeds = 10;          // repetitions
  ProblemSettings problem = {};
  StudySettings study = {};
  std::string ties = "own";
  bool cold_starts = false;
  bool as_published = false;  // settings of `study` are those of each problem's and loss's publication instead
  std::int64_t show = 0;      // the test instance whose decisions are shown
  std::uint64_t seed = 1;
  std::uint64_t data_seed = 0;  // 0: a repetition's own
  int threads = 0;
  std::filesystem::path out = "out/decide";
  bool resume = false;
  bool list = false;

  // Registers every option. Parsing refuses what cannot be run.
  void add_to(CommandLine& line);
  void declare(Options& options);
  // Entries of config.json.
  Record settings() const;
  // Seeds of repetition `number`: of start, order and noise, and of data and their division.
  std::uint64_t seed_of(std::int64_t number) const { return seed + static_cast<std::uint64_t>(number); }
  std::uint32_t data_seed_of(std::int64_t number) const {
    return static_cast<std::uint32_t>(data_seed != 0 ? data_seed : seed_of(number));
  }
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
