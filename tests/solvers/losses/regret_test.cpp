#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/solvers/losses/regret.h>
#include <cotape/solvers/paths/grid_path.h>
#include <cotape/solvers/select/enumerated.h>
#include <cotape/solvers/select/topk.h>

#include <algorithm>
#include <limits>

#include "../problems_with_data.h"
#include "../rule_runs.h"

using namespace cotape;

namespace {

Tensor whole_numbers(const Shape& shape, std::int64_t below, std::uint64_t seed) {
  Tensor x(shape);
  Rng rng(seed);
  for (real& value : x.values()) value = static_cast<real>(rng.below(below));
  return x;
}

double value(const Tensor& costs, const Tensor& list, std::int64_t s) {
  double sum = 0;
  for (std::int64_t i = 0; i < costs.size(); ++i)
    sum += static_cast<double>(costs[i]) * static_cast<double>(list[s * costs.size() + i]);
  return sum;
}

}  // namespace

TEST_CASE("regret: by hand, in both senses") {
  const Tensor predicted({2, 3}, {1, 2, 3, 3, 2, 1}), costs({2, 3}, {4, 1, 7, 4, 1, 7});
  const Regret cheap = regret(oracle_of(Enumerated{all_subsets(3, 1), Sense::minimise}), predicted, costs);
  CHECK(cheap.decisions == Tensor({2, 3}, {1, 0, 0, 0, 0, 1}));
  CHECK(cheap.values == std::vector<double>{1, 1});
  CHECK(cheap.regrets == std::vector<double>{3, 6});
  CHECK(cheap.total() == 9);
  CHECK(cheap.share() == 4.5);
  const Regret dear = regret(oracle_of(TopK{.n = 3, .k = 1}), predicted, costs);
  CHECK(dear.values == std::vector<double>{7, 7});
  CHECK(dear.regrets == std::vector<double>{0, 3});
  CHECK(dear.share() == doctest::Approx(3.0 / 14));
  CHECK(Regret{}.share() == 0);
}

TEST_CASE("regret: the worst of tied decisions is that of the whole list") {
  std::int64_t differ = 0;
  for (const Sense sense : {Sense::minimise, Sense::maximise})
    for (std::uint64_t seed = 1; seed <= 500; ++seed) {
      const Tensor list = all_subsets(6, 3);
      const auto oracle = oracle_of(Enumerated{list, sense});
      // Few different costs: many ties. Some instances cost nothing at all.
      const Tensor predicted = whole_numbers({1, 6}, static_cast<std::int64_t>(1 + seed % 4), seed),
                   costs = whole_numbers({1, 6}, 10, 1000 + seed);
      const double sign = sense == Sense::minimise ? 1 : -1;
      double best_predicted = std::numeric_limits<double>::infinity(), best = best_predicted;
      for (std::int64_t s = 0; s < list.shape()[0]; ++s) {
        best_predicted = std::min(best_predicted, sign * value(predicted, list, s));
        best = std::min(best, sign * value(costs, list, s));
      }
      double worst = -std::numeric_limits<double>::infinity();
      for (std::int64_t s = 0; s < list.shape()[0]; ++s)
        if (sign * value(predicted, list, s) == best_predicted) worst = std::max(worst, sign * value(costs, list, s));
      const Regret own = regret(oracle, predicted, costs),
                   judged = regret(oracle, predicted, costs, {.ties = TiedDecisions::worst});
      CHECK(judged.regrets[0] == worst - best);
      CHECK(judged.unsettled == 0);
      CHECK(own.regrets[0] <= judged.regrets[0]);
      differ += own.regrets[0] < judged.regrets[0];
    }
  CHECK(differ > 300);
}

TEST_CASE("regret: costs of very different sizes") {
  const auto oracle = oracle_of(Enumerated{all_subsets(3, 1), Sense::minimise});
  const real small = std::numeric_limits<real>::min() * 8, large = std::numeric_limits<real>::max() / 8;
  const Tensor predicted({2, 3}, {small, small, 2 * small, large, large, 2 * large}),
      costs({2, 3}, {1, 3 * large, 5, small, 3 * small, 0});
  const Regret judged = regret(oracle, predicted, costs, {.ties = TiedDecisions::worst});
  CHECK(judged.decisions == Tensor({2, 3}, {0, 1, 0, 0, 1, 0}));
}

TEST_CASE("regret: instance data and padding") {
  const Tensor predicted({2, 4}, {1, 1, real(NAN), real(INFINITY), 5, 2, 2, 1}),
      costs({2, 4}, {3, 4, real(NAN), real(NAN), 1, 2, 9, 4});
  const std::vector<TopKInstance> data = {{1, {1, 1, 0, 0}}, {2, {}}};
  const BatchOracle oracle(oracle_of(TopK{.n = 4}), data);
  const Regret own = regret(oracle, predicted, costs),
               worst = regret(oracle, predicted, costs, {.ties = TiedDecisions::worst});
  CHECK(own.decisions == Tensor({2, 4}, {1, 0, 0, 0, 1, 1, 0, 0}));
  CHECK(own.values == std::vector<double>{4, 13});
  CHECK(own.regrets == std::vector<double>{1, 10});
  CHECK(worst.regrets == std::vector<double>{1, 10});
}

TEST_CASE("regret: what it cannot do is refused by name") {
  const auto grid = oracle_of(GridPath{.height = 2, .width = 2, .neighbours = Neighbours::four});
  const Tensor costs({1, 2, 2}, {1, 2, 3, 4}), none(Shape{1, 2, 2});
  CHECK(regret(grid, none, costs).total() == 0);
  CHECK_THROWS_WITH_AS(regret(grid, none, costs, {.ties = TiedDecisions::worst}),
                       "regret: the worst of several best decisions is looked for by other costs, and grid_path takes "
                       "none like -0.25 at instance 0, index 0",
                       ValueError);
  CHECK(regret(grid, Tensor({1, 2, 2}, {1, 1, 1, 1}), costs, {.ties = TiedDecisions::worst}).total() == 1);
  CHECK_THROWS_WITH_AS(regret(grid, Tensor(Shape{2, 2}), costs), "regret: shapes differ: predicted [2,2] costs [1,2,2]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(regret(grid, costs, costs, Tensor(Shape{2, 2})),
                       "regret: shapes differ: costs [1,2,2] decisions [2,2]", ShapeError);
  CHECK_THROWS_WITH_AS(regret(grid, costs, costs, {.tolerance = -1}),
                       "regret: tolerance = -1 is not a finite number of 0 or more", ValueError);
  CHECK_THROWS_WITH_AS(regret(grid, Tensor({1, 2, 2}, real(NAN)), costs), doctest::Contains("is not finite"),
                       ValueError);
}
