#include <cotape/engine/base/error.h>
#include <cotape/solvers/flow/cut_search.h>
#include <cotape/solvers/flow/grid_cut.h>
#include <cotape/solvers/kit/scale.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

struct GridCut::Workspace {
  flow::CutWorkspace cut;
};

namespace {

constexpr std::int64_t max_cells = std::int64_t{1} << 26;

// The cells as a graph. They lie in a frame of cells without capacity, so that no neighbour needs a test. The arcs of a
// cell have numbers side by side, two for each kind of pair: 0 to the right, 1 to the left, 2 down, 3 up, 4 down and to
// the right, 5 back, 6 down and to the left, 7 back.
template <int degree>
class GridArcs {
 public:
  explicit GridArcs(const GridCut& grid)
      : height_(static_cast<std::int32_t>(grid.height)),
        width_(static_cast<std::int32_t>(grid.width)),
        stride_(width_ + 1) {
    const std::int32_t steps[] = {1, stride_, stride_ + 1, stride_ - 1};
    for (int d = 0; d < degree; ++d) step_[d] = d % 2 ? -steps[d / 2] : steps[d / 2];
  }

  std::int32_t first(std::int32_t v) const { return degree * v; }
  static constexpr std::int32_t count(std::int32_t) { return degree; }
  std::int32_t head(std::int32_t arc) const { return arc / degree + step_[arc % degree]; }
  std::int32_t reverse(std::int32_t arc) const { return degree * head(arc) + (arc % degree ^ 1); }
  std::int32_t head(std::int32_t v, std::int32_t i) const { return v + step_[i]; }
  std::int32_t reverse(std::int32_t v, std::int32_t i) const { return degree * head(v, i) + (i ^ 1); }

  std::int32_t node_count() const { return (height_ + 2) * stride_ + 2; }
  std::int32_t arc_count() const { return degree * node_count(); }
  std::int32_t node(std::int32_t row, std::int32_t column) const { return (row + 1) * stride_ + column + 1; }
  // Calls f(index of the cell in a plane, its node, kind of pair, whether it has that neighbour) for all cells.
  template <class F>
  void for_pairs(F f) const {
    for (std::int32_t r = 0, i = 0; r < height_; ++r)
      for (std::int32_t c = 0; c < width_; ++c, ++i)
        for (int kind = 0; kind < degree / 2; ++kind) {
          const bool right = kind != 0 && kind != 2 ? true : c + 1 < width_;
          const bool below = kind == 0 || r + 1 < height_, left = kind != 3 || c > 0;
          f(i, node(r, c), kind, right && below && left);
        }
  }

 private:
  std::int32_t height_, width_, stride_;
  std::int32_t step_[degree];
};

double pair_cost(const GridCut& grid, std::int32_t cell, int kind, double cost) {
  if (cost >= 0) return cost;
  if (grid.negative_pairs == NegativePairs::count_as_zero) return 0;
  static constexpr const char* names[] = {"right", "lower", "lower right", "lower left"};
  fail<SolverError>("the cost ", cost, " of cell (", cell / grid.width, ", ", cell % grid.width, ") and its ",
                    names[kind], " neighbour is negative: no minimum cut finds the cheapest labelling then");
}

template <int degree>
flow::CutSearch<GridArcs<degree>> find_cut(const GridCut& grid, const GridArcs<degree>& arcs,
                                           std::span<const real> cost, flow::CutWorkspace& work) {
  const std::int64_t cells = grid.height * grid.width;
  const double scale = scale_of(cost);
  work.clear(arcs.node_count(), arcs.arc_count());
  arcs.for_pairs([&](std::int32_t i, std::int32_t node, int kind, bool there) {
    if (kind == 0) work.nodes[node].terminal = -scale * static_cast<double>(cost[i]);
    if (!there) return;
    const std::int32_t arc = arcs.first(node) + 2 * kind;
    work.residual[arc] = work.residual[arcs.reverse(arc)] =
        pair_cost(grid, i, kind, scale * static_cast<double>(cost[(kind + 1) * cells + i]));
  });
  flow::CutSearch<GridArcs<degree>> search(arcs, work);
  search.run();
  return search;
}

template <int degree>
void solve_grid(const GridCut& grid, std::span<const real> cost, std::span<real> solution, flow::CutWorkspace& work) {
  const GridArcs<degree> arcs(grid);
  const auto search = find_cut(grid, arcs, cost, work);
  const std::int64_t cells = grid.height * grid.width;
  arcs.for_pairs([&](std::int32_t i, std::int32_t node, int kind, bool there) {
    const bool label = search.on_source_side(node);
    if (kind == 0) solution[i] = label;
    const bool differ = there && label != search.on_source_side(arcs.head(arcs.first(node) + 2 * kind));
    solution[(kind + 1) * cells + i] = differ;
  });
}

template <int degree>
bool is_tied(const GridCut& grid, std::span<const real> cost, flow::CutWorkspace& work) {
  const GridArcs<degree> arcs(grid);
  auto search = find_cut(grid, arcs, cost, work);
  search.finish_sink();
  bool tied = false;
  arcs.for_pairs([&](std::int32_t, std::int32_t node, int, bool) { tied |= search.free(node); });
  return tied;
}

}  // namespace

SolverTraits GridCut::traits() const {
  if (height < 1 || width < 1 || height > max_cells / width)
    fail<ValueError>("grid_cut: ", height, " x ", width, " cells are none, or more than ", max_cells);
  return {.name = "grid_cut",
          .sense = Sense::minimise,
          .shape = {neighbours == CutNeighbours::eight ? 5 : 3, height, width},
          .ties = "the labelling with the fewest ones, which all others contain",
          .drawing = {.kind = Drawing::Kind::labels}};
}

void GridCut::solve(std::span<const real> cost, std::span<real> solution) const {
  const WorkspacePool<Workspace>::Lease work(workspaces);
  neighbours == CutNeighbours::eight ? solve_grid<8>(*this, cost, solution, work->cut)
                                     : solve_grid<4>(*this, cost, solution, work->cut);
}

std::optional<bool> GridCut::tied(std::span<const real> cost, std::span<const real>) const {
  const WorkspacePool<Workspace>::Lease work(workspaces);
  return neighbours == CutNeighbours::eight ? is_tied<8>(*this, cost, work->cut) : is_tied<4>(*this, cost, work->cut);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
