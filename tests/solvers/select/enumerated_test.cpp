#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include <cotape/engine/base/error.h>
#include <cotape/engine/base/random.h>
#include <cotape/solvers/select/enumerated.h>
#include <cotape/solvers/select/ranking.h>
#include <cotape/solvers/select/topk.h>

#include "../rule_runs.h"

using namespace cotape;

TEST_CASE("enumerated: takes the best row, the first of equal ones, in both senses") {
  const Tensor rows({3, 2}, {0, 1, 1, 0, 1, 1});
  const auto answer = [&](Sense sense, std::vector<real> cost) {
    std::vector<real> y(2);
    Enumerated{rows, sense}.solve(cost, y);
    return y;
  };
  CHECK(answer(Sense::maximise, {2, 1}) == std::vector<real>{1, 1});
  CHECK(answer(Sense::minimise, {2, 1}) == std::vector<real>{0, 1});
  CHECK(answer(Sense::maximise, {-1, -1}) == std::vector<real>{0, 1});
  CHECK(answer(Sense::maximise, {0, 0}) == std::vector<real>{0, 1});
  CHECK(answer(Sense::minimise, {-1, 0}) == std::vector<real>{1, 0});
}

TEST_CASE("enumerated: over all subsets it is top_k, over all permutations it is ranking, ties included") {
  Tensor scores(Shape{400, 6});
  Rng random(1);
  for (std::int64_t i = 0; i < scores.size(); ++i)
    scores[i] = static_cast<real>(random.below(i < scores.size() / 2 ? 4 : 100000));
  const Tensor subsets = all_subsets(6, 3), permutations = all_permutations(6);
  CHECK(solve(oracle_of(Enumerated{subsets}), scores) == solve(oracle_of(TopK{.n = 6, .k = 3}), scores));
  for (const Sense sense : {Sense::maximise, Sense::minimise})
    CHECK(solve(oracle_of(Enumerated{permutations, sense}), scores) ==
          solve(oracle_of(Ranking{.n = 6, .sense = sense}), scores));
}

TEST_CASE("enumerated: tells ties, but not copies of the same row") {
  const Enumerated set{Tensor({3, 2}, {0, 1, 1, 0, 1, 0})};
  const auto tied = [&](std::vector<real> cost) {
    std::vector<real> y(2);
    set.solve(cost, y);
    return set.tied(cost, y).value();
  };
  CHECK(tied({1, 1}));
  CHECK_FALSE(tied({2, 1}));
}

TEST_CASE("enumerated: finds its traits, refuses empty and broken lists") {
  const SolverTraits cube = Enumerated{Tensor({2, 2, 2}, {1, 0, 0, 1, 0, 1, 1, 0}), Sense::minimise}.traits();
  CHECK(cube.name == "enumerated");
  CHECK(cube.shape == Shape{2, 2});
  CHECK(cube.sense == Sense::minimise);
  CHECK(cube.constant_sum);
  CHECK_FALSE(Enumerated{Tensor({2, 2}, {1, 0, 1, 1})}.traits().constant_sum);
  CHECK_THROWS_WITH_AS(Solver(Enumerated{}), doctest::Contains("enumerated: solutions [0] hold none"), ValueError);
  CHECK_THROWS_WITH_AS(Solver(Enumerated{Tensor(Shape{3, 0})}), doctest::Contains("[3,0]"), ValueError);
  CHECK_THROWS_WITH_AS(Solver(Enumerated{Tensor({1, 1}, {real(NAN)})}), doctest::Contains("not finite"), ValueError);
}

TEST_CASE("all_subsets and all_permutations list each once, in order") {
  CHECK(all_subsets(3, 2) == Tensor({3, 3}, {1, 1, 0, 1, 0, 1, 0, 1, 1}));
  CHECK(all_subsets(2, 0) == Tensor({1, 2}, {0, 0}));
  CHECK(all_subsets(10, 5).shape() == Shape{252, 10});
  CHECK(all_permutations(3) == Tensor({6, 3}, {1, 2, 3, 1, 3, 2, 2, 1, 3, 2, 3, 1, 3, 1, 2, 3, 2, 1}));
  CHECK(all_subsets(1000, 999).shape() == Shape{1000, 1000});
  CHECK_THROWS_AS(all_subsets(50, 25), MemoryError);  // 10¹⁴ of them
  CHECK_THROWS_WITH_AS(all_subsets(62, 31), "all_subsets: too many subsets of 31 of 62 to be counted", ValueError);
  CHECK_THROWS_WITH_AS(all_subsets(3, 4), doctest::Contains("k = 4 is outside 0 … n = 3"), ValueError);
  CHECK_THROWS_WITH_AS(all_permutations(10), doctest::Contains("n = 10"), ValueError);
}
