#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/solvers/core/oracle.h>
#include <cotape/solvers/tsp/tsp.h>
#include <cotape/solvers/tsp/workspace.h>

#include <doctest/doctest.h>

#include <atomic>

#include "../../instance_count.h"
#include "../../nn/allocations.h"
#include "tours.h"

using namespace cotape;

namespace {

// Costs of the k-th of many instances.
std::vector<real> costs_of(std::int64_t k, int n) {
  return made_up_costs(static_cast<int>(k % kinds_of_costs), n, Rng(1, static_cast<std::uint64_t>(k)));
}

// Of Tsp's answer; NaN when that is no tour.
double solved_cost(const Tsp& solver, std::span<const real> cost) {
  std::vector<real> solution(cost.size(), -1);
  solver.solve(cost, solution);
  const tsp::Tour tour = tour_of(solution, static_cast<int>(solver.n));
  return tour.empty() ? std::nan("") : tour_cost(cost, tour);
}

// Of branch and bound alone, from a tour that no kicks have made better.
double searched_cost(tsp::Workspace& work, std::span<const real> cost, int n) {
  work.costs.assign(cost, n);
  work.local_search.prepare(work.costs);
  work.local_search.construct(work.tour);
  return work.branch_and_bound.solve(work.costs, {}, work.tour) ? tour_cost(cost, work.tour) : std::nan("");
}

bool same(double a, double b, double rounding) { return std::abs(a - b) <= rounding; }

// Counts instances whose answer is wrong: from Tsp, from branch and bound (of at least 5 cities).
template <class Truth>
std::pair<std::int64_t, std::int64_t> count_wrong(std::int64_t count, int fewest, int most, Truth truth) {
  std::vector<Tsp> solvers;
  for (int n = 0; n <= most; ++n) solvers.push_back(Tsp{.n = n});
  std::atomic<std::int64_t> wrong = 0, wrong_search = 0;
  parallel_for(count, 50, [&](std::int64_t begin, std::int64_t end) {
    tsp::Workspace work;
    for (std::int64_t k = begin; k < end; ++k) {
      const int n = fewest + static_cast<int>(k / kinds_of_costs % (most - fewest + 1));
      const std::vector<real> cost = costs_of(k, n);
      const double best = truth(cost, n), rounding = rounding_of(cost, n);
      wrong += !same(solved_cost(solvers[static_cast<std::size_t>(n)], cost), best, rounding);
      if (n >= 5) wrong_search += !same(searched_cost(work, cost, n), best, rounding);
    }
  });
  return {wrong, wrong_search};
}

// Distances of points drawn uniformly in a square.
std::vector<real> random_points(int n, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<double> x, y;
  for (int i = 0; i < n; ++i) {
    x.push_back(draw(rng));
    y.push_back(draw(rng));
  }
  return distances_of(x, y);
}

std::vector<double> wide(const std::vector<real>& cost) { return {cost.begin(), cost.end()}; }

}  // namespace

TEST_CASE("tsp: 20,000 instances of up to 9 cities against all tours") {
  const auto [wrong, wrong_search] =
      count_wrong(instance_count(20'000), 3, 9, [](const auto& cost, int n) { return brute_force(cost, n); });
  CHECK(wrong == 0);
  CHECK(wrong_search == 0);
}

TEST_CASE("tsp: 2,000 instances of 10 to 16 cities against dynamic programming") {
  const auto [wrong, wrong_search] =
      count_wrong(instance_count(2'000), 10, 16, [](const auto& cost, int n) { return held_karp(cost, n); });
  CHECK(wrong == 0);
  CHECK(wrong_search == 0);
}

TEST_CASE("tsp: dynamic programming and branch and bound agree where each is not the one that is used") {
  tsp::Workspace work;
  for (std::int64_t k = 0; k < 24; ++k) {
    const int n = 13 + static_cast<int>(k % 4);
    const std::vector<real> cost = costs_of(k, n);
    work.costs.assign(std::span<const real>(cost), n);
    work.dynamic_programming.solve(work.costs, work.tour);
    CHECK(same(tour_cost(cost, work.tour), solved_cost(Tsp{.n = n}, cost), rounding_of(cost, n)));
  }
}

TEST_CASE("tsp: cities far from the others cost no more nodes than others do") {
  for (std::uint64_t k = 0; k < 100; ++k) {
    const int n = 20;
    const TspResult result = solve_tsp(wide(made_up_costs(11, n, Rng(2, k))), n, {.nodes = 100});
    CHECK(result.optimal);
  }
}

TEST_CASE("tsp: an odd number of cheap edges between two clusters calls for one more, and for few nodes") {
  for (std::uint64_t k = 0; k < 100; ++k) {
    const int n = 20, inside = 7;
    Rng rng(3, k);
    std::vector<double> x, y;
    for (int i = 0; i < n; ++i) {
      x.push_back(draw(rng) + (i < inside ? 100 : 0));
      y.push_back(draw(rng));
    }
    std::vector<real> cost = distances_of(x, y);
    for (const int i : {1, 3, 5}) cost[static_cast<std::size_t>(i * n + 2 * i + 5)] -= 10'000;
    const TspResult result = solve_tsp(wide(cost), n, {.nodes = 100});
    CHECK(result.optimal);
  }
}

TEST_CASE("tsp: costs of any size, and a constant added to all of them") {
  for (const int n : {9, 15}) {
    const std::vector<real> cost = random_points(n, 3);
    std::vector<real> y(cost.size()), other(cost.size());
    const Tsp solver{n};
    solver.solve(cost, y);
    for (const real factor : {real(1e-30), real(0x1p100), std::numeric_limits<real>::max()}) {
      std::vector<real> scaled = cost;
      for (real& c : scaled) c *= factor / 2;
      solver.solve(scaled, other);
      CHECK(y == other);
    }
    std::vector<real> shifted = cost;
    for (real& c : shifted) c -= 2;
    solver.solve(shifted, other);
    CHECK(y == other);
    // The diagonal has no part in it.
    shifted = cost;
    for (int i = 0; i < n; ++i) shifted[static_cast<std::size_t>(i * n + i)] = real(i % 2 ? -1e6 : 1e6);
    solver.solve(shifted, other);
    CHECK(y == other);
  }
}

TEST_CASE("tsp: the smallest and the largest numbers there are") {
  constexpr double smallest = std::numeric_limits<double>::denorm_min(), largest = std::numeric_limits<double>::max();
  // Whole numbers of denormals: the upper triangle of 6 cities, row by row.
  const double upper[] = {6, 2, 1, 4, 2, 1, 2, 3, 1, 4, 2, 1, 1, 4, 2};
  std::vector<double> cost(36), whole(36);
  for (std::size_t i = 0, k = 0; i < 6; ++i)
    for (std::size_t j = i + 1; j < 6; ++j, ++k) whole[i * 6 + j] = whole[j * 6 + i] = upper[k];
  for (std::size_t i = 0; i < 36; ++i) cost[i] = whole[i] * smallest;
  const TspResult right = solve_tsp(whole, 6), tiny = solve_tsp(cost, 6);
  CHECK(tiny.optimal);
  CHECK(tiny.tour == right.tour);
  CHECK(tiny.length == right.length * smallest);

  // Of as many cities as branch and bound takes. A tour's length is finite though that of both directions is not.
  for (const int n : {9, 15, 30}) {
    CAPTURE(n);
    std::vector<double> points = wide(random_points(n, 3));
    for (double& c : points) c = std::round(c * 0x1p20);  // so that scaled ones are the same numbers
    const TspResult expected = solve_tsp(points, n);
    for (const int exponent : {-1074, -1050, -700, 600, 1000}) {
      CAPTURE(exponent);
      std::vector<double> scaled = points;
      for (double& c : scaled) c = std::ldexp(c, exponent);
      const TspResult result = solve_tsp(scaled, n, {.seconds = 60});
      CHECK(result.optimal);
      CHECK(result.length == doctest::Approx(std::ldexp(expected.length, exponent)).epsilon(1e-12));
      CHECK(approximate_tsp(scaled, n, 100).length >= result.length * (1 - 1e-12));
    }
  }
  std::vector<double> high(36, largest / 8);
  CHECK(solve_tsp(high, 6).length == doctest::Approx(largest / 8 * 6));
  // Only what the two directions cost together counts: here next to nothing, the rest cancels.
  for (std::size_t i = 0; i < 6; ++i)
    for (std::size_t j = 0; j < i; ++j) {
      cost[i * 6 + j] = 1e-320 * whole[i * 6 + j] + 0;
      cost[j * 6 + i] = 0;
      high[i * 6 + j] = largest;
      high[j * 6 + i] = -largest;
    }
  CHECK(solve_tsp(cost, 6).tour == right.tour);
  CHECK(solve_tsp(high, 6).length == 0);
}

TEST_CASE("tsp: a limit of time is obeyed also where one node takes long") {
  const int n = 700;
  Rng rng(5);
  std::vector<double> cost(static_cast<std::size_t>(n * n));
  for (double& c : cost) c = draw(rng);
  const TspResult result = solve_tsp(cost, n, {.seconds = 0.2});
  CHECK_FALSE(result.optimal);
  CHECK(result.seconds < 10);  // the search alone would take minutes
  CHECK(result.lower_bound <= result.length);
}

TEST_CASE("tsp: traits, and settings that are refused") {
  const SolverTraits traits = Tsp{5}.traits();
  CHECK(traits.name == "tsp");
  CHECK(traits.sense == Sense::minimise);
  CHECK(traits.shape == Shape{5, 5});
  CHECK(traits.exact);
  CHECK(traits.constant_sum);
  CHECK_FALSE(traits.domain.bounded());
  CHECK_FALSE(TspLocalSearch{5}.traits().exact);
  CHECK_THROWS_WITH_AS(Tsp{2}.traits(), "tsp: n = 2 cities are outside 3 … 2000", ValueError);
  CHECK_THROWS_AS(Tsp{2001}.traits(), ValueError);
  CHECK_THROWS_WITH_AS((Tsp{.n = 5, .limits = {.nodes = 0}}.traits()), "tsp: a limit of 0 nodes is not positive",
                       ValueError);
  CHECK_THROWS_WITH_AS((Tsp{.n = 5, .limits = {.seconds = 0}}.traits()), "tsp: a limit of 0 s is not positive",
                       ValueError);
  CHECK_THROWS_AS((Tsp{.n = 5, .limits = {.seconds = std::nan("")}}.traits()), ValueError);
  CHECK_THROWS_AS(TspLocalSearch{2}.traits(), ValueError);
  CHECK_THROWS_WITH_AS((TspLocalSearch{.n = 5, .kicks = -1}.traits()), "tsp_local_search: kicks = -1 is negative",
                       ValueError);
}

TEST_CASE("tsp: a limit throws and says what was proven; it never gives a worse tour") {
  // A triangular prism, stretched: its best 1-trees are no tours.
  std::vector<double> x, y;
  for (int i = 0; i < 10; ++i)
    for (int j = 0; j < 6; ++j) {
      x.push_back(10.0 * i + (j % 3 ? 0 : 7));
      y.push_back(10.0 * j + (i % 3 ? 0 : 4));
    }
  const int n = static_cast<int>(x.size());
  const std::vector<real> cost = distances_of(x, y);
  std::vector<real> solution(cost.size());
  const TspResult best = solve_tsp(wide(cost), n);
  REQUIRE(best.optimal);
  REQUIRE(best.nodes > 1);
  CHECK(best.lower_bound == best.length);
  const Tsp limited{.n = n, .limits = {.nodes = 1}};
  const auto message_of = [&] {
    try {
      limited.solve(cost, solution);
    } catch (const SolverError& error) {
      return std::string(error.what());
    }
    return std::string("nothing was thrown");
  };
  CHECK(message_of().starts_with("stopped at its limit after 1 nodes: no tour of the 60 cities costs less than "));

  // The oracle names the solver, once.
  Oracle oracle(limited);
  const Tensor scores(Shape{1, n, n}, [&] {
    std::vector<real> negative;
    for (const real c : cost) negative.push_back(-c);
    return negative;
  }());
  Tensor solutions(scores.shape());
  CHECK_THROWS_WITH_AS(oracle.argmax(scores, solutions), doctest::Contains("tsp: instance 0: stopped at its limit"),
                       SolverError);

  const TspResult stopped = solve_tsp(wide(cost), n, {.nodes = 1});
  CHECK_FALSE(stopped.optimal);
  CHECK(stopped.nodes == 1);
  CHECK(stopped.length >= best.length - 1e-9);
  CHECK(stopped.lower_bound <= best.length + 1e-9);
  CHECK(stopped.lower_bound > 0.9 * best.length);
  CHECK_THROWS_AS((Tsp{.n = n, .limits = {.seconds = 1e-9}}.solve(cost, solution)), SolverError);
}

TEST_CASE("tsp: the report, and a tour to start with") {
  const int n = 30;
  const std::vector<double> cost = wide(random_points(n, 5));
  const TspResult result = solve_tsp(cost, n);
  CHECK(result.optimal);
  CHECK(result.nodes >= 1);
  CHECK(result.tour.size() == static_cast<std::size_t>(n));
  CHECK(result.tour[0] == 0);
  CHECK(result.tour[1] < result.tour.back());
  double length = 0;
  for (std::size_t k = 0; k < result.tour.size(); ++k)
    length += cost[static_cast<std::size_t>(result.tour[k] * n + result.tour[(k + 1) % result.tour.size()])];
  CHECK(result.length == doctest::Approx(length).epsilon(1e-12));

  const TspResult again = solve_tsp(cost, n, {}, result.tour);
  CHECK(again.tour == result.tour);
  CHECK_THROWS_WITH_AS(solve_tsp(cost, n, {}, std::vector<std::int64_t>(30, 1)),
                       "solve_tsp: the tour to start with is no permutation of 30 cities", ShapeError);
  CHECK_THROWS_AS(solve_tsp(cost, n, {}, std::vector<std::int64_t>{0, 1, 2}), ShapeError);
  CHECK_THROWS_WITH_AS(solve_tsp(cost, 29), "solve_tsp: 900 costs for 29 cities, 841 are needed", ShapeError);
  std::vector<double> broken = cost;
  broken[1] = std::nan("");
  CHECK_THROWS_WITH_AS(solve_tsp(broken, n), "tsp: cost nan of [0, 1] is not finite", ValueError);
}

TEST_CASE("tsp: the same answers for any number of threads") {
  const std::int64_t n = 16, batch = 60;
  Tensor scores(Shape{batch, n, n}), one(scores.shape()), many(scores.shape());
  Rng(9).normal(scores);
  Oracle oracle{Tsp{n}};
  {
    const ThreadLimit limit(1);
    oracle.argmax(scores, one);
  }
  const ThreadLimit limit(4);
  oracle.argmax(scores, many);
  CHECK(one == many);
}

TEST_CASE("tsp: 20,000 instances some of whose cities take no part, against all tours of the others") {
  const int n = 8;
  const Tsp solver{n};
  const TspLocalSearch search{.n = n, .kicks = 3};
  std::atomic<std::int64_t> wrong = 0;
  parallel_for(instance_count(20'000), 50, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t k = begin; k < end; ++k) {
      Rng rng(7, static_cast<std::uint64_t>(k));
      TspInstance instance{std::vector<std::uint8_t>(static_cast<std::size_t>(n), 1)};
      // The first m cities, also with no marks for the others; or any.
      std::vector<std::size_t> cities;
      const int size = 3 + static_cast<int>(k % (n - 2));
      if (k % 3 == 0) instance.cities.resize(static_cast<std::size_t>(size));
      for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i) {
        const bool part = k % 3 == 2 ? draw(rng) < 0.7 || i + 3 >= n + cities.size() : static_cast<int>(i) < size;
        if (i < instance.cities.size()) instance.cities[i] = part;
        if (part) cities.push_back(i);
      }
      const int m = static_cast<int>(cities.size());
      const std::vector<real> among = costs_of(k, m);
      std::vector<real> cost(static_cast<std::size_t>(n * n), std::numeric_limits<real>::quiet_NaN()),
          y(cost.size(), -1), mask(cost.size(), 0);
      for (std::size_t a = 0; a < cities.size(); ++a)
        for (std::size_t b = 0; b < cities.size(); ++b) cost[cities[a] * n + cities[b]] = among[a * cities.size() + b];
      solver.mask(instance, mask);
      const auto tour_among = [&]() -> tsp::Tour {
        std::vector<real> part;
        for (const std::size_t a : cities)
          for (const std::size_t b : cities) part.push_back(y[a * n + b]);
        for (std::size_t i = 0; i < y.size(); ++i)
          if (mask[i] != real(!std::isnan(cost[i])) || (mask[i] == 0 && y[i] != 0)) return {};
        return tour_of(part, m);
      };
      solver.solve(cost, instance, y);
      const tsp::Tour tour = tour_among();
      wrong += tour.empty() || !same(tour_cost(among, tour), brute_force(among, m), rounding_of(among, m));
      std::vector<real> alone(among.size());  // the very tour of the smaller problem
      Tsp{m}.solve(among, alone);
      for (std::size_t a = 0; a < cities.size(); ++a)
        for (std::size_t b = 0; b < cities.size(); ++b)
          wrong += alone[a * cities.size() + b] != y[cities[a] * n + cities[b]];
      search.solve(cost, instance, y);
      wrong += tour_among().empty();
    }
  });
  CHECK(wrong == 0);
}

TEST_CASE("tsp: instances with all cities give the bits of those without data; larger ones; what is refused") {
  for (const int n : {10, 30}) {
    const std::vector<real> cost = random_points(n, 3);
    std::vector<real> plain(cost.size()), all(cost.size()), marked(cost.size());
    const Tsp solver{n};
    solver.solve(cost, plain);
    solver.solve(cost, TspInstance{}, all);
    solver.solve(cost, TspInstance{std::vector<std::uint8_t>(static_cast<std::size_t>(n), 1)}, marked);
    CHECK(all == plain);
    CHECK(marked == plain);
  }
  // 30 of 40 cities, by branch and bound.
  const std::vector<real> few = random_points(30, 3);
  std::vector<real> many(1600, 1e30f), y(1600), expected(900);
  for (std::size_t i = 0; i < 900; ++i) many[(i / 30 + 5) * 40 + i % 30 + 5] = few[i];
  TspInstance middle{std::vector<std::uint8_t>(35, 1)};
  std::fill_n(middle.cities.begin(), 5, std::uint8_t(0));
  const Tsp solver{40};
  solver.solve(many, middle, y);
  Tsp{30}.solve(few, expected);
  for (std::size_t i = 0; i < 900; ++i) CHECK(y[(i / 30 + 5) * 40 + i % 30 + 5] == expected[i]);
  const std::int64_t before = heap_allocations();
  solver.solve(many, middle, y);
  CHECK(heap_allocations() == before);

  CHECK_THROWS_WITH_AS(solver.solve(many, TspInstance{std::vector<std::uint8_t>(41, 1)}, y), "41 marks for 40 cities",
                       SolverError);
  CHECK_THROWS_WITH_AS(solver.solve(many, TspInstance{{1, 0, 1}}, y), "a tour takes 3 cities at least, 2 take part",
                       SolverError);
  Oracle oracle{Tsp{4}};
  Tensor scores(Shape{2, 4, 4}), solutions(scores.shape());
  CHECK_THROWS_WITH_AS(
      oracle.argmax(scores, solutions, Phase::forward, std::vector<TspInstance>{{{1, 1, 1}}, {{0, 1, 0, 1}}}),
      doctest::Contains("instance 1: a tour takes 3 cities at least, 2 take part"), SolverError);
}

TEST_CASE("tsp: no memory is taken once the instances have been seen") {
  for (const int n : {10, 14, 30}) {
    const Tsp solver{n};
    std::vector<std::vector<real>> costs;
    for (std::uint64_t k = 0; k < 20; ++k) costs.push_back(random_points(n, k));
    std::vector<real> solution(costs[0].size());
    for (const auto& cost : costs) solver.solve(cost, solution);
    const std::int64_t before = heap_allocations();
    for (const auto& cost : costs) solver.solve(cost, solution);
    CHECK(heap_allocations() == before);
  }
}

TEST_CASE("tsp_local_search: tours, near the shortest, better with more kicks") {
  for (const int n : {3, 4, 5, 6, 7, 8, 50}) {
    CAPTURE(n);
    double total = 0, shortest = 0, without_kicks = 0;
    for (std::uint64_t k = 0; k < 10; ++k) {
      const std::vector<real> cost = random_points(n, 100 + k);
      std::vector<real> solution(cost.size(), -1), plain(cost.size(), -1);
      TspLocalSearch{.n = n, .kicks = 500}.solve(cost, solution);
      TspLocalSearch{.n = n, .kicks = 0}.solve(cost, plain);
      const tsp::Tour tour = tour_of(solution, n), plain_tour = tour_of(plain, n);
      REQUIRE_FALSE(tour.empty());
      REQUIRE_FALSE(plain_tour.empty());
      total += tour_cost(cost, tour);
      without_kicks += tour_cost(cost, plain_tour);
      shortest += solved_cost(Tsp{n}, cost);
    }
    CHECK(total >= shortest - 1e-5);
    CHECK(total <= 1.01 * shortest);
    CHECK(total <= without_kicks);
    CHECK(without_kicks <= 1.12 * shortest);
  }
}

TEST_CASE("tsp_local_search: a large instance, and costs of every kind") {
  const int n = 600;
  const std::vector<real> cost = random_points(n, 1);
  const TspResult result = approximate_tsp(wide(cost), n, 5000);
  CHECK_FALSE(result.optimal);
  CHECK(result.lower_bound == -std::numeric_limits<double>::infinity());
  // Shortest tours through random points of a unit square are about 0.7124 √(n A) (1 + 0.33 / n) long.
  CHECK(result.length < 1.12 * 0.7124 * std::sqrt(double(n)));
  CHECK(approximate_tsp(wide(cost), n, 5000).tour == result.tour);
  for (int kind = 0; kind < kinds_of_costs; ++kind) {
    const std::vector<real> costs = made_up_costs(kind, 40, Rng(4));
    std::vector<real> solution(costs.size(), -1);
    TspLocalSearch{.n = 40, .kicks = 100}.solve(costs, solution);
    CHECK_FALSE(tour_of(solution, 40).empty());
  }
}
