#include <cotape/engine/base/error.h>
#include <cotape/solvers/assignment/assignment.h>
#include <cotape/solvers/assignment/augmenting_paths.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace cotape {
inline namespace COTAPE_PRECISION {

using assignment::AugmentingPaths;
using assignment::infinity;
using assignment::none;

struct Assignment::Workspace {
  AugmentingPaths paths;
  std::vector<std::int32_t> missing, ready;  // for has_other()
};

namespace {

constexpr std::int64_t max_pairs = std::int64_t{1} << 26;

// Costs beyond `large` are multiplied by this: then no sum of them overflows, and what vanishes is far below rounding.
constexpr double scale_of_large = 0x1p-60;
constexpr double large = 0x1p960;

// One instance: its size within the solver's, its costs, and the pairs that may be chosen.
template <class T>
struct Problem {
  std::span<const T> cost;
  std::int64_t rows, columns;
  std::int64_t stride;               // from one row of costs to the next
  const std::uint8_t* allowed;       // nullptr: all
  std::optional<double> unassigned;  // the cost of leaving a row or a column out
  double scale = 1;

  // Whether rows and columns change places: there must be at least as many columns as rows.
  bool turned() const { return rows > columns; }
  // Of a pair; infinity where it is forbidden.
  double at(std::int64_t i, std::int64_t j) const {
    const std::int64_t place = i * stride + j;
    const double value = static_cast<double>(cost[static_cast<std::size_t>(place)]) * scale;
    return allowed && allowed[place] == 0 ? infinity : value;
  }
  // Whether a pair that was assigned is chosen, and does not stand for "left out".
  bool chosen(std::int64_t i, std::int64_t j) const { return !unassigned || at(i, j) < *unassigned * scale; }

  // Sets a scale that keeps sums from overflowing.
  void fit_scale() {
    double largest = std::abs(unassigned.value_or(0));
    for (const T value : cost)
      if (std::isfinite(value)) largest = std::max(largest, std::abs(static_cast<double>(value)));
    if (largest > large) scale = scale_of_large;
  }
};

// Costs no larger than that of leaving out, which a pair then stands for; with that many more columns where `dummies`.
template <class T>
void fill(const Problem<T>& problem, AugmentingPaths& paths, bool dummies) {
  const std::int64_t rows = std::min(problem.rows, problem.columns), columns = std::max(problem.rows, problem.columns);
  paths.resize(rows, columns + (dummies ? rows : 0));
  for (std::int64_t i = 0; i < rows; ++i) {
    double* const row = paths.row(i);
    if (problem.turned() || problem.allowed || problem.scale != 1)
      for (std::int64_t j = 0; j < columns; ++j) row[j] = problem.turned() ? problem.at(j, i) : problem.at(i, j);
    else
      std::copy_n(problem.cost.data() + i * problem.stride, columns, row);
    if (!problem.unassigned) continue;
    const double limit = *problem.unassigned * problem.scale;
    if (dummies)
      std::fill_n(row + columns, rows, limit);
    else
      for (std::int64_t j = 0; j < columns; ++j) row[j] = std::min(row[j], limit);
  }
}

template <class T>
void run(const Problem<T>& problem, AugmentingPaths& paths, bool dummies) {
  fill(problem, paths, dummies);
  if (!paths.solve())
    fail<SolverError>("assignment: there are no ", std::min(problem.rows, problem.columns), " pairs of ", problem.rows,
                      " rows and ", problem.columns, " columns without a forbidden one");
}

Problem<real> problem_of(const Assignment& solver, std::span<const real> cost, const Assignment::Instance* instance) {
  Problem<real> problem{cost, solver.rows, solver.columns, solver.columns, nullptr, {}};
  if (solver.unassigned_cost) problem.unassigned = static_cast<double>(*solver.unassigned_cost);
  if (instance) {
    const std::int64_t rows = instance->rows, columns = instance->columns;
    if (rows < -1 || rows > solver.rows || columns < -1 || columns > solver.columns)
      fail<ValueError>("assignment: an instance of ", rows, " x ", columns, " pairs for a solver of ", solver.rows,
                       " x ", solver.columns);
    if (!instance->allowed.empty() && std::ssize(instance->allowed) != solver.rows * solver.columns)
      fail<ValueError>("assignment: ", instance->allowed.size(), " entries of `allowed` for a solver of ", solver.rows,
                       " x ", solver.columns, " pairs");
    if (rows >= 0) problem.rows = rows;
    if (columns >= 0) problem.columns = columns;
    if (!instance->allowed.empty()) problem.allowed = instance->allowed.data();
  }
  if constexpr (sizeof(real) == sizeof(double)) problem.fit_scale();
  return problem;
}

// Calls f(row, column) for the pairs that are chosen.
template <class T, class F>
void for_pairs(const Problem<T>& problem, const AugmentingPaths& paths, F f) {
  for (std::int64_t a = 0; a < paths.rows(); ++a) {
    const std::int64_t b = paths.column_of(a), i = problem.turned() ? b : a, j = problem.turned() ? a : b;
    if (problem.chosen(i, j)) f(i, j);
  }
}

void solve_problem(const Assignment& solver, std::span<const real> cost, const Assignment::Instance* instance,
                   std::span<real> solution) {
  const WorkspacePool<Assignment::Workspace>::Lease work(solver.workspaces);
  const Problem<real> problem = problem_of(solver, cost, instance);
  run(problem, work->paths, false);
  for_pairs(problem, work->paths, [&](std::int64_t i, std::int64_t j) { solution[i * problem.stride + j] = 1; });
}

// Whether other pairs than the chosen ones are as cheap. Other pairs differ along circles: rows that hand their columns
// on, over pairs whose reduced cost is 0; or from a column that nobody has to one that may be given up because its
// price is 0. All columns without a row, and the `dummies` last ones, which stand for no pair, are one place
// ("outside") of such circles. So a graph of the rows and of the outside is looked through for a circle: what remains
// when nodes that no remaining one leads to are taken away, again and again.
bool has_other(const AugmentingPaths& paths, std::int64_t dummies, std::vector<std::int32_t>& missing,
               std::vector<std::int32_t>& ready) {
  const std::int64_t n = paths.rows(), real_columns = paths.columns() - dummies, outside = n;
  const auto has_pair = [&](std::int64_t i) { return paths.column_of(i) < real_columns; };
  const auto for_next = [&](std::int64_t node, auto f) {
    if (node == outside) {
      for (std::int64_t i = 0; i < n; ++i)
        if (paths.column_dual(paths.column_of(i)) == 0) f(i);
      return;
    }
    const double own = paths.row_dual(node);
    bool leads_outside = false;
    for (std::int64_t j = 0; j < paths.columns(); ++j) {
      if (paths.reduced(node, j) != own || j == paths.column_of(node)) continue;
      if (j >= real_columns)
        leads_outside |= has_pair(node);
      else if (paths.row_of(j) == none)
        leads_outside = true;
      else
        f(paths.row_of(j));
    }
    if (leads_outside) f(outside);
  };
  missing.assign(static_cast<std::size_t>(n + 1), 0);
  ready.clear();
  for (std::int64_t node = 0; node <= n; ++node) for_next(node, [&](std::int64_t to) { ++missing[to]; });
  for (std::int32_t node = 0; node <= n; ++node)
    if (missing[node] == 0) ready.push_back(node);
  for (std::size_t next = 0; next < ready.size(); ++next)
    for_next(ready[next], [&](std::int64_t to) {
      if (--missing[to] == 0) ready.push_back(static_cast<std::int32_t>(to));
    });
  return std::ssize(ready) <= n;
}

std::optional<bool> tied_problem(const Assignment& solver, std::span<const real> cost,
                                 const Assignment::Instance* instance) {
  const WorkspacePool<Assignment::Workspace>::Lease work(solver.workspaces);
  const Problem<real> problem = problem_of(solver, cost, instance);
  const bool dummies = problem.unassigned.has_value();
  run(problem, work->paths, dummies);
  return has_other(work->paths, dummies ? work->paths.rows() : 0, work->missing, work->ready);
}

void check_size(std::int64_t rows, std::int64_t columns, std::optional<double> unassigned_cost) {
  if (rows < 1 || columns < 1 || rows > max_pairs / columns)
    fail<ValueError>("assignment: ", rows, " x ", columns, " pairs are none, or more than ", max_pairs);
  if (unassigned_cost && !std::isfinite(*unassigned_cost))
    fail<ValueError>("assignment: unassigned_cost = ", *unassigned_cost, " is not finite");
}

// The size and the pairs, of a problem in which as many pairs as there can be are chosen.
Problem<real> fully_paired(const Assignment& solver, const Assignment::Instance* instance) {
  if (solver.unassigned_cost)
    fail<SolverError>("constraints and moves are those of assignments without an unassigned_cost, here ",
                      *solver.unassigned_cost);
  return problem_of(solver, {}, instance);
}

void add_normals(const Assignment& solver, std::span<const real> solution, const Assignment::Instance* instance,
                 Normals& to) {
  const Problem<real> problem = fully_paired(solver, instance);
  const auto allowed = [&](std::int64_t place) { return !problem.allowed || problem.allowed[place] != 0; };
  // A row or a column: all must have a pair where there are no more of them than of the others.
  const auto add_line = [&](std::int64_t first, std::int64_t step, std::int64_t count, bool all_paired) {
    double pairs = 0;
    for (std::int64_t k = 0; k < count; ++k) pairs += static_cast<double>(solution[first + k * step]);
    if (pairs == 0) return;
    all_paired ? to.begin_equation() : to.begin_inequality();
    for (std::int64_t k = 0; k < count; ++k)
      if (allowed(first + k * step)) to.add(first + k * step, 1);
  };
  const std::int64_t rows = problem.rows, columns = problem.columns, stride = problem.stride;
  for (std::int64_t i = 0; i < rows; ++i) add_line(i * stride, 1, columns, rows <= columns);
  for (std::int64_t j = 0; j < columns; ++j) add_line(j, stride, rows, columns <= rows);
  for (std::int64_t i = 0; i < rows; ++i)
    for (std::int64_t place = i * stride; place < i * stride + columns; ++place)
      if (allowed(place)) to.add_bounds(place, static_cast<double>(solution[place]), 1);
}

// Calls f(left, taken) for each move, the places of the pairs that are left and taken, until it returns true. A move
// that takes one pair has it, and what it leaves, twice.
template <class F>
void for_moves(const Assignment& solver, std::span<const real> solution, const Assignment::Instance* instance, F f) {
  const Problem<real> problem = fully_paired(solver, instance);
  const bool turned = problem.turned();
  const std::int64_t few = turned ? problem.columns : problem.rows, many = turned ? problem.rows : problem.columns;
  const auto place = [&](std::int64_t i, std::int64_t j) {
    return turned ? j * problem.stride + i : i * problem.stride + j;
  };
  const auto allowed = [&](std::int64_t i, std::int64_t j) {
    return !problem.allowed || problem.allowed[place(i, j)] != 0;
  };
  std::vector<std::int64_t> has(static_cast<std::size_t>(few)), owner(static_cast<std::size_t>(many), -1);
  for (std::int64_t i = 0; i < few; ++i)
    for (std::int64_t j = 0; j < many; ++j)
      if (solution[place(i, j)] != 0) {
        has[i] = j;
        owner[j] = i;
      }
  using Pairs = std::array<std::int64_t, 2>;
  for (std::int64_t i = 0; i < few; ++i)
    for (std::int64_t j = 0; j < many; ++j) {
      const std::int64_t from = has[i], other = owner[j];
      if (!allowed(i, j)) continue;
      if (other < 0) {
        if (f(Pairs{place(i, from), place(i, from)}, Pairs{place(i, j), place(i, j)})) return;
      } else if (other > i && allowed(other, from)) {
        if (f(Pairs{place(i, from), place(other, j)}, Pairs{place(i, j), place(other, from)})) return;
      }
    }
}

std::int64_t count_moves(const Assignment& solver, std::span<const real> solution,
                         const Assignment::Instance* instance) {
  std::int64_t count = 0;
  for_moves(solver, solution, instance, [&](const auto&, const auto&) {
    ++count;
    return false;
  });
  return count;
}

void make_move(const Assignment& solver, std::span<const real> solution, const Assignment::Instance* instance,
               std::int64_t which, std::span<real> other) {
  std::copy(solution.begin(), solution.end(), other.begin());
  for_moves(solver, solution, instance, [&](const auto& left, const auto& taken) {
    if (which-- > 0) return false;
    for (const std::int64_t place : left) other[place] = 0;
    for (const std::int64_t place : taken) other[place] = 1;
    return true;
  });
}

}  // namespace

SolverTraits Assignment::traits() const {
  check_size(rows, columns, unassigned_cost);
  return {.name = "assignment",
          .sense = Sense::minimise,
          .shape = {rows, columns},
          .ties = "which of several cheapest assignments is taken follows from the costs alone",
          .constant_sum = !unassigned_cost,
          .scale_invariant = unassigned_cost.value_or(0) == 0,
          .drawing = {.kind = Drawing::Kind::pairs}};
}

void Assignment::solve(std::span<const real> cost, std::span<real> solution) const {
  solve_problem(*this, cost, nullptr, solution);
}

void Assignment::solve(std::span<const real> cost, const Instance& instance, std::span<real> solution) const {
  solve_problem(*this, cost, &instance, solution);
}

std::optional<bool> Assignment::tied(std::span<const real> cost, std::span<const real>) const {
  return tied_problem(*this, cost, nullptr);
}

std::optional<bool> Assignment::tied(std::span<const real> cost, const Instance& instance,
                                     std::span<const real>) const {
  return tied_problem(*this, cost, &instance);
}

void Assignment::normals(std::span<const real> solution, Normals& to) const {
  add_normals(*this, solution, nullptr, to);
}

void Assignment::normals(std::span<const real> solution, const Instance& instance, Normals& to) const {
  add_normals(*this, solution, &instance, to);
}

std::int64_t Assignment::neighbour_count(std::span<const real> solution) const {
  return count_moves(*this, solution, nullptr);
}

std::int64_t Assignment::neighbour_count(std::span<const real> solution, const Instance& instance) const {
  return count_moves(*this, solution, &instance);
}

void Assignment::neighbour(std::span<const real> solution, std::int64_t which, std::span<real> other) const {
  make_move(*this, solution, nullptr, which, other);
}

void Assignment::neighbour(std::span<const real> solution, const Instance& instance, std::int64_t which,
                           std::span<real> other) const {
  make_move(*this, solution, &instance, which, other);
}

void Assignment::mask(const Instance& instance, std::span<real> mask) const {
  const Problem<real> problem = problem_of(*this, {}, &instance);
  for (std::int64_t i = 0; i < problem.rows; ++i)
    for (std::int64_t j = 0; j < problem.columns; ++j) {
      const std::int64_t place = i * columns + j;
      mask[place] = problem.allowed && problem.allowed[place] == 0 ? 0 : 1;
    }
}

AssignmentResult solve_assignment(std::span<const double> cost, std::int64_t rows, std::int64_t columns,
                                  std::optional<double> unassigned_cost) {
  check_size(rows, columns, unassigned_cost);
  if (std::ssize(cost) != rows * columns)
    fail<ShapeError>("assignment: ", cost.size(), " costs for ", rows, " x ", columns, " pairs");
  for (std::size_t k = 0; k < cost.size(); ++k)
    if (std::isnan(cost[k]) || cost[k] == -infinity)
      fail<ValueError>("assignment: cost ", cost[k], " at index ", k, " is neither finite nor +∞");
  Problem<double> problem{cost, rows, columns, columns, nullptr, unassigned_cost};
  problem.fit_scale();
  AugmentingPaths paths;
  run(problem, paths, false);

  AssignmentResult result;
  result.column_of_row.assign(static_cast<std::size_t>(rows), none);
  for_pairs(problem, paths, [&](std::int64_t i, std::int64_t j) {
    result.column_of_row[i] = j;
    result.cost += cost[static_cast<std::size_t>(i * columns + j)];
  });
  auto& few = problem.turned() ? result.column_duals : result.row_duals;
  auto& many = problem.turned() ? result.row_duals : result.column_duals;
  for (std::int64_t a = 0; a < paths.rows(); ++a) few.push_back(paths.row_dual(a) / problem.scale);
  for (std::int64_t b = 0; b < paths.columns(); ++b) many.push_back(paths.column_dual(b) / problem.scale);
  return result;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
