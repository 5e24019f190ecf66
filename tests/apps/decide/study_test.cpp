#include <cotape/apps/decide/edge_tour.h>
#include <cotape/apps/decide/published.h>
#include <cotape/apps/decide/study.h>
#include <cotape/data/formats/npz.h>
#include <cotape/engine/base/error.h>
#include <cotape/solvers/assignment/assignment.h>
#include <cotape/solvers/select/enumerated.h>
#include <cotape/solvers/select/topk.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "../../temporary_folder.h"

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
  std::int64_t neighbour_count(std::span<const real>, const Instance&) const { return n - 1; }
  void neighbour(std::span<const real> chosen, const Instance&, std::int64_t which, std::span<real> other) const {
    const auto here = std::find(chosen.begin(), chosen.end(), real(1)) - chosen.begin();
    other[static_cast<std::size_t>((here + 1 + which) % n)] = 1;
  }
  void normals(std::span<const real> chosen, const Instance&, Normals& to) const {
    for (std::int64_t i = 0; i < n; ++i) to.add_bounds(i, static_cast<double>(chosen[static_cast<std::size_t>(i)]), 1);
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
  for (const char* loss : {"mse", "spo-plus", "pg", "pfyl", "rfwo", "rfy", "mcmc", "cave", "cave-plus", "cmap",
                           "cmap-costs", "ltr-pointwise", "ltr-difference"}) {
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

TEST_CASE("decide: every loss takes instances with data of their own, and solutions with several axes") {
  DecisionProblem data = linear_problem(OneOf{4}, 4);
  data.data = data.test_data = std::vector<OneOf::Instance>(200, {true});
  DecisionProblem axes = linear_problem(Assignment{.rows = 2, .columns = 2}, 4);
  axes.costs = axes.test_costs = axes.costs.reshaped({200, 2, 2});
  const DecisionStudy with_data(data), with_axes(axes);
  for (const DecisionLossKind& kind : decision_losses()) {
    CAPTURE(kind.name);
    if (kind.needs_polytope) continue;  // one for all instances
    for (const DecisionStudy* study : {&with_data, &with_axes}) {
      const DecisionResult result = study->train(kind.name, {.epochs = 2, .batch = 20}, 0, 1);
      CHECK(result.regret.size() == 3);
      CHECK(std::isfinite(result.regret.back()));
    }
  }
}

TEST_CASE("decide: DYS-Net learns where decisions are corners of equations and bounds, and refuses others") {
  DecisionProblem problem = linear_problem(Assignment{.rows = 2, .columns = 2}, 4);
  problem.costs = problem.test_costs = problem.costs.reshaped({200, 2, 2});
  CHECK_THROWS_WITH_AS(DecisionStudy(problem).train("dys", quick, 0, 1),
                       doctest::Contains("dys needs a problem whose decisions are the corners of equations and bounds"),
                       ValueError);
  // Each row and each column once.
  problem.polytope =
      EquationPolytope(4, {{{{0, 1}, {1, 1}}, 1}, {{{2, 1}, {3, 1}}, 1}, {{{0, 1}, {2, 1}}, 1}, {{{1, 1}, {3, 1}}, 1}});
  DecisionProblem chosen = linear_problem(TopK{.n = 6, .k = 2}, 6);
  LinearEquation two{.value = 2};
  for (std::int64_t i = 0; i < 6; ++i) two.terms.push_back({i, 1});
  chosen.polytope = EquationPolytope(6, {two}, 0, 1);
  for (const DecisionProblem& one : {problem, chosen}) {
    const DecisionResult result = DecisionStudy(one).train("dys", quick, 0, 1);
    CHECK(result.regret.front() > 0.2);
    CHECK(result.regret.back() < 0.02);
    CHECK(result.solves == 0);
  }
  // What the program gives with its problems are their decisions.
  for (const ProblemKind& kind : problem_kinds()) {
    if (!kind.polytope) continue;
    const DecisionProblem made = make_problem(kind.name, {.train = 20, .test = 10}, 1);
    REQUIRE(made.polytope.has_value());
    const DecisionStudy study(made);
    for (std::int64_t i = 0; i < 10; ++i) {
      const auto right = study.test_decisions().values().subspan(static_cast<std::size_t>(i * made.polytope->size()),
                                                                 static_cast<std::size_t>(made.polytope->size()));
      std::vector<double> x(right.begin(), right.end()), projected = x;
      made.polytope->project(projected);
      for (std::size_t k = 0; k < x.size(); ++k) CHECK(projected[k] == doctest::Approx(x[k]));
    }
  }
}

TEST_CASE("decide: tours as edges have 2-opt moves, and say what binds; CaVE refuses a solver that cannot") {
  // Every tour through seven cities costs at least as much as the one that was found, for every cost of its cone.
  for (const bool subtours : {false, true}) {
    const EdgeTour solver{Tsp{.n = 7}, subtours};
    Rng rng(2);
    for (int round = 0; round < 20; ++round) {
      Tensor cost(Shape{21});
      rng.uniform(cost);
      std::vector<real> tour(21), again(21), mixed(21);
      solver.solve(cost.values(), tour);
      Normals normals;
      solver.normals(tour, normals);
      CHECK(normals.count() == 7 + 21 + (subtours ? 7 : 0));
      for (std::int64_t j = 0; j < normals.count(); ++j) {
        const real weight = normals.is_equation(j) ? rng.uniform() - real(0.5) : rng.uniform();
        for (const Normals::Term& term : normals.terms(j))
          mixed[static_cast<std::size_t>(term.entry)] -= weight * static_cast<real>(term.factor);
      }
      solver.solve(mixed, again);
      CHECK(again == tour);

      REQUIRE(solver.neighbour_count(tour) == 14);
      for (std::int64_t which = 0; which < 14; ++which) {
        std::vector<real> other(21);
        solver.neighbour(tour, which, other);
        Normals of_a_tour;
        solver.normals(other, of_a_tour);  // which throws for what is none
        CHECK(std::inner_product(tour.begin(), tour.end(), other.begin(), real(0)) == 5);  // two edges are others
      }
    }
  }
  const DecisionStudy study(linear_problem(Enumerated{all_subsets(6, 2)}, 6));
  CHECK_THROWS_WITH_AS(study.train("cave", quick, 0, 1),
                       doctest::Contains("cave: it needs a solver with the ability 'normals'"), ValueError);
}

TEST_CASE("decide: features of each cost, one model with one output for all") {
  // Each cost is the same function of its own three features, and others of the same problem are of no use.
  Rng rng(1);
  Tensor features(Shape{200, 6, 3}), costs(Shape{200, 6});
  rng.normal(features);
  for (std::int64_t i = 0; i < costs.size(); ++i) costs[i] = 2 * features[3 * i] - features[3 * i + 1] + real(0.5);
  const DecisionStudy study({TopK{.n = 6, .k = 2}, features, costs, features, costs});
  const DecisionResult result = study.train("mse", quick, 0, 1);
  CHECK(result.regret.front() > 0.1);
  CHECK(result.regret.back() < 1e-4);
  CHECK(result.predicted[2] == doctest::Approx(costs[2]).epsilon(0.05));
}

TEST_CASE("decide: the best epoch on the validation set counts, and the rate falls with its regret") {
  DecisionProblem problem = linear_problem(TopK{.n = 6, .k = 2}, 6);
  const DecisionResult plain = DecisionStudy(problem).train("mse", quick, 0, 1);
  CHECK(plain.chosen == 30);
  CHECK(plain.final_regret() == plain.regret.back());
  // On the test set itself: the first epoch that has the smallest regret.
  problem.validation_features = problem.test_features;
  problem.validation_costs = problem.test_costs;
  const DecisionStudy study(problem);
  const DecisionResult chosen = study.train("mse", quick, 0, 1);
  CHECK(chosen.regret == plain.regret);
  const auto best = std::min_element(chosen.regret.begin() + 1, chosen.regret.end());
  CHECK(chosen.chosen == best - chosen.regret.begin());
  CHECK(chosen.final_regret() == *best);
  // Patience 0 and a factor of 0: nothing moves after the first epoch that brings nothing better.
  StudySettings stopping = quick;
  stopping.plateau = PlateauOptions{.factor = 0, .patience = 0};
  const DecisionResult stopped = study.train("mse", stopping, 0, 1);
  std::size_t epoch = 2;
  while (stopped.regret[epoch] < stopped.regret[epoch - 1]) ++epoch;
  REQUIRE(epoch < 30);
  CHECK(stopped.regret[epoch] == plain.regret[epoch]);
  for (; epoch < 31; ++epoch) CHECK(stopped.regret[epoch] == stopped.regret[30]);
  CHECK_THROWS_WITH_AS(DecisionStudy(linear_problem(TopK{.n = 6, .k = 2}, 6)).train("mse", stopping, 0, 1),
                       doctest::Contains("a validation set, and there is none"), ValueError);
}

TEST_CASE("decide: days with prices are divided into those to learn from, to choose by and to be judged on") {
  const TemporaryFolder folder;
  std::vector<double> features, prices;
  for (int day = 0; day < 660; ++day)
    for (int item = 0; item < 2; ++item) {
      features.insert(features.end(), {double(day), std::sin(day) + item});
      prices.push_back(day);
    }
  const auto part = [](const std::vector<double>& all, std::int64_t begin, std::int64_t end, std::int64_t columns) {
    return std::vector<double>(all.begin() + begin * columns, all.begin() + end * columns);
  };
  write_npz(folder / "Data.npz", {{"weights", {{2}, std::vector<std::int64_t>{50, 70}}},
                                  {"X_1gtrain", {{1200, 2}, part(features, 0, 1200, 2)}},
                                  {"X_1gtest", {{120, 2}, part(features, 1200, 1320, 2)}},
                                  {"y_train", {{1200}, part(prices, 0, 1200, 1)}},
                                  {"y_test", {{120}, part(prices, 1200, 1320, 1)}}});
  const ProblemSettings settings{.own = {.folder = folder.path()}};
  const DecisionProblem problem = make_problem("prices60", settings, 7);
  CHECK(problem.features.shape() == Shape{550, 2, 1});
  CHECK(problem.validation_costs.shape() == Shape{100, 2});
  CHECK(problem.test_costs.shape() == Shape{10, 2});
  std::vector<real> days;
  for (const Tensor* costs : {&problem.costs, &problem.validation_costs, &problem.test_costs})
    for (std::int64_t i = 0; i < costs->size(); i += 2) days.push_back((*costs)[i]);
  std::sort(days.begin(), days.end());
  for (std::size_t i = 0; i < 660; ++i) REQUIRE(days[i] == static_cast<real>(i));
  CHECK(make_problem("prices60", settings, 8).costs != problem.costs);
  // At 60 only the first item fits; at 120 both do.
  const DecisionStudy study(problem), roomy(make_problem("prices120", settings, 7));
  CHECK(study.test_decisions()[1] == 0);
  CHECK(roomy.test_decisions()[1] == 1);
  const DecisionResult result = study.train("spo-plus", published_settings("prices60", "spo-plus").value(), 0, 1);
  CHECK(result.regret.size() == 36);
}

TEST_CASE("decide: scores with noise on those to learn from are learned by their decisions alone") {
  for (const char* name : {"argmax", "ranking", "subset"}) {
    CAPTURE(name);
    const DecisionProblem problem = make_problem(name, {.train = 300, .test = 100, .noise = 0.2}, 1);
    CHECK(problem.costs.shape()[0] == 300);
    CHECK(problem.test_features.shape()[0] == 100);
    const DecisionResult result = DecisionStudy(problem).train("pfyl", {.epochs = 30, .rate = 0.05}, 0, 1);
    CHECK(result.regret.back() < 0.05);
    CHECK(result.regret.back() < 0.5 * result.regret.front());
  }
  // Noise changes what is learned from, and nothing else.
  const DecisionProblem clean = make_problem("argmax", {.train = 20, .test = 10, .noise = 0}, 1),
                        noisy = make_problem("argmax", {.train = 20, .test = 10, .noise = 1}, 1);
  CHECK(clean.features == noisy.features);
  CHECK(clean.test_costs == noisy.test_costs);
  CHECK(clean.costs != noisy.costs);
}

TEST_CASE("decide: published settings") {
  CHECK(published_settings("path", "spo-plus")->rate == 0.01);
  CHECK(!published_settings("own", "mse"));
  CHECK(!published_settings("prices60", "pg"));
  const StudySettings imle = published_settings("prices180", "imle-regret").value();
  CHECK(imle.epochs == 35);
  CHECK(imle.batch == 128);
  CHECK(imle.rate == 0.5);
  CHECK(imle.losses.imle_lambda == 0.1);
  CHECK(imle.losses.sigma == 5);
  CHECK(imle.plateau->patience == 2);
  CHECK(published_settings("prices60", "pfyl")->losses.sigma == 0.005);
  CHECK(published_settings("prices120", "ltr-listwise")->losses.temperature == 0.001);
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
