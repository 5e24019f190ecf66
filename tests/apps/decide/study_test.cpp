#include <cotape/apps/decide/study.h>
#include <cotape/engine/base/error.h>
#include <cotape/solvers/select/topk.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>

using namespace cotape;
using namespace cotape::app;

namespace {

// The dearest, or, where the instance says so, the cheapest of n: a solver with data, of which nobody else knows.
struct OneOf {
  std::int64_t n;
  struct Instance {
    bool cheapest;
  };
  SolverTraits traits() const { return {.name = "one_of", .sense = Sense::maximise, .shape = Shape{n}}; }
  void solve(std::span<const real> worth, const Instance& instance, std::span<real> chosen) const {
    const auto place =
        instance.cheapest ? std::min_element(worth.begin(), worth.end()) : std::max_element(worth.begin(), worth.end());
    chosen[static_cast<std::size_t>(place - worth.begin())] = 1;
  }
};

// Costs that a linear model can learn.
DecisionProblem linear_problem(Solver solver, std::int64_t n) {
  Rng rng(1);
  Tensor features(Shape{200, 3}), weights(Shape{3, n}), costs(Shape{200, n});
  rng.normal(features);
  rng.normal(weights);
  for (std::int64_t i = 0; i < 200; ++i)
    for (std::int64_t j = 0; j < n; ++j)
      for (std::int64_t k = 0; k < 3; ++k) costs[i * n + j] += features[i * 3 + k] * weights[k * n + j];
  return {std::move(solver), features, costs, features, costs};
}

constexpr StudySettings quick{.epochs = 30, .batch = 20, .rate = 0.05};

}  // namespace

TEST_CASE("decide: costs that are linear in the features are learned, by any loss that sees true costs or decisions") {
  const DecisionStudy study(linear_problem(TopK{.n = 6, .k = 2}, 6));
  for (const char* loss : {"mse", "spo-plus", "pg", "pfyl", "cmap", "cmap-costs", "ltr-pointwise", "ltr-difference"}) {
    CAPTURE(loss);
    const DecisionResult result = study.train(loss, quick, 3, 1);
    REQUIRE(result.regret.size() == 31);
    CHECK(result.regret.front() > 0.2);
    CHECK(result.regret.back() < 0.02);
    CHECK(result.regret.back() >= 0);
    CHECK(result.predicted.size() == 6);
    CHECK(std::accumulate(result.decision.begin(), result.decision.end(), 0.0) == 2);
  }
}

TEST_CASE("decide: regret is that of the decisions, in both senses and with data of each instance") {
  // Where some instances want the cheapest, nobody but a model that knows both can be without regret: the data count.
  DecisionProblem problem = linear_problem(OneOf{4}, 4);
  std::vector<OneOf::Instance> data(200);
  for (std::size_t i = 0; i < data.size(); ++i) data[i].cheapest = i % 2 == 1;
  problem.data = problem.test_data = data;
  const DecisionStudy study(problem);
  double best = 0;
  for (std::int64_t i = 0; i < 200; ++i) {
    const auto row = problem.costs.values().subspan(i * 4, 4);
    best += static_cast<double>(i % 2 == 1 ? *std::ranges::min_element(row) : *std::ranges::max_element(row));
    for (std::int64_t j = 0; j < 4; ++j)
      CHECK(study.test_decisions()[i * 4 + j] ==
            (row[j] == (i % 2 == 1 ? *std::ranges::min_element(row) : *std::ranges::max_element(row))));
  }
  CHECK(best != 0);
  CHECK(std::abs(study.train("mse", quick, 0, 1).regret.back()) < 0.02);
}

TEST_CASE("decide: the same seed gives the same bits, stopping ends a training") {
  const DecisionStudy study(make_problem("path", {.train = 40, .test = 20}, 3));
  const StudySettings settings{.epochs = 2};
  const DecisionResult a = study.train("aimle", settings, 0, 5), b = study.train("aimle", settings, 0, 5);
  CHECK(a.regret == b.regret);
  CHECK(a.predicted == b.predicted);
  CHECK(a.solves == 2 * 40 * 6);
  CHECK(study.train("aimle", settings, 0, 6).predicted != a.predicted);
  int asked = 0;
  CHECK(study.train("aimle", settings, 0, 5, [&] { return ++asked > 2; }).regret.size() == 2);  // two steps an epoch
  CHECK(asked == 3);
}

TEST_CASE("decide: what does not fit is refused") {
  DecisionProblem problem = linear_problem(TopK{.n = 6, .k = 2}, 6);
  problem.test_features = Tensor(Shape{200, 4});
  CHECK_THROWS_WITH_AS(
      DecisionStudy{problem},
      "DecisionStudy: test features [200,4] and costs [200,6] of top_k, which takes [6]; [instances, features] or "
      "[instances, costs, features], and costs [instances, ...] are wanted, as many features in all sets",
      ShapeError);
  CHECK_THROWS_AS(DecisionStudy(linear_problem(TopK{.n = 5, .k = 2}, 6)), ShapeError);
  CHECK_THROWS_AS(DecisionStudy(linear_problem(OneOf{6}, 6)), ValueError);  // without its data
  const DecisionStudy study(linear_problem(TopK{.n = 6, .k = 2}, 6));
  CHECK_THROWS_WITH_AS(study.train("mse", quick, 200, 1), "DecisionStudy::train: instance 200 of 200 is to be shown",
                       ValueError);
  CHECK_THROWS_WITH_AS(study.train("hinge", quick, 0, 1), "no loss is named hinge", ValueError);
  CHECK_THROWS_WITH_AS(make_problem("sudoku", {}, 1), "no problem is named sudoku", ValueError);
}
