#include <doctest/doctest.h>

#include <cotape/engine/base/random.h>
#include <cotape/solvers/losses/nonnegative_least_squares.h>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "../../solve_system.h"

using namespace cotape;

namespace {

using Numbers = std::vector<double>;

struct Problem {
  std::vector<Numbers> columns;
  std::vector<bool> free;
  Numbers b;

  Normals normals() const {
    Normals out;
    for (std::size_t j = 0; j < columns.size(); ++j) {
      free[j] ? out.begin_equation() : out.begin_inequality();
      for (std::size_t i = 0; i < b.size(); ++i)
        if (columns[j][i] != 0) out.add(static_cast<std::int64_t>(i), columns[j][i]);
    }
    return out;
  }
};

double dot(const Numbers& a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

double distance(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return std::sqrt(sum);
}

// Columns of whole numbers, of which many depend on each other, or of any; some with a single entry.
Problem random_problem(std::size_t n, std::size_t columns, std::uint64_t seed, bool whole) {
  Rng rng(seed);
  const auto number = [&] {
    return whole ? static_cast<double>(rng.below(3)) - 1 : static_cast<double>(rng.uniform()) * 2 - 1;
  };
  Problem problem;
  for (std::size_t j = 0; j < columns; ++j) {
    Numbers column(n, 0.0);
    if (rng.below(2) == 0)
      for (double& entry : column) entry = rng.below(3) == 0 ? 0 : number();
    else
      column[rng.below(n)] = rng.below(2) == 0 ? 1 : -1;
    problem.columns.push_back(column);
    problem.free.push_back(rng.below(4) == 0);
  }
  for (std::size_t i = 0; i < n; ++i) problem.b.push_back(number() + (whole ? 0.5 : 0));
  return problem;
}

// The best weights for some columns, without signs, from the normal equations; nothing where those depend on each
// other.
std::optional<Numbers> least_squares(const Problem& problem, const std::vector<std::size_t>& used) {
  const std::size_t n = used.size();
  std::vector<Numbers> a(n, Numbers(n));
  Numbers x(n);
  for (std::size_t k = 0; k < n; ++k) {
    for (std::size_t m = 0; m < n; ++m) a[k][m] = dot(problem.columns[used[k]], problem.columns[used[m]]);
    x[k] = dot(problem.columns[used[k]], problem.b);
  }
  return solve_system(std::move(a), std::move(x));
}

// The nearest point, of all sets of columns whose best weights have the right signs.
Numbers nearest_by_subsets(const Problem& problem) {
  Numbers nearest(problem.b.size(), 0.0);
  double least = distance(nearest, problem.b);
  for (std::uint64_t subset = 1; subset < std::uint64_t{1} << problem.columns.size(); ++subset) {
    std::vector<std::size_t> used;
    for (std::size_t j = 0; j < problem.columns.size(); ++j)
      if (subset >> j & 1) used.push_back(j);
    const auto x = least_squares(problem, used);
    if (!x) continue;
    bool fits = true;
    Numbers point(problem.b.size(), 0.0);
    for (std::size_t k = 0; k < used.size(); ++k) {
      fits = fits && (problem.free[used[k]] || (*x)[k] >= 0);
      for (std::size_t i = 0; i < point.size(); ++i) point[i] += (*x)[k] * problem.columns[used[k]][i];
    }
    if (fits && distance(point, problem.b) < least) {
      least = distance(point, problem.b);
      nearest = point;
    }
  }
  return nearest;
}

// What makes a point the nearest one: its weights have the right signs and make it, and no column has a part of what is
// left that a change of its weight could take.
void check_nearest(const Problem& problem, const NonNegativeLeastSquares& found) {
  Numbers made(problem.b.size(), 0.0), rest = problem.b;
  for (std::size_t j = 0; j < problem.columns.size(); ++j) {
    CHECK((problem.free[j] || found.weights()[j] >= 0));
    for (std::size_t i = 0; i < made.size(); ++i) made[i] += found.weights()[j] * problem.columns[j][i];
  }
  CHECK(distance(made, found.fit()) < 1e-10);
  for (std::size_t i = 0; i < rest.size(); ++i) rest[i] -= found.fit()[i];
  for (std::size_t j = 0; j < problem.columns.size(); ++j) {
    const double left = dot(problem.columns[j], rest);
    CHECK(left < 1e-10);
    if (problem.free[j] || found.weights()[j] > 1e-8) CHECK(left > -1e-10);
  }
}

}  // namespace

TEST_CASE("non-negative least squares: the nearest point among those of all sets of columns") {
  NonNegativeLeastSquares found;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    CAPTURE(seed);
    const Problem problem = random_problem(2 + seed % 4, 1 + seed % 9, seed, seed % 3 == 0);
    found.solve(problem.b, problem.normals());
    CHECK(distance(nearest_by_subsets(problem), found.fit()) < 1e-10);
    check_nearest(problem, found);
  }
}

TEST_CASE("non-negative least squares: nothing better is left in larger problems, also where columns depend") {
  NonNegativeLeastSquares found;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    const Problem problem = random_problem(10 + 7 * (seed % 5), 20 + 13 * (seed % 11), seed, seed % 2 == 0);
    found.solve(problem.b, problem.normals());
    check_nearest(problem, found);
  }
}

TEST_CASE("non-negative least squares: closed forms") {
  NonNegativeLeastSquares found;
  const auto fit = [&](const Problem& problem) {
    found.solve(problem.b, problem.normals());
    return Numbers(found.fit().begin(), found.fit().end());
  };
  // Of the orthant: the positive part.
  CHECK(fit({{{1, 0, 0}, {0, -2, 0}}, {false, false}, {3, -4, 5}}) == Numbers{3, -4, 0});
  CHECK(fit({{{1, 0, 0}, {0, -2, 0}}, {false, false}, {-3, 4, 5}}) == Numbers{0, 0, 0});
  // Of a ray and of a line.
  CHECK(distance(fit({{{3, 4}}, {false}, {1, 2}}), Numbers{33.0 / 25, 44.0 / 25}) < 1e-15);
  CHECK(fit({{{3, 4}}, {false}, {-1, -2}}) == Numbers{0, 0});
  CHECK(distance(fit({{{3, 4}}, {true}, {-1, -2}}), Numbers{-33.0 / 25, -44.0 / 25}) < 1e-15);
  // Of (1, …, 1) of either sign and −e: what is above the mean of the largest entries, which share it.
  CHECK(distance(fit({{{1, 1, 1}, {-1, 0, 0}}, {true, false}, {6, 1, 2}}), Numbers{3, 3, 3}) < 1e-14);
  CHECK(distance(fit({{{1, 1, 1}, {-1, 0, 0}}, {true, false}, {0, 1, 2}}), Numbers{0, 1.5, 1.5}) < 1e-14);
  // Columns that say nothing, the same one three times, and no columns.
  CHECK(fit({{{0, 0}, {0, 2}, {0, 2}, {0, 3}}, {false, false, false, true}, {1, -1}}) == Numbers{0, -1});
  CHECK(fit({{{0, 2}, {0, 2}, {0, 3}}, {false, false, false}, {1, 1}}) == Numbers{0, 1});
  CHECK(fit({{}, {}, {1, 2}}) == Numbers{0, 0});
  CHECK(fit({{{1, 1}}, {false}, {0, 0}}) == Numbers{0, 0});
}

TEST_CASE("non-negative least squares: numbers of any size; a solver that was used before gives the same") {
  NonNegativeLeastSquares used;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Problem problem = random_problem(6, 12, seed, false);
    NonNegativeLeastSquares plain;
    plain.solve(problem.b, problem.normals());
    used.solve(problem.b, problem.normals());
    CHECK(std::equal(plain.fit().begin(), plain.fit().end(), used.fit().begin(), used.fit().end()));
    for (const double size : {1e-280, 1e-20, 1e20, 1e280}) {
      CAPTURE(size);
      Problem scaled = problem;
      for (double& entry : scaled.b) entry *= size;
      for (std::size_t j = 0; j < scaled.columns.size(); ++j)
        for (double& entry : scaled.columns[j]) entry *= j % 2 == 0 ? size : 1 / size;
      used.solve(scaled.b, scaled.normals());
      Numbers back(used.fit().begin(), used.fit().end());
      for (double& entry : back) entry /= size;
      CHECK(distance(back, plain.fit()) < 1e-10);
    }
  }
}
