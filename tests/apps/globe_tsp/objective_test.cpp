#include <cotape/apps/globe_tsp/evaluation.h>
#include <cotape/apps/globe_tsp/objective.h>

#include <doctest/doctest.h>

#include <cmath>

#include "../../normal_tensor.h"

using namespace cotape;
using namespace cotape::app;

namespace {

constexpr std::int64_t batch = 40, k = 6;

GlobeOptions options_of(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"--countries", "6"});
  GlobeOptions options;
  CommandLine line;
  options.add_to(line);
  line.parse(std::move(arguments));
  return options;
}

// Symmetric distances, and the shortest tours for others.
Tensor distances_of(std::uint64_t seed) {
  Tensor x(Shape{batch, k, k});
  Rng(seed).uniform(x);
  for (std::int64_t b = 0; b < batch; ++b)
    for (std::int64_t i = 0; i < k; ++i)
      for (std::int64_t j = 0; j <= i; ++j) {
        real* matrix = x.data() + b * k * k;
        matrix[j * k + i] = i == j ? 0 : matrix[i * k + j];
        matrix[i * k + j] = matrix[j * k + i];
      }
  return x;
}

struct Step {
  double loss;
  Tensor gradient;  // of the distances
  std::int64_t solves;
};

Step step_of(const std::vector<std::string>& arguments, std::int64_t epoch = 0, std::uint64_t seed = 9) {
  Tape tape;
  TourFinder finder(k);
  const Var wanted = tape.constant(finder(distances_of(5)));
  const Var distances = tape.variable(distances_of(4));
  Rng rng(seed);
  TourObjective objective(options_of(arguments));
  const Var loss = objective(distances, wanted, epoch, rng);
  tape.backward(loss);
  return {static_cast<double>(loss.value().item()), distances.gradient(), objective.diagnostics().calls()};
}

}  // namespace

TEST_CASE("globe_tsp objective: loss and gradient of identity without projection") {
  TourFinder finder(k);
  const Tensor wanted = finder(distances_of(5)), found = finder(distances_of(4));
  double sum = 0;
  for (std::int64_t i = 0; i < wanted.size(); ++i) sum += std::abs(static_cast<double>(found[i] - wanted[i]));
  const auto compare = [&](const std::string& reduction, double divisor) {
    const Step step = step_of({"--projection", "none", "--reduction", reduction});
    CHECK(step.loss == doctest::Approx(sum / divisor).epsilon(1e-5));
    CHECK(step.solves == batch);
    // An edge that is found and not wanted must become dearer: its distance has a negative gradient.
    for (std::int64_t i = 0; i < wanted.size(); ++i)
      CHECK(step.gradient[i] == doctest::Approx(static_cast<double>(wanted[i] - found[i]) / divisor).epsilon(1e-5));
  };
  compare("batch-mean", batch);
  compare("mean", batch * k * k);
  compare("sum", 1);
}

TEST_CASE("globe_tsp objective: standardizing takes the common part and the scale out of the gradient") {
  const Step step = step_of({});
  const Tensor distances = distances_of(4);
  for (std::int64_t b = 0; b < batch; ++b) {
    double sum = 0, along = 0, size = 0;
    for (std::int64_t i = b * k * k; i < (b + 1) * k * k; ++i) {
      const auto g = static_cast<double>(step.gradient[i]);
      sum += g;
      along += g * static_cast<double>(distances[i]);
      size += std::abs(g);
    }
    CHECK(std::abs(sum) <= 1e-5 * size);
    CHECK(std::abs(along) <= 1e-5 * size);
  }
}

TEST_CASE("globe_tsp objective: the noise margin is symmetric, and of the first epochs alone") {
  const std::vector<std::string> margin = {"--projection", "none", "--noise-margin", "1.5", "--noise-epochs", "2"};
  const Step calm = step_of({"--projection", "none"});
  CHECK(step_of(margin, 0).gradient != calm.gradient);
  CHECK(step_of(margin, 1).gradient == step_of(margin, 0).gradient);
  CHECK(step_of(margin, 1, 10).gradient != step_of(margin, 0).gradient);
  CHECK(step_of(margin, 2).gradient == calm.gradient);
  CHECK(step_of(margin, 2).loss == calm.loss);

  // Standardized distances are smaller: the same noise changes more tours behind the projection than in front of it.
  const auto moved = [](const std::string& place) {
    const Step still = step_of({"--reduction", "sum"});
    return std::abs(step_of({"--reduction", "sum", "--noise-margin", "0.1", "--noise-on", place}).loss - still.loss);
  };
  CHECK(moved("projected") > moved("costs"));
}

TEST_CASE("globe_tsp objective: noise on the gradient of tours has the deviation that it says") {
  const std::vector<std::string> plain = {"--projection", "none"};
  std::vector<std::string> noisy = plain;
  noisy.insert(noisy.end(), {"--gradient-noise", "0.25"});
  const Step clean = step_of(plain), step = step_of(noisy);
  CHECK(step.loss == clean.loss);
  double sum = 0, squares = 0;
  for (std::int64_t i = 0; i < step.gradient.size(); ++i) {
    const auto d = static_cast<double>(step.gradient[i] - clean.gradient[i]);
    sum += d;
    squares += d * d;
  }
  const auto n = static_cast<double>(step.gradient.size());  // 1440 draws
  CHECK(std::abs(sum / n) < 5 * 0.25 / std::sqrt(n));
  CHECK(std::sqrt(squares / n) == doctest::Approx(0.25).epsilon(5 / std::sqrt(2 * n)));
  CHECK(step_of(noisy).gradient == step.gradient);
  CHECK(step_of(noisy, 0, 10).gradient != step.gradient);
}

TEST_CASE("globe_tsp objective: blackbox moves to a better tour along the gradient") {
  const Step step = step_of({"--rule", "blackbox", "--lambda", "1000"});
  CHECK(step.solves == 2 * batch);
  TourFinder finder(k);
  const Tensor wanted = finder(distances_of(5)), found = finder(distances_of(4));
  // A step that long finds the wanted tour.
  for (std::int64_t i = 0; i < wanted.size(); ++i)
    CHECK(step.gradient[i] == doctest::Approx(static_cast<double>(wanted[i] - found[i]) / 1000));
}

TEST_CASE("globe_tsp evaluation: shares of tours, edges and entries") {
  GlobeTours set{.count = 2, .cities = 4};
  const Tensor square(Shape{1, 4, 4}, {0, 1, 2, 1, 1, 0, 1, 2, 2, 1, 0, 1, 1, 2, 1, 0});
  TourFinder finder(4);
  const Tensor tour = finder(square);
  CHECK(tour == Tensor(Shape{1, 4, 4}, {0, 1, 0, 1, 1, 0, 1, 0, 0, 1, 0, 1, 1, 0, 1, 0}));
  set.countries = {0, 1, 2, 3, 0, 1, 2, 3};
  for (const real y : tour.values()) set.tours.push_back(static_cast<std::uint8_t>(y));
  for (const int y : {0, 1, 1, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0, 1, 1, 0})  // 0-1, 0-2, 1-3, 2-3
    set.tours.push_back(static_cast<std::uint8_t>(y));
  TourScore score;
  const std::array<std::int64_t, 1> first = {0}, second = {1};
  score.add(tour, square, set, first);
  CHECK(score.exact_share() == 1);
  CHECK(score.edge_accuracy() == 1);
  CHECK(score.mean_cost_norm() == doctest::Approx(std::sqrt(24.0)));
  score.add(tour, square, set, second);
  CHECK(score.exact_share() == 0.5);
  CHECK(score.edge_accuracy() == doctest::Approx(0.75));
  CHECK(score.entry_accuracy() == doctest::Approx(0.75));  // 8 of 16 entries differ in the second
}
