#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include <cotape/engine/base/error.h>
#include <cotape/engine/ops.h>
#include <cotape/solvers/linear/linear_program.h>

#include "../../check_gradients.h"
#include "../../solve_system.h"

using namespace cotape;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

using Numbers = std::vector<double>;

struct Problem {
  std::vector<IlpVariable> variables;
  std::vector<IlpRow> rows;
  Numbers costs;
  Sense sense = Sense::minimise;

  IlpInstance instance() const { return {variables, rows}; }
  IlpResult solved() const { return solve_ilp(instance(), costs, sense); }
  double sign() const { return sense == Sense::minimise ? 1 : -1; }
};

double uniform(Rng& rng, double low, double high) { return low + (high - low) * static_cast<double>(rng.uniform()); }

// Programs that have a solution: rows that hold at a point within the bounds, of all kinds. All factors are there.
Problem random_problem(std::uint64_t seed) {
  Rng rng(seed);
  Problem p;
  p.sense = seed % 2 == 0 ? Sense::minimise : Sense::maximise;
  const auto n = 2 + rng.below(2), rows = 1 + rng.below(3);
  Numbers inside;
  for (std::int64_t j = 0; j < n; ++j) {
    const double lower = uniform(rng, -1, 0);
    p.variables.push_back({lower, lower + uniform(rng, 1, 3), false});
    inside.push_back(lower + uniform(rng, 0.2, 0.8));
    p.costs.push_back(uniform(rng, -2, 2));
  }
  for (std::int64_t i = 0; i < rows; ++i) {
    IlpRow row;
    double at = 0;
    for (std::int64_t j = 0; j < n; ++j) {
      row.terms.push_back({j, uniform(rng, -2, 2)});
      at += row.terms.back().factor * inside[static_cast<std::size_t>(j)];
    }
    const auto kind = i == 0 ? rng.below(4) : rng.below(3);  // one equation at most
    if (kind == 0 || kind == 2) row.upper = at + uniform(rng, 0.1, 0.5);
    if (kind == 1 || kind == 2) row.lower = at - uniform(rng, 0.1, 0.5);
    if (kind == 3) row.lower = row.upper = at;
    p.rows.push_back(row);
  }
  return p;
}

// A hyperplane that a constraint may hold its values on.
struct Border {
  Numbers normal;
  double value;
};

std::vector<Border> borders(const Problem& p) {
  std::vector<Border> all;
  const auto add = [&](const Numbers& normal, double lower, double upper) {
    if (std::isfinite(lower)) all.push_back({normal, lower});
    if (std::isfinite(upper) && upper != lower) all.push_back({normal, upper});
  };
  for (const IlpRow& row : p.rows) {
    Numbers normal(p.costs.size(), 0.0);
    for (const auto& [variable, factor] : row.terms) normal[static_cast<std::size_t>(variable)] += factor;
    add(normal, row.lower, row.upper);
  }
  for (std::size_t j = 0; j < p.costs.size(); ++j) {
    Numbers normal(p.costs.size(), 0.0);
    normal[j] = 1;
    add(normal, p.variables[j].lower, p.variables[j].upper);
  }
  return all;
}

bool satisfies(const Problem& p, const Numbers& x) {
  constexpr double slack = 1e-9;
  for (std::size_t j = 0; j < x.size(); ++j)
    if (x[j] < p.variables[j].lower - slack || x[j] > p.variables[j].upper + slack) return false;
  for (const IlpRow& row : p.rows) {
    double at = 0;
    for (const auto& [variable, factor] : row.terms) at += factor * x[static_cast<std::size_t>(variable)];
    if (at < row.lower - slack || at > row.upper + slack) return false;
  }
  return true;
}

// argmin sign·⟨cost, x⟩ + ρ/2·‖x − center‖²: of each set of borders the best point on all of them, if it satisfies the
// others; the best of all. Without ρ these are the corners.
Numbers best_by_borders(const Problem& p, const Numbers& cost, const Numbers& center, double rho) {
  const std::size_t n = cost.size();
  const std::vector<Border> all = borders(p);
  double least = infinity;
  Numbers best;
  for (std::uint64_t subset = 0; subset < std::uint64_t{1} << all.size(); ++subset) {
    std::vector<std::size_t> on;
    for (std::size_t k = 0; k < all.size(); ++k)
      if (subset >> k & 1) on.push_back(k);
    if (on.size() > n || (rho == 0 && on.size() < n)) continue;
    // ρ(x − center) + sign·cost = Σ multiplier·normal, ⟨normal, x⟩ = value
    const std::size_t first = rho > 0 ? n : 0, size = first + on.size();
    std::vector<Numbers> a(size, Numbers(size, 0.0));
    Numbers b(size, 0.0);
    for (std::size_t j = 0; j < first; ++j) {
      a[j][j] = rho;
      b[j] = rho * center[j] - p.sign() * cost[j];
    }
    for (std::size_t k = 0; k < on.size(); ++k) {
      for (std::size_t j = 0; j < n; ++j) {
        a[first + k][j] = all[on[k]].normal[j];
        if (rho > 0) a[j][first + k] = -all[on[k]].normal[j];
      }
      b[first + k] = all[on[k]].value;
    }
    auto x = solve_system(a, b);
    if (!x) continue;
    x->resize(n);
    if (!satisfies(p, *x)) continue;
    double value = 0;
    for (std::size_t j = 0; j < n; ++j)
      value += p.sign() * cost[j] * (*x)[j] + rho / 2 * ((*x)[j] - center[j]) * ((*x)[j] - center[j]);
    if (value < least) {
      least = value;
      best = *x;
    }
  }
  return best;
}

double product(const Numbers& a, const Numbers& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

double apart(const Numbers& a, const Numbers& b) {
  double most = 0;
  for (std::size_t i = 0; i < a.size(); ++i) most = std::max(most, std::abs(a[i] - b[i]));
  return most;
}

// How far numbers (a gradient) and the slope of f(problem) along each number of a problem lie apart, and how many
// slopes there were. Where f has a kink nothing is compared.
struct Slopes {
  double worst = 0;
  std::int64_t compared = 0, kinks = 0;
};
template <class F>
void compare_slopes(const Problem& problem, const LpGradients& gradients, F f, Slopes& to) {
  constexpr double h = 1e-4;
  Problem p = problem;
  const double here = f(p);
  const auto compare = [&](std::initializer_list<double*> numbers, double gradient) {
    const auto at = [&](double step) {
      for (double* number : numbers) *number += step;
      const double value = f(p);
      for (double* number : numbers) *number -= step;
      return value;
    };
    const double up = (at(h) - here) / h, down = (here - at(-h)) / h;
    if (std::abs(up - down) > 0.01) {
      ++to.kinks;
      return;
    }
    ++to.compared;
    to.worst = std::max(to.worst, std::abs((up + down) / 2 - gradient) / (1 + std::abs(gradient)));
  };
  const IlpInstance instance = problem.instance();
  for (std::size_t j = 0; j < p.costs.size(); ++j) {
    compare({&p.costs[j]}, gradients.costs[j]);
    compare({&p.variables[j].lower}, gradients.lower[j]);
    compare({&p.variables[j].upper}, gradients.upper[j]);
    for (int k = instance.first_factor()[j]; k < instance.first_factor()[j + 1]; ++k)
      compare({&p.rows[instance.row_of_factor()[k]].terms[j].factor}, gradients.factors[k]);
  }
  for (std::size_t i = 0; i < p.rows.size(); ++i) {
    IlpRow& row = p.rows[i];
    if (row.lower == row.upper) {
      compare({&row.lower, &row.upper}, gradients.row_lower[i] + gradients.row_upper[i]);
      continue;
    }
    if (std::isfinite(row.lower)) compare({&row.lower}, gradients.row_lower[i]);
    if (std::isfinite(row.upper)) compare({&row.upper}, gradients.row_upper[i]);
  }
}

Numbers random_direction(std::size_t n, std::uint64_t seed) {
  Rng rng(seed + 5000);
  Numbers out;
  for (std::size_t j = 0; j < n; ++j) out.push_back(uniform(rng, -1, 1));
  return out;
}

}  // namespace

TEST_CASE("value_gradients: differences of the best value, along every number of a program") {
  Slopes slopes;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const Problem p = random_problem(seed);
    compare_slopes(
        p, value_gradients(p.instance(), p.solved(), p.sense),
        [](const Problem& moved) { return moved.solved().objective; }, slopes);
  }
  CHECK(slopes.worst < 1e-5);
  CHECK(slopes.compared > 500);
  CHECK(slopes.kinks < slopes.compared / 20);
}

TEST_CASE("lpgd: the moved points are the best of all corners, and with ρ of all sets of borders, with their duals") {
  std::int64_t moved = 0, held = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    const Problem p = random_problem(seed);
    const std::size_t n = p.costs.size();
    const IlpInstance instance = p.instance();
    const IlpResult best = p.solved();
    const Numbers dx = random_direction(n, seed);
    for (const double rho : {0.0, 0.01, 0.5, 20.0})
      for (const Side side : {Side::target, Side::away, Side::central}) {
        const double tau = 2;
        const auto points = lpgd_points(instance, p.costs, best, dx, {.tau = tau, .rho = rho, .side = side}, p.sense);
        REQUIRE(points.size() == 2);
        for (std::size_t which = 0; which < 2; ++which) {
          const double step = which == 0 ? (side == Side::away ? 0 : tau) : (side == Side::target ? 0 : -tau);
          const IlpResult& z = points[which].point;
          CHECK(points[which].factor == p.sign() * (which == 0 ? 1 : -1) / (side == Side::central ? 2 * tau : tau));
          if (step == 0) {
            CHECK(z.values == best.values);
            continue;
          }
          Numbers cost = p.costs;
          for (std::size_t j = 0; j < n; ++j) cost[j] += p.sign() * step * dx[j];
          CHECK(apart(z.values, best_by_borders(p, cost, best.values, rho)) < 1e-6);
          moved += apart(z.values, best.values) > 1e-3;
          held += apart(z.values, best.values) < 1e-9;
          // cost ± ρ(x − center) = Σ duals·factors + reduced costs, and prices only where a bound holds.
          for (std::size_t j = 0; j < n; ++j) {
            double rest = cost[j] + p.sign() * rho * (z.values[j] - best.values[j]) - z.reduced_costs[j];
            for (int k = instance.first_factor()[j]; k < instance.first_factor()[j + 1]; ++k)
              rest -= z.duals[instance.row_of_factor()[k]] * instance.factors()[k];
            CHECK(std::abs(rest) < 1e-7);
          }
          const auto holds = [&](double price, double at, double lower, double upper) {
            const double to_lower = p.sign() * price;
            if (to_lower > 1e-7) CHECK(std::abs(at - lower) < 1e-7);
            if (to_lower < -1e-7) CHECK(std::abs(at - upper) < 1e-7);
          };
          for (std::size_t j = 0; j < n; ++j)
            holds(z.reduced_costs[j], z.values[j], p.variables[j].lower, p.variables[j].upper);
          for (std::size_t i = 0; i < p.rows.size(); ++i) {
            double at = 0;
            for (const auto& [variable, factor] : p.rows[i].terms)
              at += factor * z.values[static_cast<std::size_t>(variable)];
            holds(z.duals[i], at, p.rows[i].lower, p.rows[i].upper);
          }
        }
      }
  }
  CHECK(moved > 100);
  CHECK(held > 100);
}

TEST_CASE("lpgd: while no other corner is better, the gradients of factors and bounds are those of the solution") {
  Slopes slopes;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const Problem p = random_problem(seed);
    const Numbers dx = random_direction(p.costs.size(), seed);
    const auto loss = [&](const Problem& moved) { return product(dx, moved.solved().values); };
    for (const double rho : {0.0, 0.1})
      for (const Side side : {Side::target, Side::away, Side::central}) {
        const LpGradients found =
            lpgd_gradients(p.instance(), p.costs, p.solved(), dx, {.tau = 1e-3, .rho = rho, .side = side}, p.sense);
        compare_slopes(p, found, loss, slopes);
      }
  }
  CHECK(slopes.worst < 1e-4);
  CHECK(slopes.compared > 3000);
  CHECK(slopes.kinks < slopes.compared / 20);
}

TEST_CASE("lpgd: closed forms of one variable") {
  // The least x with 2x ≥ 3 under cost 4: x = 3/2, dual 2. With ∂ℓ/∂x = 1 and τ = 1 the dual is 5/2.
  const Problem one{{{-infinity, infinity, false}}, {{.terms = {{0, 2}}, .lower = 3}}, {4}};
  for (const double rho : {0.0, 0.3}) {
    const LpGradients found = lpgd_gradients(one.instance(), one.costs, one.solved(), Numbers{1}, {.rho = rho});
    CHECK(std::abs(found.costs[0]) < 1e-12);
    CHECK(found.row_lower[0] == doctest::Approx(0.5));  // x = b/2
    CHECK(found.factors[0] == doctest::Approx(-0.75));  // x = 3/a
    CHECK(found.row_upper[0] == 0);
  }
  // x of 0 … 2 under cost −1: 2; ∂ℓ/∂x = 3 and τ = 1 make the cost 2, and ρ holds x back at 2 − 2/ρ, from ρ = 1 on.
  const Problem box{{{0, 2, false}}, {}, {-1}};
  const auto found_with = [&](double rho) {
    return lpgd_gradients(box.instance(), box.costs, box.solved(), Numbers{3}, {.rho = rho});
  };
  CHECK(found_with(0).costs[0] == doctest::Approx(-2));
  CHECK(found_with(0).upper[0] == doctest::Approx(1));  // its price was −1
  CHECK(found_with(0).lower[0] == doctest::Approx(2));  // and is 2
  CHECK(found_with(0.5).costs[0] == doctest::Approx(-2));
  CHECK(found_with(4).costs[0] == doctest::Approx(-0.5));
  CHECK(found_with(4).upper[0] == doctest::Approx(1));
  CHECK(std::abs(found_with(4).lower[0]) < 1e-12);
}

TEST_CASE("lpgd: integers are refused by name, and so is what does not fit") {
  Problem p{{{0, 1, false}, {0, 1, true}}, {{.terms = {{0, 1}, {1, 1}}, .upper = 1}}, {-1, -2}};
  const IlpResult whole = p.solved();
  CHECK_THROWS_WITH_AS(value_gradients(p.instance(), whole),
                       doctest::Contains("value_gradients: variable 1 is an integer"), ValueError);
  CHECK_THROWS_WITH_AS(lpgd_gradients(p.instance(), p.costs, whole, Numbers{1, 1}),
                       doctest::Contains("lpgd: variable 1 is an integer"), ValueError);
  p.variables[1].integer = false;
  const IlpInstance instance = p.instance();
  const IlpResult best = p.solved();
  const auto refuses = [&](const Numbers& costs, const IlpResult& result, const Numbers& dx, const LpgdOptions& options,
                           const char* message) {
    CHECK_THROWS_WITH_AS(lpgd_gradients(instance, costs, result, dx, options), doctest::Contains(message), ValueError);
  };
  refuses(p.costs, best, {1, 1}, {.tau = 0}, "lpgd: τ = 0 is not a positive number");
  refuses(p.costs, best, {1, 1}, {.rho = -1}, "lpgd: ρ = -1 is not a number of 0 or more");
  refuses(p.costs, best, {1, NAN}, {}, "lpgd: entry 1 of dx is not finite");
  refuses({NAN, 1}, best, {1, 1}, {}, "lpgd: entry 0 of the costs is not finite");
  refuses(p.costs, {}, {1, 1}, {}, "lpgd: the values are not proven to be the best");
  CHECK_THROWS_WITH_AS(lpgd_gradients(instance, p.costs, best, Numbers{1}),
                       doctest::Contains("lpgd: 1 entries of dx for 2 variables"), ShapeError);
  CHECK_THROWS_WITH_AS(value_gradients(instance, {.optimal = true}),
                       doctest::Contains("a result of 0 variables and 0 rows for an instance of 2 and 1"), ShapeError);
  // Without ρ moved costs may find values without end.
  const Problem open{{{0, infinity, false}}, {}, {1}};
  CHECK_THROWS_AS(lpgd_gradients(open.instance(), open.costs, open.solved(), Numbers{-2}, {.rho = 0}), SolverError);
  CHECK(lpgd_gradients(open.instance(), open.costs, open.solved(), Numbers{-2}, {.rho = 2}).costs[0] ==
        doctest::Approx(0.5));
}

TEST_CASE("gradients of linear_program_value are those of its value") {
  const Tensor costs({2, 3}, {1, 2, 3, 2, 1, 4}), factors({2, 3}, {1, 1, 1, -1, -2, 0.5}), bounds({2}, {1, -1.2});
  check_gradients(
      "linear_program_value",
      [](Tape&, std::span<const Var> v) { return linear_program_value(v[0], v[1], v[2], {.equations = 1}); },
      {costs, factors, bounds});
  check_gradients("linear_program_value, one, maximised",
                  [](Tape&, std::span<const Var> v) {
                    return linear_program_value(v[0], v[1], v[2], {.upper = 2, .sense = Sense::maximise});
                  },
                  {Tensor({3}, {1, 2, 3}), factors, Tensor({2}, {1, 1.2})});
}

TEST_CASE("linear_program: solutions and gradients of each instance; what is shared gets the sum") {
  const Tensor costs({2, 3}, {1, 2, 3, 3, 1, 4}), factors({2, 3}, {1, 1, 1, -1, -2, 0.5}), bounds({2}, {1, -1.2});
  const LinearProgramOptions options{.equations = 1, .lpgd = {.tau = 3, .rho = 0.2, .side = Side::central}};
  const Tensor dy({2, 3}, {1, -2, 1, -1, 3, 0.5});
  Tape tape;
  const Var c = tape.variable(costs), a = tape.variable(factors), b = tape.variable(bounds);
  const Var x = linear_program(c, a, b, options);
  tape.backward(x, dy);

  std::vector<double> factor_sum(6, 0.0), bound_sum(2, 0.0);
  for (std::int64_t i = 0; i < 2; ++i) {
    Problem p{std::vector<IlpVariable>(3, {.integer = false}),
              {{.terms = {{0, 1}, {1, 1}, {2, 1}}, .lower = 1, .upper = 1},
               {.terms = {{0, -1}, {1, -2}, {2, 0.5}}, .upper = -1.2}},
              {costs[i * 3], costs[i * 3 + 1], costs[i * 3 + 2]}};
    const IlpResult best = p.solved();
    const LpGradients own =
        lpgd_gradients(p.instance(), p.costs, best, Numbers{dy[i * 3], dy[i * 3 + 1], dy[i * 3 + 2]}, options.lpgd);
    const IlpInstance instance = p.instance();
    for (std::int64_t j = 0; j < 3; ++j) {
      CHECK(x.value()[i * 3 + j] == best.values[j]);
      CHECK(c.gradient()[i * 3 + j] == doctest::Approx(own.costs[j]));
      for (int k = instance.first_factor()[j]; k < instance.first_factor()[j + 1]; ++k)
        factor_sum[instance.row_of_factor()[k] * 3 + j] += own.factors[k];
    }
    for (std::size_t r = 0; r < 2; ++r) bound_sum[r] += own.row_lower[r] + own.row_upper[r];
  }
  for (std::int64_t k = 0; k < 6; ++k) CHECK(a.gradient()[k] == doctest::Approx(factor_sum[k]));
  for (std::int64_t k = 0; k < 2; ++k) CHECK(b.gradient()[k] == doctest::Approx(bound_sum[k]));
  CHECK(std::abs(a.gradient()[0]) + std::abs(b.gradient()[1]) > 0.1);

  // Each instance with its own.
  Tape other;
  const Var own_a = other.variable(factors.reshaped({1, 2, 3})), own_b = other.variable(bounds.reshaped({1, 2}));
  const Var both_a = concat({own_a, own_a}, 0), both_b = concat({own_b, own_b}, 0);
  const Var again = linear_program(other.constant(costs), both_a, both_b, options);
  other.backward(again, dy);
  CHECK(again.value() == x.value());
  for (std::int64_t k = 0; k < 6; ++k) CHECK(own_a.gradient()[k] == doctest::Approx(a.gradient()[k]));
  for (std::int64_t k = 0; k < 2; ++k) CHECK(own_b.gradient()[k] == doctest::Approx(b.gradient()[k]));
}

TEST_CASE("linear_program: factors that are 0 have gradients too; capacities and weights are learned from decisions") {
  // As much as fits: two things, of which the first takes what it takes.
  Tensor factors({2, 2}, {1, 0, 0, 1}), bounds({2}, {1, 1});
  for (int step = 0; step < 200; ++step) {
    Tape tape;
    const Var a = tape.variable(factors), b = tape.variable(bounds);
    const Var x = linear_program(tape.constant(Tensor({2}, {1, 1})), a, b, {.sense = Sense::maximise});
    tape.backward(sum(square(x - tape.constant(Tensor({2}, {2, 0.5})))));
    if (step == 0) CHECK(a.gradient()[1] != 0);
    for (std::int64_t k = 0; k < 4; ++k) factors[k] -= 0.02 * a.gradient()[k];
    for (std::int64_t k = 0; k < 2; ++k) bounds[k] -= 0.02 * b.gradient()[k];
  }
  Tape tape;
  const Var x = linear_program(tape.constant(Tensor({2}, {1, 1})), tape.constant(factors), tape.constant(bounds),
                               {.sense = Sense::maximise});
  CHECK(std::abs(x.value()[0] - 2) < 0.01);
  CHECK(std::abs(x.value()[1] - 0.5) < 0.01);
}

TEST_CASE("linear_program: errors say what is wrong") {
  Tape tape;
  const auto var = [&](const Shape& shape, real value = 1) { return tape.variable(Tensor(shape, value)); };
  for (const auto& shapes : std::vector<std::array<Shape, 3>>{{Shape{}, Shape{2, 3}, Shape{2}},
                                                              {Shape{3}, Shape{2, 2}, Shape{2}},
                                                              {Shape{3}, Shape{2, 3}, Shape{3}},
                                                              {Shape{3}, Shape{1, 2, 3}, Shape{2}},
                                                              {Shape{4, 3}, Shape{3, 2, 3}, Shape{2}},
                                                              {Shape{4, 3}, Shape{2, 3}, Shape{3, 2}}})
    CHECK_THROWS_WITH_AS(linear_program(var(shapes[0]), var(shapes[1]), var(shapes[2])),
                         doctest::Contains("are not [n], [rows, n] and [rows], or batches of them"), ShapeError);
  const Var costs = var({2, 3}), factors = var({2, 3}), bounds = var({2});
  CHECK_THROWS_WITH_AS(linear_program(costs, factors, bounds, {.equations = 3}),
                       doctest::Contains("linear_program: 3 equations among 2 rows"), ValueError);
  CHECK_THROWS_WITH_AS(linear_program(costs, factors, bounds, {.lower = 2, .upper = 1}),
                       doctest::Contains("no number lies within the bounds 2 … 1"), ValueError);
  CHECK_THROWS_WITH_AS(linear_program(costs, var({2, 3}, NAN), bounds),
                       doctest::Contains("factor nan at index 0 is not finite"), ValueError);
  CHECK_THROWS_WITH_AS(linear_program(costs, factors, var({2}, -1)),
                       doctest::Contains("linear_program: instance 0: no values satisfy all 2 constraints"),
                       SolverError);
  CHECK_THROWS_WITH_AS(linear_program_value(var({3}, -1), var({1, 3}, -1), var({1})),
                       doctest::Contains("the objective is unbounded"), SolverError);
}
