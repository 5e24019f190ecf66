#include <cotape/engine/error.h>
#include <cotape/solvers/grid_path.h>
#include <cotape/solvers/tight_paths.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory_resource>
#include <vector>

namespace cotape::inline COTAPE_PRECISION {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::int64_t most_cells = std::int64_t{1} << 26;
constexpr std::int32_t lane = 8;  // rows are padded to whole vectors of this many numbers
constexpr std::size_t stack_bytes = std::size_t{1} << 17;

template <class T>
using Array = std::pmr::vector<T>;

// One instance: the grid in a frame of cells that cost infinitely much, so that no neighbour needs a test. A cell's
// number is its place in the padded arrays.
class Search {
 public:
  Search(const GridPath& grid, std::span<const real> cost, std::pmr::memory_resource* memory)
      : height_(static_cast<std::int32_t>(grid.height)),
        width_(static_cast<std::int32_t>(grid.width)),
        stride_((width_ + lane) / lane * lane),
        diagonal_(grid.neighbours == Neighbours::eight),
        start_(cell(grid.start)),
        end_(cell(grid.end)),
        distance_(size(), infinity, memory),
        cost_(size(), infinity, memory),
        from_right_(width_, memory),
        changed_(height_, 0, memory) {
    for (std::int32_t r = 0; r < height_; ++r)
      for (std::int32_t c = 0; c < width_; ++c) cost_[cell(r, c)] = static_cast<double>(cost[r * width_ + c]);
    find_distances();
    if (distance_[end_] == infinity) fail<SolverError>("grid_path: the sum of the costs overflows");
  }

  std::int32_t start() const { return start_; }
  std::int32_t end() const { return end_; }
  std::size_t size() const { return static_cast<std::size_t>((height_ + 2) * stride_ + 2 * lane); }
  // Place in the solution.
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
    for (int i = 0; i < (diagonal_ ? 8 : 4); ++i)
      if (const std::int32_t u = v + offsets[i]; distance_[u] + cost_[v] == distance_[v] && f(u, v)) return true;
    return false;
  }

 private:
  std::int32_t cell(std::int32_t row, std::int32_t column) const { return (row + 1) * stride_ + lane + column; }
  std::int32_t cell(GridCell at) const {
    return cell(static_cast<std::int32_t>(at.row < 0 ? at.row + height_ : at.row),
                static_cast<std::int32_t>(at.column < 0 ? at.column + width_ : at.column));
  }

  // Sweeps down and up until no row changes. A row is visited only when the one it is reached from has changed.
  void find_distances() {
    constexpr std::uint8_t for_below = 1, for_above = 2;
    const std::int32_t first = (start_ - cell(0, 0)) / stride_;
    distance_[start_] = cost_[start_];
    settle_row(first);
    changed_[first] = for_below | for_above;
    const auto pass_on = [&](std::int32_t from, std::int32_t to, std::uint8_t side) {
      if (!(changed_[from] & side)) return false;
      changed_[from] = static_cast<std::uint8_t>(changed_[from] & ~side);
      if (!enter_row(to, from)) return false;
      settle_row(to);
      changed_[to] = for_below | for_above;
      return true;
    };
    for (bool any = true; any;) {
      any = false;
      for (std::int32_t r = 1; r < height_; ++r) any |= pass_on(r - 1, r, for_below);
      for (std::int32_t r = height_ - 2; r >= 0; --r) any |= pass_on(r + 1, r, for_above);
    }
  }

  // Steps from one row into the next; whether any made a cell nearer.
  bool enter_row(std::int32_t row, std::int32_t from_row) {
    const bool nearer =
        diagonal_ ? enter_row(row, from_row, [](const double* d) { return std::min(d[0], std::min(d[-1], d[1])); })
                  : enter_row(row, from_row, [](const double* d) { return d[0]; });
    return nearer;
  }
  template <class Nearest>
  bool enter_row(std::int32_t row, std::int32_t from_row, Nearest nearest) {
    double* const to = &distance_[cell(row, 0)];
    const double* const from = &distance_[cell(from_row, 0)];
    const double* const cost = &cost_[cell(row, 0)];
    const std::int32_t n = stride_;
    std::int64_t nearer = 0;
    for (std::int32_t c = 0; c < n; ++c) {
      const double reached = nearest(from + c) + cost[c];
      nearer |= reached < to[c];
      to[c] = std::min(to[c], reached);
    }
    return nearer != 0;
  }

  // Steps inside a row, as many as it takes. A cheapest way inside a row goes in one direction, so the two directions
  // are settled apart, and the processor works on both at once.
  void settle_row(std::int32_t row) {
    double* const distance = &distance_[cell(row, 0)];
    double* const from_right = from_right_.data();
    const double* const cost = &cost_[cell(row, 0)];
    double rightward = infinity, leftward = infinity;
    for (std::int32_t c = width_ - 1; c >= 0; --c) from_right[c] = leftward = std::min(distance[c], leftward + cost[c]);
    for (std::int32_t c = 0; c < width_; ++c) {
      rightward = std::min(distance[c], rightward + cost[c]);
      distance[c] = std::min(rightward, from_right[c]);
    }
  }

  std::int32_t height_, width_, stride_;
  bool diagonal_;
  std::int32_t start_, end_;
  Array<double> distance_, cost_;
  Array<double> from_right_;     // one row
  Array<std::uint8_t> changed_;  // a row, since the rows beside it were entered from it
};

// Memory of one call: on the stack, from the heap only what is beyond.
struct Workspace {
  alignas(64) std::array<std::byte, stack_bytes> bytes;
  std::pmr::monotonic_buffer_resource memory{bytes.data(), bytes.size()};
};

bool on_grid(std::int64_t at, std::int64_t size) { return at >= -size && at < size; }

void check_cell(const char* which, GridCell cell, const GridPath& grid) {
  if (!on_grid(cell.row, grid.height) || !on_grid(cell.column, grid.width))
    fail<ValueError>("grid_path: ", which, " (", cell.row, ", ", cell.column, ") is outside of the grid of ",
                     grid.height, " x ", grid.width, " cells");
}

}  // namespace

SolverTraits GridPath::traits() const {
  if (height < 1 || width < 1 || height > most_cells / width)
    fail<ValueError>("grid_path: ", height, " x ", width, " cells are none, or more than ", most_cells);
  check_cell("start", start, *this);
  check_cell("end", end, *this);
  return {.name = "grid_path",
          .sense = Sense::minimise,
          .shape = {height, width},
          .domain = {.lower = 0},
          .ties = "a path with the fewest cells is taken; of several, the first that a search from the end meets"};
}

void GridPath::solve(std::span<const real> cost, std::span<real> solution) const {
  Workspace workspace;
  const Search search(*this, cost, &workspace.memory);
  Array<std::int32_t> step(search.size(), -1, &workspace.memory), queue(search.size(), &workspace.memory);
  find_tight_path(search, search.start(), search.end(), std::span(step), std::span(queue));
  std::fill(solution.begin(), solution.end(), real(0));
  for (std::int32_t at = search.start(); at != search.end(); at = step[at]) solution[search.index(at)] = 1;
  solution[search.index(search.end())] = 1;
}

std::optional<bool> GridPath::tied(std::span<const real> cost, std::span<const real>) const {
  Workspace workspace;
  const Search search(*this, cost, &workspace.memory);
  Array<std::int32_t> step(search.size(), -1, &workspace.memory), queue(search.size(), &workspace.memory);
  find_tight_path(search, search.start(), search.end(), std::span(step), std::span(queue));
  Array<std::int32_t> place(search.size(), -1, &workspace.memory), path(search.size(), &workspace.memory);
  return has_other_tight_path(search, search.start(), search.end(), std::span<const std::int32_t>(step),
                              std::span(place), std::span(path), std::span(queue));
}

}  // namespace cotape::inline COTAPE_PRECISION
