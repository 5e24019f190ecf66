#pragma once
#include <cstdint>
#include <optional>
#include <span>

#include <cotape/solvers/core/solver.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// A cell of a grid, rows from the top. Negative numbers count from the last row or column, which is −1.
struct GridCell {
  std::int64_t row = 0;
  std::int64_t column = 0;
  bool operator==(const GridCell&) const = default;
};

// Where a path may go from a cell: up, down, left and right, or diagonally as well.
enum class Neighbours { four, eight };

// The cheapest path on a grid whose cells cost: costs ≥ 0 and solution are [height, width], the solution is 1 on the
// cells of the path and 0 elsewhere. A path's cost is the sum over its cells, both ends included. Exact: the sum, taken
// in double from the start on, is the smallest there is. Of equally cheap paths one with the fewest cells is taken. No
// heap memory for grids of up to 64 × 64 cells. Made as GridPath{.height = 12, .width = 12}, corner to corner.
//   Method: Bellman–Ford's relaxation in sweeps over the rows, down and up, that look only at what the sweep before has
//   changed. There are about as many sweeps as the path to any cell turns between down and up.
struct GridPath {
  std::int64_t height = 1;
  std::int64_t width = 1;
  Neighbours neighbours = Neighbours::eight;
  GridCell start = {0, 0};
  GridCell end = {-1, -1};

  // Throws ValueError unless height, width ≥ 1 and both ends lie on the grid.
  SolverTraits traits() const;
  // Throws SolverError when the sum of costs overflows.
  void solve(std::span<const real> cost, std::span<real> solution) const;
  // Whether another path is exactly as cheap as this one, which solve() gave for this cost.
  std::optional<bool> tied(std::span<const real> cost, std::span<const real> solution) const;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
