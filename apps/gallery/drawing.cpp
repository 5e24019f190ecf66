#include <cotape/apps/gallery/drawing.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace cotape::app {

namespace {

constexpr double width = 280, height = 200;
constexpr Ink chosen = ink_series;

struct Rectangle {
  double x, y, width, height;

  std::vector<Point> corners() const { return {{x, y}, {x + width, y}, {x + width, y + height}, {x, y + height}}; }
  std::vector<Point> outline() const {
    return {{x, y}, {x + width, y}, {x + width, y + height}, {x, y + height}, {x, y}};
  }
};

class Drawer {
 public:
  explicit Drawer(const SolverExample& example)
      : example_(example), traits_(example.solver.traits()), solution_(traits_.shape) {
    example.solver.solve(example.costs.values(), solution_.values());
    const auto [low, high] = std::minmax_element(example.costs.values().begin(), example.costs.values().end());
    low_ = static_cast<double>(*low);
    span_ = std::max(1e-9, static_cast<double>(*high) - low_);
  }

  Scene draw() {
    switch (traits_.drawing.kind) {
      case Drawing::Kind::graph:
      case Drawing::Kind::cut:
        draw_graph();
        break;
      case Drawing::Kind::pairs:
        draw_pairs();
        break;
      case Drawing::Kind::items:
        draw_items();
        break;
      case Drawing::Kind::tour:
        draw_tour();
        break;
      case Drawing::Kind::by_shape:
      case Drawing::Kind::trellis:
      case Drawing::Kind::labels:
        if (traits_.shape.rank() == 1)
          draw_bars();
        else
          draw_cells();
    }
    return std::move(scene_);
  }

 private:
  double value(std::int64_t i) const { return static_cast<double>(example_.costs[i]); }
  double answer(std::int64_t i) const { return static_cast<double>(solution_[i]); }
  // From 0 for the least cost to 1 for the greatest.
  double share(std::int64_t i) const { return (value(i) - low_) / span_; }

  Point place(std::int64_t node) const {
    const Point p = example_.places[static_cast<std::size_t>(node)];
    return {8 + (width - 16) * p.x, 8 + (height - 16) * (1 - p.y)};
  }
  void line(Point a, Point b, Ink ink, double thick, bool dashed = false) {
    scene_.items.emplace_back(Line{{a, b}, ink, thick, dashed});
  }
  void dot(Point center, double radius, Ink ink) { scene_.items.emplace_back(Dot{center, radius, ink}); }
  void fill(const Rectangle& r, Ink ink, double opacity) { scene_.items.emplace_back(Area{r.corners(), ink, opacity}); }

  void draw_graph() {
    const Drawing& drawing = traits_.drawing;
    const std::int64_t first = drawing.numbers_of_nodes ? drawing.nodes : 0;
    for (const bool strong : {false, true})
      for (std::int64_t e = 0; e < std::ssize(drawing.edges); ++e) {
        const auto [from, to] = drawing.edges[static_cast<std::size_t>(e)];
        const double y = answer(first + e);
        if ((y != 0) != strong) continue;
        const Point a = place(from), b = place(to);
        line(a, b, strong ? chosen : ink_grid, strong ? 1.5 + 1.5 * y : 1);
        if (!drawing.directed) continue;
        // The tip: two short lines back from the node's edge.
        const double far = std::hypot(b.x - a.x, b.y - a.y), ux = (b.x - a.x) / far, uy = (b.y - a.y) / far;
        const Point tip{b.x - 5 * ux, b.y - 5 * uy};
        for (const double side : {-1., 1.})
          line(tip, {tip.x - 7 * ux - side * 4 * uy, tip.y - 7 * uy + side * 4 * ux}, strong ? chosen : ink_grid,
               strong ? 2 : 1);
      }
    for (std::int64_t node = 0; node < drawing.nodes; ++node)
      dot(place(node), first ? 7 : 4, first && answer(node) == 0 ? ink_grid : first ? chosen : ink_muted);
  }

  void draw_tour() {
    const std::int64_t n = traits_.shape[0];
    for (std::int64_t i = 0; i < n; ++i)
      for (std::int64_t j = 0; j < i; ++j)
        if (answer(i * n + j) != 0) line(place(i), place(j), chosen, 3);
    for (std::int64_t i = 0; i < n; ++i) dot(place(i), 4, ink_muted);
  }

  // Rows on the left, columns on the right.
  void draw_pairs() {
    const std::int64_t rows = traits_.shape[0], columns = traits_.shape[1];
    const auto at = [](std::int64_t i, std::int64_t n, double x) {
      return Point{x, height * (static_cast<double>(i) + 0.5) / static_cast<double>(n)};
    };
    for (const bool strong : {false, true})
      for (std::int64_t k = 0; k < rows * columns; ++k)
        if ((answer(k) != 0) == strong)
          line(at(k / columns, rows, 60), at(k % columns, columns, 220), strong ? chosen : ink_grid,
               strong ? 2 + answer(k) : 0.4 + 1.6 * (1 - share(k)));
    for (std::int64_t i = 0; i < rows; ++i) dot(at(i, rows, 60), 5, ink_muted);
    for (std::int64_t j = 0; j < columns; ++j) dot(at(j, columns, 220), 5, ink_muted);
  }

  // As wide as they weigh and as high as they are worth; the line is at what fits.
  void draw_items() {
    const std::vector<double>& sizes = traits_.drawing.sizes;
    std::vector<std::int64_t> order(sizes.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_partition(order.begin(), order.end(), [&](std::int64_t i) { return answer(i) != 0; });
    const double unit = width / std::accumulate(sizes.begin(), sizes.end(), 0.);
    double x = 0;
    for (const std::int64_t i : order) {
      const double wide = unit * sizes[static_cast<std::size_t>(i)], tall = (height - 10) * value(i) / (low_ + span_);
      fill({x + 1, height - tall, wide - 2, tall}, answer(i) != 0 ? chosen : ink_grid, 1);
      x += wide;
    }
    line({unit, 0}, {unit, height}, ink_text, 1.5, true);
  }

  void draw_bars() {
    const double wide = width / static_cast<double>(traits_.shape[0]);
    const bool yes_or_no =
        std::all_of(solution_.values().begin(), solution_.values().end(), [](real y) { return y == 0 || y == 1; });
    for (std::int64_t i = 0; i < traits_.shape[0]; ++i) {
      const double tall = (height - 24) * value(i) / (low_ + span_), x = wide * static_cast<double>(i);
      fill({x + 2, height - tall, wide - 4, tall}, yes_or_no && answer(i) == 0 ? ink_grid : chosen, 1);
      if (yes_or_no) continue;
      const auto rank = std::to_string(static_cast<std::int64_t>(answer(i)));
      scene_.items.emplace_back(Label{{x + wide / 2, height - tall - 6}, rank, 13, Anchor::middle, ink_text, true});
    }
  }

  // The first of several matrices: costs as grey, what is chosen dotted. High ones lie on their side.
  void draw_cells() {
    const std::int64_t rows = traits_.shape[-2], columns = traits_.shape[-1];
    const double across = static_cast<double>(std::max(rows, columns)),
                 down = static_cast<double>(std::min(rows, columns));
    const double side = std::min(width / across, height / down);
    for (std::int64_t k = 0; k < rows * columns; ++k) {
      double x = side * static_cast<double>(k % columns), y = side * static_cast<double>(k / columns);
      if (rows > columns) std::swap(x, y);
      fill({x, y, side - 1, side - 1}, ink_muted, 0.05 + 0.6 * share(k));
      if (answer(k) == 0) continue;
      fill({x, y, side - 1, side - 1}, chosen, 0.35);
      dot({x + side / 2 - 0.5, y + side / 2 - 0.5}, side / 5, chosen);
    }
  }

  const SolverExample& example_;
  SolverTraits traits_;
  Tensor solution_;
  double low_ = 0, span_ = 1;
  Scene scene_{width, height, {}};
};

}  // namespace

Scene draw(const SolverExample& example) { return Drawer(example).draw(); }

}  // namespace cotape::app
