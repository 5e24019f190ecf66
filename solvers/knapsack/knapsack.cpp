#include <cotape/engine/base/error.h>
#include <cotape/solvers/knapsack/branch_and_bound.h>
#include <cotape/solvers/knapsack/knapsack.h>
#include <cotape/solvers/knapsack/table.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace cotape {
inline namespace COTAPE_PRECISION {

struct Knapsack::Workspace {
  std::vector<knapsack::Item> items;
  knapsack::Table table;
  knapsack::BranchAndBound branch_and_bound;
};

namespace {

constexpr std::int64_t max_items = 1'000'000;

// Values whose sums overflow are multiplied by this: up to 2²⁰ items, up to 2⁵³ times each. What vanishes is far below
// rounding.
constexpr double scale_of_large = 0x1p-80;

// The items that are worth something, fit and weigh something. Those that weigh nothing are put into the solution.
void find_items(std::span<const real> values, const KnapsackInstance& instance, std::vector<knapsack::Item>& items,
                std::span<real> solution) {
  items.clear();
  double sum = 0;
  for (std::int64_t i = 0; i < instance.items(); ++i) {
    const auto value = static_cast<double>(values[i]);
    const std::int64_t copies = instance.max_copies(i);
    if (!(value > 0) || copies == 0) continue;
    bool heavy = false;
    for (std::int64_t k = 0; k < instance.constraints(); ++k) heavy |= instance.weight(k, i) > 0;
    if (heavy) {
      items.push_back({value, copies, i});
      sum += value * static_cast<double>(copies);
    } else if (copies == KnapsackInstance::unlimited) {
      fail<SolverError>("item ", i, " weighs nothing, is worth ", value, " and may be taken without limit");
    } else {
      solution[i] = static_cast<real>(copies);
    }
  }
  if (std::isfinite(sum)) return;
  for (knapsack::Item& item : items) item.value *= scale_of_large;
}

// Calls f(item, change) for each copy more, where it fits, and each copy less, until f returns true. Items that weigh
// nothing and may be taken without limit stay as they are.
template <class F>
void for_moves(std::span<const real> solution, const KnapsackInstance& instance, F f) {
  const auto free = [&](std::int64_t k) {
    double left = instance.capacity(k);
    for (std::int64_t i = 0; i < instance.items(); ++i)
      left -= instance.weight(k, i) * static_cast<double>(solution[i]);
    return left;
  };
  std::vector<double> left;
  for (std::int64_t k = 0; k < instance.constraints(); ++k) left.push_back(free(k));
  for (std::int64_t i = 0; i < instance.items(); ++i) {
    const std::int64_t most = instance.max_copies(i);
    if (most == KnapsackInstance::unlimited) continue;
    bool fits = solution[i] < static_cast<real>(most);
    for (std::int64_t k = 0; k < instance.constraints(); ++k) fits = fits && instance.weight(k, i) <= left[k];
    if (fits && f(i, real(1))) return;
    if (solution[i] > 0 && f(i, real(-1))) return;
  }
}

}  // namespace

SolverTraits Knapsack::traits() const {
  if (n < 1 || n > max_items) fail<ValueError>("knapsack: n = ", n, " is outside 1 … ", max_items);
  if (fixed.items() > n) fail<ValueError>("knapsack: ", fixed.items(), " fixed items for n = ", n);
  if (max_nodes < 1) fail<ValueError>("knapsack: max_nodes = ", max_nodes, " is not positive");
  return {.name = "knapsack",
          .sense = Sense::maximise,
          .shape = {n},
          .ties =
              "with whole weights the fewest copies of the last item, then of the one before, and so on; else the "
              "first set that the search meets",
          .drawing = drawing(fixed)};
}

void Knapsack::solve(std::span<const real> values, const Instance& instance, std::span<real> solution) const {
  if (instance.constraints() == 0)
    fail<SolverError>("there are no weights and no capacity: give instance data, or `fixed`");
  if (instance.items() > n) fail<SolverError>(instance.items(), " items for n = ", n);
  for (std::int64_t k = 0; k < instance.constraints(); ++k)
    if (instance.capacity(k) < 0)
      fail<SolverError>("the capacity ", instance.capacity(k), " is negative: not even taking nothing fits");
  std::fill(solution.begin(), solution.end(), real(0));
  const WorkspacePool<Workspace>::Lease work(workspaces);
  find_items(values, instance, work->items, solution);
  if (instance.counts() && work->table.fits(work->items, instance))
    work->table.solve(work->items, instance, solution);
  else
    work->branch_and_bound.solve(work->items, instance, max_nodes, solution);
}

void Knapsack::normals(std::span<const real> solution, const Instance& instance, Normals& to) const {
  if (instance.items() > n) fail<SolverError>(instance.items(), " items for n = ", n);
  constexpr double margin = 1e-9;  // of the capacity: sums of real weights are rounded
  for (std::int64_t k = 0; k < instance.constraints(); ++k) {
    double weight = 0;
    for (std::int64_t i = 0; i < instance.items(); ++i)
      weight += instance.weight(k, i) * static_cast<double>(solution[i]);
    if (weight < instance.capacity(k) * (1 - margin)) continue;
    to.begin_inequality();
    for (std::int64_t i = 0; i < instance.items(); ++i)
      if (instance.weight(k, i) != 0) to.add(i, instance.weight(k, i));
  }
  for (std::int64_t i = 0; i < instance.items(); ++i)
    to.add_bounds(i, static_cast<double>(solution[i]), static_cast<double>(instance.max_copies(i)));
}

std::int64_t Knapsack::neighbour_count(std::span<const real> solution, const Instance& instance) const {
  std::int64_t count = 0;
  for_moves(solution, instance, [&](std::int64_t, real) {
    ++count;
    return false;
  });
  return count;
}

void Knapsack::neighbour(std::span<const real> solution, const Instance& instance, std::int64_t which,
                         std::span<real> other) const {
  std::copy(solution.begin(), solution.end(), other.begin());
  for_moves(solution, instance, [&](std::int64_t item, real change) {
    if (which-- > 0) return false;
    other[item] += change;
    return true;
  });
}

void Knapsack::mask(const Instance& instance, std::span<real> mask) const {
  std::fill_n(mask.begin(), std::min(instance.items(), n), real(1));
}

// Of only so many items as can be told apart.
Drawing Knapsack::drawing(const Instance& instance) const {
  constexpr std::int64_t most_items = 200;
  if (instance.constraints() == 0 || n > most_items) return {};
  Drawing drawing{.kind = Drawing::Kind::items};
  for (std::int64_t c = 0; c < instance.constraints(); ++c) {
    if (instance.capacity(c) <= 0) return {};
    for (std::int64_t i = 0; i < n; ++i)
      drawing.sizes.push_back(i < instance.items() ? instance.weight(c, i) / instance.capacity(c) : 0);
  }
  return drawing;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
