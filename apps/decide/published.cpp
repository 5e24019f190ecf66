#include <cotape/apps/decide/published.h>

#include <array>
#include <cstring>

namespace cotape::app {
namespace {

// Of the configuration file of github.com/PredOpt/predopt-benchmarks, Knapsack/config.json; `constant` is the one that
// the loss has. What that does not say, sample counts above all, is the default of its program.
struct Published {
  const char* loss;
  std::array<double, 3> rate;  // for the capacities 60, 120, 180
  std::array<double, 3> constant;
  double DecisionLossSettings::*place;
  std::array<double, 3> second = {};
  double DecisionLossSettings::*second_place = nullptr;
  std::int64_t samples = 1;
};
using Settings = DecisionLossSettings;
constexpr Published prices[] = {
    {"mse", {0.5, 1, 1}, {}, nullptr},
    {"spo-plus", {0.5, 1, 1}, {}, nullptr},
    {"dbb", {0.5, 1, 0.5}, {0.1, 1, 1}, &Settings::lambda},
    {"pfyl", {1, 1, 0.5}, {0.005, 0.5, 0.5}, &Settings::sigma},
    {"imle-regret", {0.5, 0.5, 0.5}, {0.1, 0.1, 0.1}, &Settings::imle_lambda, {0.5, 0.1, 5}, &Settings::sigma, 10},
    {"cmap-costs", {1, 1, 1}, {0, 0, 0}, &Settings::solve_ratio},
    {"ltr-pairwise", {0.5, 0.5, 0.5}, {10, 10, 10}, &Settings::margin, {0, 0, 0}, &Settings::solve_ratio},
    {"ltr-difference", {1, 1, 1}, {0, 0, 0}, &Settings::solve_ratio},
    {"ltr-listwise", {1, 1, 0.5}, {0.001, 0.001, 0.0001}, &Settings::temperature, {0, 0, 0}, &Settings::solve_ratio}};

}  // namespace

std::optional<StudySettings> published_settings(const std::string& problem, const std::string& loss) {
  if (problem == "own") return {};
  const std::array<std::string, 3> capacities = {"prices60", "prices120", "prices180"};
  for (std::size_t i = 0; i < capacities.size(); ++i) {
    if (problem != capacities[i]) continue;
    for (const Published& published : prices) {
      if (loss != published.loss) continue;
      StudySettings settings{.epochs = 35, .batch = 128, .rate = published.rate[i]};
      settings.plateau = PlateauOptions{.factor = 0.2, .patience = 2, .min_rate = 1e-6};
      settings.losses.samples = published.samples;
      if (published.place) settings.losses.*published.place = published.constant[i];
      if (published.second_place) settings.losses.*published.second_place = published.second[i];
      return settings;
    }
    return {};
  }
  return StudySettings();
}

}  // namespace cotape::app
