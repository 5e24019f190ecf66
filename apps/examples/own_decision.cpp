// Predict, then optimise, with a problem of one's own in the program `decide`: who is invited, when only features are
// known and each meeting has places of its own. Features [meetings, features] and worths [meetings, candidates] may
// come from files, as NPY or comma-separated values: own_decision FEATURES.csv WORTHS.csv
#include <cotape/apps/decide/study.h>
#include <cotape/cotape.h>

#include <algorithm>
#include <iostream>
#include <numeric>

using namespace cotape;

struct Shortlist {
  std::int64_t candidates;
  struct Instance {
    std::int64_t places;
  };

  SolverTraits traits() const { return {.name = "shortlist", .sense = Sense::maximise, .shape = Shape{candidates}}; }
  void solve(std::span<const real> worth, const Instance& meeting, std::span<real> invited) const {
    std::vector<std::int64_t> order(worth.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) { return worth[a] > worth[b]; });
    for (std::int64_t i = 0; i < std::min(meeting.places, candidates); ++i) invited[order[i]] = worth[order[i]] > 0;
  }
};

// Worths that a linear model cannot predict.
Tensor made_up_worths(const Tensor& features, Rng& rng) {
  Tensor weights(Shape{features.shape()[1], 12});
  rng.normal(weights);
  Tape tape;
  return (square(square(matmul(tape.view(features), tape.view(weights)) * 0.3f + 1)) - 1).value();
}

int main(int argc, char** argv) try {
  Rng rng(1);
  Tensor features(Shape{400, 4});
  rng.normal(features);
  if (argc == 3) features = read_table(argv[1]);
  const Tensor worths = argc == 3 ? read_table(argv[2]) : made_up_worths(features, rng);
  const std::int64_t all = features.shape()[0], half = all / 2, candidates = worths.shape()[1];
  const auto rows = [](const Tensor& table, std::int64_t begin, std::int64_t end) {
    const std::int64_t n = table.shape()[1];
    return Tensor(Shape{end - begin, n}, table.values().subspan(begin * n, (end - begin) * n));
  };
  std::vector<Shortlist::Instance> meetings;
  for (std::int64_t i = 0; i < half; ++i) meetings.push_back({1 + rng.below(4)});
  const std::vector<Shortlist::Instance> later(static_cast<std::size_t>(all - half), {2});
  const app::DecisionStudy study({Shortlist{candidates}, rows(features, 0, half), rows(worths, 0, half),
                                  rows(features, half, all), rows(worths, half, all), meetings, later});
  for (const char* loss : {"mse", "spo-plus", "pfyl"}) {
    const app::DecisionResult result = study.train(loss, {.epochs = 30}, 0, 1);
    std::cout << loss << ": regret " << 100 * result.regret.front() << " % at first, " << 100 * result.regret.back()
              << " % after training\n";
  }
} catch (const std::exception& error) {
  std::cerr << error.what() << "\n";
  return 2;
}
