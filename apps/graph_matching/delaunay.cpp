#include <cotape/apps/graph_matching/delaunay.h>
#include <cotape/engine/base/error.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

namespace cotape::app {
namespace {

// On a grid of 1/64, so that all that follows is exact in whole numbers of 64 bits.
struct GridPoint {
  std::int64_t x, y;
  bool operator==(const GridPoint&) const = default;
};

GridPoint on_grid(Point p) {
  const auto place = [](double coordinate) {
    if (!(std::abs(coordinate) <= 16384))
      fail<ValueError>("delaunay_graph: the coordinate ", coordinate, " is not within ±16384");
    return static_cast<std::int64_t>(std::llround(64 * coordinate));
  };
  return {place(p.x), place(p.y)};
}

// A fraction whose denominator is positive.
struct Fraction {
  std::int64_t numerator, denominator;
};

std::int64_t floor_of(Fraction f) {
  const std::int64_t quotient = f.numerator / f.denominator;
  return quotient - (f.numerator % f.denominator < 0 ? 1 : 0);
}

// Whether a < b: by whole parts, then by the inverses of what is left.
bool less(Fraction a, Fraction b) {
  while (true) {
    const std::int64_t whole_a = floor_of(a), whole_b = floor_of(b);
    if (whole_a != whole_b) return whole_a < whole_b;
    const std::int64_t rest_a = a.numerator - whole_a * a.denominator, rest_b = b.numerator - whole_b * b.denominator;
    if (rest_b == 0) return false;
    if (rest_a == 0) return true;
    const Fraction inverse_a{a.denominator, rest_a};
    a = {b.denominator, rest_b};
    b = inverse_a;
  }
}

// Whether there is such a circle through points i and j. Its centre lies on their bisector, at the middle plus t times
// a normal of j − i; every other point k holds t below or above p/(2 s) by the side s on which it lies.
bool joined(const std::vector<GridPoint>& points, std::size_t i, std::size_t j) {
  const GridPoint a = points[i], b = points[j];
  std::optional<Fraction> low, high;  // of 2 t
  for (std::size_t k = 0; k < points.size(); ++k) {
    if (k == i || k == j) continue;
    const GridPoint c = points[k];
    const std::int64_t s = (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
    const std::int64_t p = (c.x - a.x) * (c.x - b.x) + (c.y - a.y) * (c.y - b.y);
    if (s == 0) {
      if (p <= 0) return false;  // between them
    } else if (s > 0) {
      if (const Fraction bound{p, s}; !high || less(bound, *high)) high = bound;
    } else {
      if (const Fraction bound{-p, -s}; !low || less(*low, bound)) low = bound;
    }
  }
  return !low || !high || less(*low, *high);
}

}  // namespace

SparseGraph delaunay_graph(std::span<const Point> points) {
  std::vector<GridPoint> places;
  std::vector<std::int64_t> first;  // the point that was first at each place
  std::vector<Edge> edges;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const GridPoint own = on_grid(points[i]);
    std::size_t place = 0;
    while (place < places.size() && places[place] != own) ++place;
    if (place < places.size()) {
      edges.push_back({first[place], static_cast<std::int64_t>(i)});
      continue;
    }
    places.push_back(own);
    first.push_back(static_cast<std::int64_t>(i));
  }
  for (std::size_t i = 0; i < places.size(); ++i)
    for (std::size_t j = i + 1; j < places.size(); ++j)
      if (joined(places, i, j)) edges.push_back({first[i], first[j]});
  std::sort(edges.begin(), edges.end(),
            [](const Edge& a, const Edge& b) { return a.from != b.from ? a.from < b.from : a.to < b.to; });
  return SparseGraph::undirected(static_cast<std::int64_t>(points.size()), edges);
}

}  // namespace cotape::app
