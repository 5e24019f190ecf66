#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/engine/base/random.h>
#include <cotape/solvers/assignment/assignment.h>
#include <cotape/solvers/core/oracle.h>
#include <cotape/solvers/ilp/ilp.h>
#include <cotape/solvers/knapsack/knapsack.h>
#include <cotape/solvers/layer/rule_layer.h>
#include <cotape/solvers/losses/nonnegative_least_squares.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cmath>

#include "../../instance_count.h"
#include "../all_rules.h"
#include "../rule_runs.h"

using namespace cotape;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// Whole numbers that are uniform in low … high.
class Draw {
 public:
  explicit Draw(std::uint64_t stream) : rng_(11, stream) {}
  int operator()(int low, int high) {
    return low + std::min(high - low, static_cast<int>(static_cast<double>(rng_.uniform()) * (high - low + 1)));
  }

 private:
  Rng rng_;
};

struct Problem {
  std::vector<IlpVariable> variables;
  std::vector<IlpRow> rows;
  std::vector<double> costs;

  IlpInstance instance() const { return {variables, rows}; }
  double largest_sum() const {  // of costs times values, to judge rounding by
    double sum = 0;
    for (std::size_t j = 0; j < costs.size(); ++j)
      sum += std::abs(costs[j]) * (1 + std::max(std::abs(variables[j].lower), std::abs(variables[j].upper)));
    return sum;
  }
};

// The k-th of many small problems: whole or broken factors, ≤, ≥, =, ranges and empty rows; costs of eight kinds.
Problem small_problem(std::uint64_t k) {
  Draw draw(k);
  Problem p;
  const int n = draw(1, 5), m = draw(0, 3);
  std::vector<double> inside;  // values within the bounds, which most rows leave possible
  for (int j = 0; j < n; ++j) {
    const int low = draw(-2, 1), width = draw(0, 3);
    p.variables.push_back({double(low), low + width + (k % 7 == 0 ? 0.5 : 0), true});
    inside.push_back(draw(low, low + width));
  }
  for (int i = 0; i < m; ++i) {
    IlpRow row;
    double at = 0;
    for (int j = 0; j < n; ++j) {
      if (draw(0, 3) == 0) continue;
      const double factor = k % 5 == 4 ? draw(-50, 50) / 8.0 : draw(-4, 4);
      row.terms.push_back({j, factor});
      at += factor * inside[static_cast<std::size_t>(j)];
    }
    const double bound = at + draw(k % 3 == 0 ? -4 : 0, 2);
    const int kind = draw(0, 4);
    if (kind != 1) row.upper = bound;
    if (kind == 1) row.lower = bound - 2;
    if (kind == 2) row.lower = bound - 3;
    if (kind == 3) row.lower = row.upper = at;
    p.rows.push_back(row);
  }
  const double scales[] = {0, 1, -1, 1, 1e30, 1e-30, 1e-3, 1};
  for (int j = 0; j < n; ++j) {
    double c = k % 8 == 1 ? 1 : k % 8 == 2 ? draw(0, 4) : k % 8 == 6 ? draw(-1000, 1000) : draw(-3, 3);
    if (k % 8 == 7) c *= std::pow(10.0, draw(-6, 0));
    p.costs.push_back(c * scales[k % 8]);
  }
  return p;
}

bool satisfies(const Problem& p, std::span<const double> x, double slack) {
  for (std::size_t j = 0; j < x.size(); ++j)
    if (x[j] < p.variables[j].lower - slack || x[j] > p.variables[j].upper + slack) return false;
  for (const IlpRow& row : p.rows) {
    double sum = 0;
    for (const auto& [variable, factor] : row.terms) sum += factor * x[static_cast<std::size_t>(variable)];
    if (sum < row.lower - slack || sum > row.upper + slack) return false;
  }
  return true;
}

double value_of(const Problem& p, std::span<const double> x) {
  double sum = 0;
  for (std::size_t j = 0; j < x.size(); ++j) sum += p.costs[j] * x[j];
  return sum;
}

// Calls f(x) for all whole values of the first `count` variables within their bounds; the others stay 0.
template <class F>
void for_all_values(const Problem& p, std::size_t count, F f) {
  std::vector<double> x(p.costs.size());
  for (std::size_t j = 0; j < count; ++j) x[j] = p.variables[j].lower;
  for (;;) {
    f(x);
    std::size_t j = 0;
    while (j < count && ++x[j] > p.variables[j].upper) {
      x[j] = p.variables[j].lower;
      ++j;
    }
    if (j == count) return;
  }
}

double brute_force(const Problem& p) {
  double best = infinity;
  for_all_values(p, p.costs.size(), [&](const std::vector<double>& x) {
    if (satisfies(p, x, 1e-9)) best = std::min(best, value_of(p, x));
  });
  return best;
}

// Continuous variables, some without bounds; a row for each of which there are values.
Problem continuous_problem(std::uint64_t k) {
  Draw draw(k);
  Problem p;
  const int n = draw(1, 8), m = draw(1, 6);
  std::vector<double> inside;
  for (int j = 0; j < n; ++j) {
    const double low = draw(-8, 4) / 4.0;
    p.variables.push_back({k % 4 == 0 && j % 3 == 0 ? -infinity : low, low + draw(0, 12) / 4.0, false});
    inside.push_back(low);
    p.costs.push_back(k % 5 == 0 ? draw(-1, 1) : draw(-64, 64) / 16.0);
  }
  for (int i = 0; i < m; ++i) {
    IlpRow row;
    double at = 0;
    for (int j = 0; j < n; ++j) {
      row.terms.push_back({j, draw(-32, 32) / 8.0});
      at += row.terms.back().factor * inside[static_cast<std::size_t>(j)];
    }
    const int kind = draw(0, 3);
    if (kind != 1) row.upper = at + draw(0, 8) / 4.0;
    if (kind == 1 || kind == 2) row.lower = at - draw(0, 8) / 4.0;
    if (kind == 3) row.lower = row.upper = at;
    p.rows.push_back(row);
  }
  return p;
}

// What proves that the values of a minimum without integers are best: prices of the costs that push against bounds that
// hold. Returns what is wrong.
std::string flaw_of(const Problem& p, const IlpResult& result) {
  constexpr double tolerance = 1e-7;
  if (!satisfies(p, result.values, tolerance)) return "a constraint is missed";
  const auto pushes_against = [&](double price, double at, double lower, double upper) {
    return std::abs(price) <= tolerance || (price > 0 ? at - lower <= tolerance : upper - at <= tolerance);
  };
  std::vector<double> priced = result.reduced_costs;
  for (std::size_t i = 0; i < p.rows.size(); ++i) {
    double at = 0;
    for (const auto& [variable, factor] : p.rows[i].terms) {
      priced[static_cast<std::size_t>(variable)] += result.duals[i] * factor;
      at += factor * result.values[static_cast<std::size_t>(variable)];
    }
    if (!pushes_against(result.duals[i], at, p.rows[i].lower, p.rows[i].upper)) return "the dual of a row";
  }
  for (std::size_t j = 0; j < priced.size(); ++j) {
    if (std::abs(priced[j] - p.costs[j]) > tolerance) return "prices are not the costs";
    if (!pushes_against(result.reduced_costs[j], result.values[j], p.variables[j].lower, p.variables[j].upper))
      return "a reduced cost";
  }
  return "";
}

std::string error_of(const Problem& p) {
  try {
    solve_ilp(p.instance(), p.costs);
  } catch (const SolverError& error) {
    return error.what();
  }
  return "";
}

// 0/1 variables of which at most `capacity` weight is taken.
IlpInstance bag(const std::vector<double>& weights, double capacity) {
  IlpRow row{.upper = capacity};
  for (const double w : weights) row.terms.push_back({std::ssize(row.terms), w});
  return {std::vector<IlpVariable>(weights.size(), {0, 1}), {row}};
}

// Market split (G. Cornuéjols, M. Dawande, 1999): equations that relaxations say nothing about.
Problem market_split(int n, int m) {
  Draw draw(1);
  Problem p;
  p.variables.assign(static_cast<std::size_t>(n), {0, 1});
  for (int j = 0; j < n; ++j) p.costs.push_back(draw(1, 9));
  for (int i = 0; i < m; ++i) {
    IlpRow row;
    int sum = 0;
    for (int j = 0; j < n; ++j) {
      const int factor = draw(0, 99);
      row.terms.push_back({j, double(factor)});
      sum += factor;
    }
    row.lower = row.upper = sum / 2;
    p.rows.push_back(row);
  }
  return p;
}

// The k-th of many puzzles: which of 14 numbers make three sums, whose relaxation says next to nothing, at least cost;
// among 60 rows, most of which keep nothing out.
Problem puzzle(std::uint64_t k) {
  Draw draw(k);
  Problem p;
  p.variables.assign(14, {0, 1});
  std::vector<int> answer;
  for (int j = 0; j < 14; ++j) {
    answer.push_back(draw(0, 1));
    p.costs.push_back(draw(-9, 9));
  }
  for (int i = 0; i < 60; ++i) {
    IlpRow row;
    double sum = 0;
    for (int j = 0; j < 14; ++j) {
      const double factor = draw(0, 19);
      row.terms.push_back({j, factor});
      sum += factor * (i < 3 ? answer[static_cast<std::size_t>(j)] : 1);
    }
    row.upper = sum;
    if (i < 3) row.lower = sum;
    p.rows.push_back(row);
  }
  return p;
}

}  // namespace

TEST_CASE("ilp: 20 puzzles with many rows, which get more cuts and are branched otherwise, against all values") {
  const std::int64_t count = instance_count(20);
  std::int64_t branched = 0;
  for (std::int64_t k = 0; k < count; ++k) {
    CAPTURE(k);
    const Problem p = puzzle(static_cast<std::uint64_t>(k));
    const IlpResult result = solve_ilp(p.instance(), p.costs);
    CHECK(result.optimal);
    CHECK(result.objective == brute_force(p));
    CHECK(satisfies(p, result.values, 1e-9));
    branched += result.nodes > 1;
  }
  CHECK(branched > 0);
}

TEST_CASE("ilp: 20,000 small instances against all values") {
  std::atomic<std::int64_t> worse = 0, broken = 0, infeasible = 0, missed = 0;
  const std::int64_t count = instance_count(20'000);
  parallel_for(count, 50, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t k = begin; k < end; ++k) {
      const Problem p = small_problem(static_cast<std::uint64_t>(k));
      const double best = brute_force(p);
      try {
        const IlpResult result = solve_ilp(p.instance(), p.costs);
        worse += !result.optimal || !(std::abs(result.objective - best) <= 1e-9 * p.largest_sum());
        broken += !satisfies(p, result.values, 1e-9);
        for (const double x : result.values) broken += x != std::round(x);
      } catch (const SolverError& error) {
        ++infeasible;
        missed += best < infinity || !std::string(error.what()).starts_with("no values satisfy all ");
      }
    }
  });
  CHECK(worse == 0);
  CHECK(broken == 0);
  CHECK(missed == 0);
  CHECK(infeasible > count / 20);
  CHECK(infeasible < count / 2);
}

TEST_CASE("ilp: 1,000 continuous instances, proven by their duals and reduced costs, and turned round to maximise") {
  std::int64_t solved = 0;
  for (std::uint64_t k = 0; k < 1'000; ++k) {
    CAPTURE(k);
    Problem p = continuous_problem(k);
    const std::string error = error_of(p);
    if (!error.empty()) {  // there are values, so nothing else can be wrong
      CHECK(error == "the objective is unbounded: whatever the values, there are better ones");
      // Some direction without end: with bounds far away the optimum is far away.
      for (IlpVariable& x : p.variables) x.lower = std::max(x.lower, -1e7);
      CHECK(solve_ilp(p.instance(), p.costs).objective < -1e5);
      continue;
    }
    ++solved;
    const IlpResult result = solve_ilp(p.instance(), p.costs);
    CHECK(flaw_of(p, result) == "");
    CHECK(result.bound == result.objective);
    std::vector<double> gains;
    for (const double c : p.costs) gains.push_back(-c);
    const IlpResult most = solve_ilp(p.instance(), gains, Sense::maximise);
    CHECK(most.values == result.values);
    for (std::size_t i = 0; i < most.duals.size(); ++i) CHECK(most.duals[i] == -result.duals[i]);
  }
  CHECK(solved > 800);
}

TEST_CASE("ilp: 100 instances with integers and others, against all values of the integers") {
  for (std::uint64_t k = 0; k < 100; ++k) {
    CAPTURE(k);
    Problem p = continuous_problem(4 * k + 1);
    const std::size_t integers = std::min<std::size_t>(p.costs.size(), 2);
    for (std::size_t j = 0; j < integers; ++j) p.variables[j] = {-1, 2, true};
    double best = infinity;
    for_all_values(p, integers, [&](const std::vector<double>& x) {
      Problem fixed = p;
      for (std::size_t j = 0; j < integers; ++j) fixed.variables[j] = {x[j], x[j], false};
      if (const std::string error = error_of(fixed); error.empty())
        best = std::min(best, solve_ilp(fixed.instance(), fixed.costs).objective);
    });
    const std::string error = error_of(p);
    CHECK(error.empty() == (best < infinity));
    if (!error.empty()) continue;
    const IlpResult result = solve_ilp(p.instance(), p.costs);
    CHECK(std::abs(result.objective - best) <= 1e-8 * p.largest_sum());
    CHECK(satisfies(p, result.values, 1e-7));
    CHECK(result.duals.empty());
    CHECK(result.reduced_costs.empty());
  }
}

TEST_CASE("ilp: knapsacks and assignments are worth what their own solvers find") {
  for (std::uint64_t k = 0; k < 100; ++k) {
    Draw draw(k);
    const int n = draw(1, 20), rows = draw(1, 4), columns = draw(rows, 5);
    std::vector<double> weights;
    std::vector<real> values, own(static_cast<std::size_t>(n)), taken(own);
    for (int j = 0; j < n; ++j) {
      weights.push_back(draw(0, 12));
      values.push_back(real(draw(-2, 20)));
    }
    const double capacity = draw(0, 60);
    Knapsack{.n = n}.solve(values, {weights, capacity}, own);
    Ilp{.n = n, .sense = Sense::maximise}.solve(values, bag(weights, capacity), taken);
    const auto worth = [](const std::vector<real>& a, const std::vector<real>& y) {
      real sum = 0;
      for (std::size_t j = 0; j < a.size(); ++j) sum += a[j] * y[j];
      return sum;
    };
    CHECK(worth(values, own) == worth(values, taken));

    // Each row has one column, no column two rows.
    std::vector<IlpRow> once(static_cast<std::size_t>(rows + columns));
    std::vector<real> costs;
    for (int i = 0; i < rows; ++i)
      for (int j = 0; j < columns; ++j) {
        once[static_cast<std::size_t>(i)].terms.push_back({i * columns + j, 1});
        once[static_cast<std::size_t>(rows + j)].terms.push_back({i * columns + j, 1});
        costs.push_back(real(draw(-9, 9)));
      }
    for (int i = 0; i < rows + columns; ++i) once[static_cast<std::size_t>(i)].upper = 1;
    for (int i = 0; i < rows; ++i) once[static_cast<std::size_t>(i)].lower = 1;
    std::vector<real> pairs(costs.size()), chosen(costs.size());
    Assignment{.rows = rows, .columns = columns}.solve(costs, pairs);
    const IlpInstance matching(std::vector<IlpVariable>(costs.size(), {0, 1}), once);
    Ilp{.n = std::ssize(costs)}.solve(costs, matching, chosen);
    CHECK(worth(costs, pairs) == worth(costs, chosen));
  }
}

TEST_CASE("ilp: what cannot be solved is said, with the number of the instance") {
  const auto solve = [](const std::vector<IlpVariable>& variables, const std::vector<IlpRow>& rows,
                        std::vector<double> costs) {
    return error_of({variables, rows, std::move(costs)});
  };
  const std::string none = "no values satisfy all 1 constraints and the bounds of the variables";
  const std::string unbounded = "the objective is unbounded: whatever the values, there are better ones";
  for (const bool integer : {false, true}) {
    CHECK(solve({{0, 1, integer}}, {{{{0, 1}}, 2}}, {1}) == none);
    CHECK(solve({{1, 0, integer}}, {{}}, {0}) == none);
    CHECK(solve({{0, 1, integer}}, {{{}, 1}}, {0}) == none);
    CHECK(solve({{0, 1, integer}}, {{{{0, 1}}, 1, 0}}, {0}) == none);
    CHECK(solve({{0, infinity, integer}}, {}, {-1}) == unbounded);
    CHECK(solve({{0, infinity, integer}}, {{{{0, 1}}, 2}}, {-1}) == unbounded);
    // Unbounded were it not for another row.
    CHECK(solve({{0, infinity, integer}, {0, 1, integer}}, {{{{1, 1}}, 2}}, {-1, 0}) == none);
  }
  CHECK(solve({{0.25, 0.75}}, {{}}, {0}) == none);  // no whole number
  CHECK(solve({{0, 9}, {0, 9}}, {{{{0, 2}, {1, 2}}, 3, 3}}, {1, 1}) == none);

  Oracle oracle{Ilp{.n = 2}};
  Tensor scores(Shape{3, 2}, 1), solutions(scores.shape());
  std::vector<IlpInstance> data(3, bag({1, 1}, 1));
  oracle.argmax(scores, solutions, Phase::forward, data);
  data[1] = bag({1, 1}, -1);
  CHECK_THROWS_WITH_AS(oracle.argmax(scores, solutions, Phase::forward, data),
                       doctest::Contains(("ilp: instance 1: " + none).c_str()), SolverError);
  data[1] = bag({1, 1, 1}, 1);
  CHECK_THROWS_WITH_AS(oracle.argmax(scores, solutions, Phase::forward, data),
                       doctest::Contains("ilp: instance 1: 3 variables for n = 2"), SolverError);
  std::vector<real> y(2);
  CHECK_THROWS_WITH_AS((Ilp{.n = 2}.solve(std::vector<real>{1, 2}, y)),
                       "there are no variables: give instance data, or `fixed`", SolverError);
}

TEST_CASE("ilp: limits throw and say what was proven") {
  const Problem p = market_split(30, 4);
  const IlpResult stopped = solve_ilp(p.instance(), p.costs, Sense::minimise, {.nodes = 5});
  CHECK_FALSE(stopped.optimal);
  CHECK(stopped.nodes >= 5);
  CHECK(stopped.nodes < 100);
  CHECK(stopped.bound > 0);
  const std::vector<real> costs(p.costs.begin(), p.costs.end());
  std::vector<real> y(costs.size());
  const auto message_of = [&](const IlpLimits& limits) {
    try {
      Ilp{.n = std::ssize(costs), .fixed = p.instance(), .limits = limits}.solve(costs, y);
    } catch (const SolverError& error) {
      return std::string(error.what());
    }
    return std::string("nothing was thrown");
  };
  for (const IlpLimits& limits : {IlpLimits{.nodes = 5}, IlpLimits{.seconds = 0.01}}) {
    CHECK(message_of(limits).starts_with("stopped at its limit after "));
    CHECK(message_of(limits).find(" nodes: no solution costs less than ") != std::string::npos);
  }
}

TEST_CASE("ilp: settings and data that are refused") {
  const SolverTraits traits = Ilp{.n = 3, .sense = Sense::maximise}.traits();
  CHECK(traits.name == "ilp");
  CHECK(traits.sense == Sense::maximise);
  CHECK(traits.shape == Shape{3});
  CHECK(traits.exact);
  CHECK_FALSE(traits.constant_sum);
  CHECK_THROWS_WITH_AS(Ilp{.n = 0}.traits(), "ilp: n = 0 is not positive", ValueError);
  CHECK_THROWS_WITH_AS((Ilp{.n = 1, .fixed = bag({1, 1}, 1)}.traits()), "ilp: 2 fixed variables for n = 1", ValueError);
  CHECK_THROWS_WITH_AS((Ilp{.limits = {.nodes = 0}}.traits()), "ilp: a limit of 0 nodes is not positive", ValueError);
  CHECK_THROWS_WITH_AS((Ilp{.limits = {.seconds = std::nan("")}}.traits()), "ilp: a limit of nan s is not positive",
                       ValueError);
  const auto make = [](const std::vector<IlpVariable>& variables, const std::vector<IlpRow>& rows) {
    return IlpInstance(variables, rows);
  };
  CHECK_THROWS_WITH_AS(make({{0, 1}, {std::nan(""), 1}}, {}), "ilp: a bound of variable 1 is not a number", ValueError);
  CHECK_THROWS_WITH_AS(make({{0, 1}}, {{}, {{}, infinity}}),
                       "ilp: the bounds inf … inf of row 1 leave no finite number", ValueError);
  CHECK_THROWS_WITH_AS(make({{0, 1}}, {{{{1, 1}}}}), "ilp: row 0 names variable 1 of 1", ValueError);
  CHECK_THROWS_WITH_AS(make({{0, 1}}, {{{{-1, 1}}}}), "ilp: row 0 names variable -1 of 1", ValueError);
  CHECK_THROWS_WITH_AS(make({{0, 1}}, {{{{0, infinity}}}}), "ilp: row 0 has the factor inf at variable 0", ValueError);
  CHECK_THROWS_WITH_AS(make({{0, 1}}, {{{{0, 1e308}, {0, 1e308}}}}),
                       "ilp: row 0 has factors at variable 0 whose sum is not finite", ValueError);
  CHECK_THROWS_WITH_AS(solve_ilp(bag({1, 1}, 1), std::vector<double>{1}), "solve_ilp: 1 costs for 2 variables",
                       ShapeError);
  CHECK_THROWS_WITH_AS(solve_ilp(bag({1, 1}, 1), std::vector<double>{1, infinity}),
                       "solve_ilp: cost inf of variable 1 is not finite", ValueError);
  CHECK_THROWS_WITH_AS(solve_ilp({}, {}), "solve_ilp: there are no variables", SolverError);

  const IlpInstance sums({{0.5, 2.5}, {-infinity, 1e20, false}}, {{{{1, 2}, {0, 1}, {1, -2}, {0, 4}}, -1e20, 7}});
  CHECK(sums.lower()[0] == 1);
  CHECK(sums.upper()[0] == 2);
  CHECK(sums.upper()[1] == infinity);
  CHECK(sums.row_lower()[0] == -infinity);
  REQUIRE(sums.factors().size() == 1);
  CHECK(sums.factors()[0] == 5);
  CHECK(sums.first_factor()[2] == 1);
  CHECK(sums.has_integers());
  CHECK_FALSE(sums.integer(1));
}

TEST_CASE("ilp oracle: one, two and three threads, in any order, give the same bits") {
  const std::int64_t batch = 60, n = 12;
  std::vector<IlpInstance> data;
  std::vector<std::int64_t> backwards;
  for (std::int64_t b = 0; b < batch; ++b) {
    Draw draw(static_cast<std::uint64_t>(b));
    std::vector<IlpVariable> variables(static_cast<std::size_t>(n - b % 3), {0, 3, b % 4 != 0});
    std::vector<IlpRow> rows(4);
    for (IlpRow& row : rows) {
      for (std::size_t j = 0; j < variables.size(); ++j)
        row.terms.push_back({static_cast<std::int64_t>(j), double(draw(1, 30))});
      row.upper = 100;
    }
    data.emplace_back(variables, rows);
    backwards.push_back(batch - 1 - b);
  }
  const Tensor scores = standard_normal({batch, n}, 3);
  Tensor one(scores.shape());
  Oracle oracle{Ilp{.n = n, .sense = Sense::maximise}};
  {
    const ThreadLimit limit(1);
    oracle.argmax(scores, one, Phase::forward, data);
  }
  Tensor turned(scores.shape()), found(scores.shape());
  for (std::int64_t b = 0; b < batch; ++b) std::copy_n(scores.data() + b * n, n, turned.data() + (batch - 1 - b) * n);
  for (const int threads : {2, 3}) {
    const ThreadLimit limit(threads);
    oracle.argmax(scores, found, Phase::forward, data);
    CHECK(found == one);
    oracle.argmax(turned, found, Phase::forward, Instances(data).select(backwards));
    for (std::int64_t b = 0; b < batch; ++b)
      CHECK(std::equal(found.data() + b * n, found.data() + (b + 1) * n, one.data() + (batch - 1 - b) * n));
  }
}

TEST_CASE("ilp: every rule, with fixed constraints and with those of each instance, whose padding takes no part") {
  const std::int64_t batch = 6, n = 4;
  std::vector<IlpInstance> data;
  for (std::int64_t b = 0; b < batch; ++b)
    data.push_back(b % 2 ? IlpInstance({{0, 1}, {0, 2}, {-1, 1, false}}, {{{{0, 1}, {1, 1}, {2, 1}}, -1, 1.5}})
                         : bag({3, 1, 2, 2}, 4 + double(b)));
  const Tensor theta = standard_normal({batch, n}, 5);
  const Ilp solver{.n = n, .fixed = bag({3, 1, 2, 2}, 4), .sense = Sense::maximise};
  for_each_rule(solver, [&](const NamedRule& rule) {
    if (rule.has("lpgd-rho")) return;  // variables are other whole numbers than 0 and 1, and no whole numbers
    const auto run = [&](int threads, const Instances& given) {
      const ThreadLimit limit(threads);
      Tape tape;
      Rng rng(1);
      const Var x = tape.variable(theta);
      const Var y = RuleLayer(solver, rule.clone())(x, given, rng).all();
      tape.backward(y, standard_normal(y.shape(), 2));
      return RuleRun{y.value(), x.gradient()};
    };
    for (const Instances& given : {Instances(), Instances(data)}) {
      const RuleRun one = run(1, given), two = run(2, given);
      CHECK(one.y == two.y);
      CHECK(one.gradient == two.gradient);
      CHECK(one.gradient.finite());
      CHECK(one.gradient != Tensor(theta.shape()));
      for (std::int64_t b = 1; given.given() && b < batch; b += 2) CHECK(one.gradient.at({b, n - 1}) == 0);
    }
  });
}

TEST_CASE("ilp: normals are those of the rows and bounds that the values reach") {
  // x, y, z with x + 2y ≤ 4, x − z ≥ −1 (not reached), y + z = 3, 0 ≤ x ≤ 2, y and z whole and ≥ 1.
  const IlpInstance instance({{0, 2, false}, {1}, {1}}, {{.terms = {{0, 1}, {1, 2}}, .upper = 4},
                                                         {.terms = {{0, 1}, {2, -1}}, .lower = -1},
                                                         {.terms = {{1, 1}, {2, 1}}, .lower = 3, .upper = 3}});
  const Solver solver = Ilp{.n = 4, .fixed = instance, .sense = Sense::maximise};
  std::vector<real> y(4);
  solver.solve(std::vector<real>{3, 1, 2, 0}, y);
  CHECK(y == std::vector<real>{2, 1, 2, 0});
  Normals normals;
  solver.normals(y, normals);
  std::vector<std::vector<double>> found;
  for (std::int64_t j = 0; j < normals.count(); ++j) {
    std::vector<double> normal = {normals.is_equation(j) ? 1.0 : 0.0, 0, 0, 0, 0};
    for (const Normals::Term& term : normals.terms(j)) normal[static_cast<std::size_t>(term.entry + 1)] = term.factor;
    found.push_back(normal);
  }
  CHECK(found == std::vector<std::vector<double>>{{0, 1, 2, 0, 0}, {1, 0, 1, 1, 0}, {0, 1, 0, 0, 0}, {0, 0, -1, 0, 0}});

  // The duals of a linear program are weights of its normals that make the costs.
  Draw draw(5);
  std::int64_t solved = 0;
  for (std::uint64_t k = 0; k < 400; ++k) {
    Problem p = small_problem(k);
    for (IlpVariable& variable : p.variables) variable.integer = false;
    IlpResult result;
    try {
      result = solve_ilp(p.instance(), p.costs);
    } catch (const SolverError&) {
      continue;
    }
    ++solved;
    const std::vector<real> values(result.values.begin(), result.values.end());
    Solver(Ilp{.n = p.instance().variables(), .fixed = p.instance()}).normals(values, normals);
    std::vector<double> score;
    for (const double cost : p.costs) score.push_back(-cost);
    NonNegativeLeastSquares nearest;
    nearest.solve(score, normals);
    for (std::size_t j = 0; j < score.size(); ++j)
      CHECK(std::abs(nearest.fit()[j] - score[j]) <= 1e-7 * p.largest_sum());
  }
  CHECK(solved > 100);
}
