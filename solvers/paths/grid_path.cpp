#include <cotape/engine/base/error.h>
#include <cotape/engine/kernels/lanes.h>
#include <cotape/solvers/kit/lane_array.h>
#include <cotape/solvers/paths/grid_path.h>
#include <cotape/solvers/paths/tight_paths.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <vector>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::int64_t max_cells = std::int64_t{1} << 26;
constexpr auto block_size = static_cast<std::int32_t>(lane_count_of<double>);  // columns that are worked on together

// Columns begin … end − 1 of a row.
struct Columns {
  std::int32_t begin = 0;
  std::int32_t end = 0;

  bool empty() const { return begin == end; }
  void add(Columns other) { *this = empty() ? other : Columns{std::min(begin, other.begin), std::max(end, other.end)}; }
};

}  // namespace

// What is known of the cells of one instance. The grid lies in a frame of cells that cost infinitely much, so that no
// neighbour needs a test; a cell's number is its place in these arrays.
struct GridPath::Workspace {
  LaneArray<double> distance, cost;
  std::vector<Columns> changed;
  std::vector<std::int32_t> step, queue, place, path;  // for tight_paths.h
};

namespace {

// Which steps lead from one row into the next. A constant of the code: each kind has loops of its own.
enum class Steps { straight, diagonal, around };

// What an instance adds to the costs.
struct Ends {
  GridCell start, end;
  std::span<const std::uint8_t> blocked;
};

// The distances of all cells from the start, for one instance.
template <Steps steps>
class Search {
 public:
  Search(const GridPath& grid, const Ends& ends, std::span<const real> cost, GridPath::Workspace& work,
         double scale = 1)
      : height_(static_cast<std::int32_t>(grid.height)),
        width_(static_cast<std::int32_t>(grid.width)),
        stride_((width_ + block_size) / block_size * block_size),
        start_(cell(ends.start)),
        end_(cell(ends.end)) {
    work.distance.assign(static_cast<std::int64_t>(size()), infinity);
    work.cost.assign(static_cast<std::int64_t>(size()), infinity);
    work.changed.assign(2 * static_cast<std::size_t>(height_), {});
    distance_ = work.distance.data();
    cost_ = work.cost.data();
    changed_ = work.changed.data();
    for (std::int32_t r = 0; r < height_; ++r)
      for (std::int32_t c = 0; c < width_; ++c) cost_[cell(r, c)] = static_cast<double>(cost[r * width_ + c]) * scale;
    for (std::size_t i = 0; i < ends.blocked.size(); ++i) {
      const auto place = static_cast<std::int32_t>(i);
      if (ends.blocked[i] != 0) cost_[cell(place / width_, place % width_)] = infinity;
    }
    find_distances();
  }

  // Whether the cost of every path overflows, or there is none.
  bool overflows() const { return distance_[end_] == infinity; }

  std::int32_t start() const { return start_; }
  std::int32_t end() const { return end_; }
  std::size_t size() const { return static_cast<std::size_t>((height_ + 2) * stride_ + 2 * block_size); }
  // A cell's place in the solution.
  std::int32_t index(std::int32_t position) const {
    const std::int32_t place = position - cell(0, 0);
    return place / stride_ * width_ + place % stride_;
  }

  // An edge is named by the cell that it leads to.
  std::int32_t head(std::int32_t edge) const { return edge; }
  template <class F>
  bool any_tight_into(std::int32_t v, F f) const {
    const std::array<std::int32_t, 8> offsets = {-stride_,     -1,           1,           stride_,
                                                 -stride_ - 1, -stride_ + 1, stride_ - 1, stride_ + 1};
    for (int i = 0; i < (steps == Steps::straight ? 4 : 8); ++i)
      if (const std::int32_t u = v + offsets[i];
          distance_[u] + cost_[v] == distance_[v] && !around_corner(v, i) && f(u, v))
        return true;
    return false;
  }

 private:
  std::int32_t cell(std::int32_t row, std::int32_t column) const { return (row + 1) * stride_ + block_size + column; }
  std::int32_t cell(GridCell at) const {
    return cell(static_cast<std::int32_t>(at.row < 0 ? at.row + height_ : at.row),
                static_cast<std::int32_t>(at.column < 0 ? at.column + width_ : at.column));
  }

  // Whether the i-th of those steps is one that must walk around: a cell beside it is blocked.
  bool around_corner(std::int32_t v, int i) const {
    if (steps != Steps::around || i < 4) return false;
    const std::int32_t down = i < 6 ? -stride_ : stride_, right = i % 2 == 0 ? -1 : 1;
    return cost_[v + down] == infinity || cost_[v + right] == infinity;
  }

  // Sweeps down and up until nothing changes. A row is entered from the one before in the sweep, and only those columns
  // are looked at that have changed there since the last time.
  void find_distances() {
    const std::int32_t first = (start_ - cell(0, 0)) / stride_, column = (start_ - cell(0, 0)) % stride_;
    distance_[start_] = cost_[start_];
    changed_[first] = changed_[first + height_] = spread(first, {column, column + 1});
    const auto pass_on = [&](std::int32_t from, std::int32_t to, std::int32_t side) {
      Columns& changed = changed_[from + side];
      if (changed.empty()) return false;
      const Columns entered = enter_row(to, from, changed);
      changed = {};
      if (entered.empty()) return false;
      const Columns nearer = spread(to, entered);
      changed_[to].add(nearer);
      changed_[to + height_].add(nearer);
      return true;
    };
    for (bool any = true; any;) {
      any = false;
      for (std::int32_t r = 1; r < height_; ++r) any |= pass_on(r - 1, r, 0);
      for (std::int32_t r = height_ - 2; r >= 0; --r) any |= pass_on(r + 1, r, height_);
    }
  }

  // Lets paths step from one row into the next and go on inside blocks of eight columns. Returns the columns of the
  // blocks where a distance became smaller.
  Columns enter_row(std::int32_t row, std::int32_t from_row, Columns changed) {
    Columns entered;
    const std::int32_t end = std::min(changed.end + 1, stride_);
    for (std::int32_t block = std::max(changed.begin - 1, 0) / block_size * block_size; block < end;
         block += block_size) {
      double* const to = &distance_[cell(row, block)];
      const double* const from = &distance_[cell(from_row, block)];
      const double* const cost = &cost_[cell(row, block)];
      [[maybe_unused]] const double* const from_cost = &cost_[cell(from_row, block)];
      std::int64_t nearer = 0;
      for (std::int32_t c = 0; c < block_size; ++c) {
        double nearest = from[c];
        if constexpr (steps == Steps::diagonal) nearest = std::min(nearest, std::min(from[c - 1], from[c + 1]));
        if constexpr (steps == Steps::around) {
          const bool left = from_cost[c] < infinity && cost[c - 1] < infinity;
          const bool right = from_cost[c] < infinity && cost[c + 1] < infinity;
          nearest = std::min(nearest, std::min(left ? from[c - 1] : infinity, right ? from[c + 1] : infinity));
        }
        const double reached = nearest + cost[c];
        nearer |= reached < to[c];
        to[c] = std::min(to[c], reached);
      }
      if (!nearer) continue;
      settle(to, cost);
      entered.add({block, block + block_size});
    }
    return entered;
  }

  // Lets paths go on inside one block, to the right and to the left. The two loops do not depend on each other, nor on
  // other blocks, so that the processor can work on several at once.
  static void settle(double* distance, const double* cost) {
    std::array<double, block_size> from_left;
    double rightward = infinity, leftward = infinity;
    for (std::int32_t c = 0; c < block_size; ++c) from_left[c] = rightward = std::min(distance[c], rightward + cost[c]);
    for (std::int32_t c = block_size - 1; c >= 0; --c) {
      leftward = std::min(distance[c], leftward + cost[c]);
      distance[c] = std::min(leftward, from_left[c]);
    }
  }

  // Lets paths go on from the columns `nearer` beyond their blocks, first to the right and then to the left. Returns
  // all columns that have become nearer.
  Columns spread(std::int32_t row, Columns nearer) {
    double* const distance = &distance_[cell(row, 0)];
    const double* const cost = &cost_[cell(row, 0)];
    Columns all = nearer;
    for (std::int32_t end = nearer.begin / block_size * block_size + block_size; end < nearer.end + block_size;
         end += block_size) {
      std::int32_t c = std::min(end, nearer.end);
      for (; distance[c - 1] + cost[c] < distance[c]; ++c) distance[c] = distance[c - 1] + cost[c];
      all.end = std::max(all.end, c);
    }
    for (std::int32_t begin = (nearer.end - 1) / block_size * block_size; begin > nearer.begin - block_size;
         begin -= block_size) {
      std::int32_t c = std::max(begin, nearer.begin);
      for (; distance[c] + cost[c - 1] < distance[c - 1]; --c) distance[c - 1] = distance[c] + cost[c - 1];
      all.begin = std::min(all.begin, c);
    }
    return all;
  }

  std::int32_t height_, width_, stride_;
  std::int32_t start_, end_;
  // Arrays of the workspace. `changed_` [2, height]: the columns of each row that have become nearer since the row
  // below was last entered from it, and then the same for the row above.
  double* distance_ = nullptr;
  double* cost_ = nullptr;
  Columns* changed_ = nullptr;
};

// Costs whose sums overflow are multiplied by this: then no sum of them does, and what vanishes is far below rounding.
constexpr double scale_of_large = 0x1p-30;
static_assert(max_cells < std::int64_t{1} << 30);

template <Steps steps>
Search<steps> search_for(const GridPath& grid, const Ends& ends, std::span<const real> cost,
                         GridPath::Workspace& work) {
  const Search<steps> search(grid, ends, cost, work);
  if (!search.overflows()) return search;
  const Search<steps> again(grid, ends, cost, work, scale_of_large);
  if (again.overflows())
    fail<SolverError>("no path leads from (", ends.start.row, ", ", ends.start.column, ") to (", ends.end.row, ", ",
                      ends.end.column, "): blocked cells are in between");
  return again;
}

// Finds a cheapest path: work.step then leads from its start to its end.
template <Steps steps>
void find_path(const Search<steps>& search, GridPath::Workspace& work) {
  work.step.assign(search.size(), -1);
  work.queue.resize(search.size());
  find_tight_path(search, search.start(), search.end(), std::span(work.step), std::span(work.queue));
}

bool on_grid(std::int64_t at, std::int64_t size) { return at >= -size && at < size; }

template <class E>
void check_cell(const char* which, GridCell cell, const GridPath& grid) {
  if (!on_grid(cell.row, grid.height) || !on_grid(cell.column, grid.width))
    fail<E>(which, " (", cell.row, ", ", cell.column, ") is outside of the grid of ", grid.height, " x ", grid.width,
            " cells");
}

Ends checked(const GridPath& grid, const GridPathInstance& instance) {
  check_cell<SolverError>("start", instance.start, grid);
  check_cell<SolverError>("end", instance.end, grid);
  const std::vector<std::uint8_t>& blocked = instance.blocked;
  if (!blocked.empty() && std::ssize(blocked) != grid.height * grid.width)
    fail<SolverError>(blocked.size(), " marks of blocked cells for ", grid.height, " x ", grid.width, " cells");
  return {instance.start, instance.end, blocked};
}

template <Steps steps>
void solve_grid(const GridPath& grid, const Ends& ends, std::span<const real> cost, std::span<real> solution) {
  const WorkspacePool<GridPath::Workspace>::Lease work(grid.workspaces);
  const Search<steps> search = search_for<steps>(grid, ends, cost, *work);
  find_path(search, *work);
  std::fill(solution.begin(), solution.end(), real(0));
  for (std::int32_t at = search.start(); at != search.end(); at = work->step[at]) solution[search.index(at)] = 1;
  solution[search.index(search.end())] = 1;
}

template <Steps steps>
bool is_tied(const GridPath& grid, const Ends& ends, std::span<const real> cost) {
  const WorkspacePool<GridPath::Workspace>::Lease work(grid.workspaces);
  const Search<steps> search = search_for<steps>(grid, ends, cost, *work);
  find_path(search, *work);
  work->place.assign(search.size(), -1);
  work->path.resize(search.size());
  return has_other_tight_path(search, search.start(), search.end(), std::span<const std::int32_t>(work->step),
                              std::span(work->place), std::span(work->path), std::span(work->queue));
}

// Calls f with the steps of the grid's paths, a constant.
template <class F>
auto with_steps(const GridPath& grid, F f) {
  if (grid.neighbours == Neighbours::four) return f(std::integral_constant<Steps, Steps::straight>());
  if (grid.corners == Corners::cut) return f(std::integral_constant<Steps, Steps::diagonal>());
  return f(std::integral_constant<Steps, Steps::around>());
}

}  // namespace

SolverTraits GridPath::traits() const {
  if (height < 1 || width < 1 || height > max_cells / width)
    fail<ValueError>("grid_path: ", height, " x ", width, " cells are none, or more than ", max_cells);
  check_cell<ValueError>("grid_path: start", start, *this);
  check_cell<ValueError>("grid_path: end", end, *this);
  return {.name = "grid_path",
          .sense = Sense::minimise,
          .shape = {height, width},
          .domain = {.lower = 0},
          .ties = "a path with the fewest cells is taken; of several, the first that a search from the end meets"};
}

void GridPath::solve(std::span<const real> cost, std::span<real> solution) const {
  with_steps(*this, [&](auto steps) { solve_grid<steps>(*this, {start, end, {}}, cost, solution); });
}

void GridPath::solve(std::span<const real> cost, const Instance& instance, std::span<real> solution) const {
  const Ends ends = checked(*this, instance);
  with_steps(*this, [&](auto steps) { solve_grid<steps>(*this, ends, cost, solution); });
}

std::optional<bool> GridPath::tied(std::span<const real> cost, std::span<const real>) const {
  return with_steps(*this, [&](auto steps) { return is_tied<steps>(*this, {start, end, {}}, cost); });
}

std::optional<bool> GridPath::tied(std::span<const real> cost, const Instance& instance, std::span<const real>) const {
  const Ends ends = checked(*this, instance);
  return with_steps(*this, [&](auto steps) { return is_tied<steps>(*this, ends, cost); });
}

void GridPath::mask(const Instance& instance, std::span<real> mask) const {
  for (std::size_t i = 0; i < mask.size(); ++i)
    mask[i] = i < instance.blocked.size() ? instance.blocked[i] == 0 : instance.blocked.empty();
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
