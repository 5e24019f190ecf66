#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/solvers/core/oracle.h>
#include <cotape/solvers/knapsack/knapsack.h>

#include <cmath>
#include <limits>

#include "knapsack_reference.h"
#include "known_knapsacks.h"

using namespace cotape;

TEST_CASE("knapsack: whole weights: the best of all sets, and of equal ones the stated one, on 10,000 instances") {
  Rng rng(1);
  int several_copies = 0;
  for (int i = 0; i < 10'000; ++i) {
    const std::int64_t items = 1 + rng.below(6);
    const KnapsackInstance instance = random_instance(items, 1, WeightKind::whole, rng);
    const std::vector<real> values = random_values(items, true, rng);
    const Counts found = solved_counts(Knapsack{.n = items}, values, instance);
    CAPTURE(i);
    REQUIRE(found == best_counts(values, instance));
    several_copies += *std::max_element(found.begin(), found.end()) > 1;
  }
  CHECK(several_copies > 1000);
}

TEST_CASE("knapsack: real weights and several capacities: as good as the best of all sets, on 10,000 instances") {
  Rng rng(2);
  for (int i = 0; i < 10'000; ++i) {
    const std::int64_t items = 1 + rng.below(6), constraints = 1 + rng.below(3);
    const KnapsackInstance instance =
        random_instance(items, constraints, rng.below(2) ? WeightKind::uneven : WeightKind::whole, rng);
    const std::vector<real> values = random_values(items, rng.below(2) == 0, rng);
    const Counts found = solved_counts(Knapsack{.n = items}, values, instance);
    CAPTURE(i);
    REQUIRE(fits(found, instance));
    const double best = value_of(best_counts(values, instance), values);
    REQUIRE(value_of(found, values) >= best * (1 - 1e-12));
  }
}

TEST_CASE("knapsack: the table and the search agree on larger instances") {
  Rng rng(3);
  for (int i = 0; i < 200; ++i) {
    const std::int64_t items = 70 + rng.below(80);
    std::vector<double> weights;
    for (std::int64_t j = 0; j < items; ++j) weights.push_back(static_cast<double>(1 + rng.below(60)));
    const auto capacity = static_cast<double>(50 + rng.below(400));
    std::vector<real> values;
    for (std::int64_t j = 0; j < items; ++j) values.push_back(static_cast<real>(rng.below(1000)));
    const KnapsackInstance whole(weights, capacity);
    REQUIRE(whole.counts());
    // A second capacity that is never reached sends the instance to the search.
    std::vector<double> twice = weights;
    twice.insert(twice.end(), weights.begin(), weights.end());
    const KnapsackInstance searched(twice, std::vector<double>{capacity, 2 * capacity});
    const Knapsack knapsack{.n = items};
    const Counts by_table = solved_counts(knapsack, values, whole),
                 by_search = solved_counts(knapsack, values, searched);
    REQUIRE(fits(by_table, whole));
    REQUIRE(fits(by_search, whole));
    REQUIRE(value_of(by_table, values) == value_of(by_search, values));
  }
}

TEST_CASE("knapsack: small cases by hand") {
  const auto take = [](const std::vector<real>& values, const KnapsackInstance& instance) {
    return solved_counts(Knapsack{.n = static_cast<std::int64_t>(values.size())}, values, instance);
  };
  constexpr std::int64_t unlimited = KnapsackInstance::unlimited;
  CHECK(take({6, 5, 5}, {{3, 2, 2}, 4}) == Counts{0, 1, 1});
  CHECK(take({5, 5, 5}, {{2, 2, 2}, 4}) == Counts{1, 1, 0});   // equal items: the first
  CHECK(take({-1, 0, 2}, {{0, 0, 0}, 0}) == Counts{0, 0, 1});  // what is worth nothing is left
  CHECK(take({3, 4}, {{2, 3}, 12, {unlimited, unlimited}}) == Counts{6, 0});
  CHECK(take({3, 5}, {{2, 3}, 12, {unlimited, 3}}) == Counts{3, 2});
  CHECK(take({3, 5}, {{2, 3}, 12, {4, 0}}) == Counts{4, 0});
  CHECK(take({1, 1, 1}, {{0.1, 0.2, 0.3}, 0.3}) == Counts{1, 1, 0});  // 0.1 + 0.2 > 0.3 in binary
  CHECK(take({1}, {{0.1}, 0.3, {unlimited}}) == Counts{3});
  CHECK(take({1}, {{3}, 2.999999999999}) == Counts{0});  // whole weights have no margin
  CHECK(take({1, 1}, {{1, 2, 2, 1}, std::vector<double>{2, 2}}) == Counts{1, 0});
  CHECK(take({1, 3}, {{1, 1, 0, 5}, std::vector<double>{2, 0}}) == Counts{1, 0});  // nothing of the second fits
  CHECK(take({2, 1}, {{6'000'000'000, 4'000'000'000}, 1e10}) == Counts{1, 1});     // counted in units of 2e9
  CHECK(KnapsackInstance({6'000'000'000, 4'000'000'000}, 1e10).whole_capacity() == 5);
}

TEST_CASE("knapsack: published optima, by the table and by the search") {
  for (const KnownKnapsack& known : known_knapsacks()) {
    CAPTURE(known.name);
    const Knapsack knapsack{.n = std::ssize(known.values)};
    const KnapsackInstance whole(known.weights, known.capacity);
    CHECK(value_of(solved_counts(knapsack, known.values, whole), known.values) == known.optimum);
    std::vector<double> twice = known.weights;
    twice.insert(twice.end(), known.weights.begin(), known.weights.end());
    const KnapsackInstance searched(twice, std::vector<double>{known.capacity, 2 * known.capacity});
    CHECK(value_of(solved_counts(knapsack, known.values, searched), known.values) == known.optimum);
  }
}

TEST_CASE("knapsack: equal, tiny and huge values and weights") {
  constexpr real largest = std::numeric_limits<real>::max(), smallest = std::numeric_limits<real>::denorm_min();
  const std::vector<double> whole = {3, 2, 2}, uneven = {0.3, 0.2, 0.2};
  for (const real unit : {smallest, real(1e-30), real(1), largest / 8})
    for (const double scale : {1e-300, 1.0, 1e300})
      for (const std::vector<double>& weights : {whole, uneven}) {
        std::vector<double> scaled = weights;
        for (double& weight : scaled) weight *= scale;
        const double capacity = (weights[1] + weights[2]) * scale;
        CHECK(solved_counts(Knapsack{.n = 3}, {6 * unit, 5 * unit, 5 * unit}, {scaled, capacity}) == Counts{0, 1, 1});
        CHECK(solved_counts(Knapsack{.n = 3}, {largest, largest, largest}, {scaled, capacity}) == Counts{0, 1, 1});
      }
}

TEST_CASE("knapsack: what it says of itself, and refusals") {
  const SolverTraits traits = Knapsack{.n = 5}.traits();
  CHECK(traits.name == "knapsack");
  CHECK(traits.sense == Sense::maximise);
  CHECK(traits.shape == Shape{5});
  CHECK(traits.exact);
  CHECK_FALSE(traits.constant_sum);
  CHECK_THROWS_WITH_AS(Solver(Knapsack{.n = 0}), doctest::Contains("n = 0 is outside 1"), ValueError);
  CHECK_THROWS_WITH_AS(Solver(Knapsack{.n = 1, .fixed = {{1, 2}, 3}}), "knapsack: 2 fixed items for n = 1", ValueError);
  CHECK_THROWS_WITH_AS(Solver(Knapsack{.n = 1, .max_nodes = 0}), doctest::Contains("max_nodes = 0"), ValueError);
  CHECK_THROWS_WITH_AS(KnapsackInstance({1, -2}, 3), "knapsack: weight -2 of item 1 is negative or not finite",
                       ValueError);
  CHECK_THROWS_WITH_AS(KnapsackInstance({1, NAN}, 3), doctest::Contains("of item 1"), ValueError);
  CHECK_THROWS_WITH_AS(KnapsackInstance({1, 2}, INFINITY), "knapsack: capacity inf is not finite", ValueError);
  CHECK_THROWS_WITH_AS(KnapsackInstance({1, 2}, 3, {1}), "knapsack: 1 numbers of copies for 2 items", ValueError);
  CHECK_THROWS_WITH_AS(KnapsackInstance({1, 2}, 3, {1, -1}), doctest::Contains("item 1 may be taken -1 times"),
                       ValueError);
  CHECK_THROWS_WITH_AS(KnapsackInstance({1, 2, 3}, std::vector<double>{3, 4}), doctest::Contains("3 weights for 2"),
                       ValueError);
  CHECK_THROWS_WITH_AS(KnapsackInstance({}, std::vector<double>{}), "knapsack: there is no capacity", ValueError);
}

TEST_CASE("knapsack: instances that cannot be solved are named by their place in the batch") {
  const auto solve = [](const Knapsack& knapsack, const Instances& data) {
    Oracle oracle(knapsack);
    const Tensor values(Shape{2, knapsack.n}, real(1));
    Tensor solutions(values.shape());
    oracle.argmax(values, solutions, Phase::forward, data);
    return solutions;
  };
  using Bags = std::vector<KnapsackInstance>;
  CHECK(solve(Knapsack{.n = 2}, Bags{{{1, 1}, 1}, {{1}, 1}}) == Tensor({2, 2}, {1, 0, 1, 0}));
  CHECK(solve(Knapsack{.n = 2, .fixed = {{1, 1}, 1}}, {}) == Tensor({2, 2}, {1, 0, 1, 0}));
  CHECK_THROWS_WITH_AS(solve(Knapsack{.n = 2}, Bags{{{1, 1}, 1}, {{1, 1}, -1}}),
                       "knapsack: instance 1: the capacity -1 is negative: not even taking nothing fits", SolverError);
  CHECK_THROWS_WITH_AS(solve(Knapsack{.n = 2}, Bags{{{1, 1}, 1}, {{1, 1, 1}, 1}}),
                       "knapsack: instance 1: 3 items for n = 2", SolverError);
  CHECK_THROWS_WITH_AS(solve(Knapsack{.n = 1}, Bags{{{0}, 1}, {{0}, 1, {KnapsackInstance::unlimited}}}),
                       doctest::Contains("instance 1: item 0 weighs nothing"), SolverError);
  CHECK_THROWS_WITH_AS(solve(Knapsack{.n = 2}, {}), doctest::Contains("instance 0: there are no weights"), SolverError);
  CHECK_THROWS_WITH_AS(solve(Knapsack{.n = 3, .fixed = {{0.3, 0.5, 0.4}, 0.8}, .max_nodes = 1}, {}),
                       doctest::Contains("the limit of 1 nodes"), SolverError);
}
