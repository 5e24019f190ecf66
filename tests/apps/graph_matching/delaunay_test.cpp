#include <doctest/doctest.h>

#include <cotape/apps/graph_matching/delaunay.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/random.h>

#include <limits>
#include <set>
#include <utility>

using namespace cotape;
using namespace cotape::app;

namespace {

using Pairs = std::set<std::pair<std::int64_t, std::int64_t>>;

Pairs edges_of(const SparseGraph& graph) {
  Pairs edges;
  for (std::int64_t e = 0; e < graph.edge_count(); ++e) edges.insert({graph.edge(e).from, graph.edge(e).to});
  return edges;
}

// The sides of all triangles whose circle holds no other point, neither inside nor on it, in whole numbers: the
// Delaunay triangulation where no four points lie on such a circle.
Pairs sides_of_empty_triangles(const std::vector<Point>& points) {
  const auto n = std::ssize(points);
  const auto at = [&](std::int64_t i) {
    const Point p = points[static_cast<std::size_t>(i)];
    return std::pair{static_cast<std::int64_t>(p.x), static_cast<std::int64_t>(p.y)};
  };
  Pairs sides;
  for (std::int64_t a = 0; a < n; ++a)
    for (std::int64_t b = a + 1; b < n; ++b)
      for (std::int64_t c = b + 1; c < n; ++c) {
        const auto side = [&](std::int64_t i, std::int64_t j, std::int64_t k) {
          return (at(j).first - at(i).first) * (at(k).second - at(i).second) -
                 (at(j).second - at(i).second) * (at(k).first - at(i).first);
        };
        const std::int64_t turn = side(a, b, c);
        if (turn == 0) continue;
        bool empty = true;
        for (std::int64_t d = 0; d < n && empty; ++d) {
          if (d == a || d == b || d == c) continue;
          // The determinant of the three points seen from d, which is positive inside the circle of a left turn.
          std::int64_t row[3][3];
          const std::int64_t corners[] = {a, b, c};
          for (int k = 0; k < 3; ++k) {
            const std::int64_t x = at(corners[k]).first - at(d).first, y = at(corners[k]).second - at(d).second;
            row[k][0] = x;
            row[k][1] = y;
            row[k][2] = x * x + y * y;
          }
          const std::int64_t inside = row[0][0] * (row[1][1] * row[2][2] - row[1][2] * row[2][1]) -
                                      row[0][1] * (row[1][0] * row[2][2] - row[1][2] * row[2][0]) +
                                      row[0][2] * (row[1][0] * row[2][1] - row[1][1] * row[2][0]);
          empty = (turn > 0 ? inside : -inside) < 0;
        }
        if (empty) sides.insert({{a, b}, {b, c}, {a, c}});
      }
  return sides;
}

// A set of random points, no four on a circle and no three on a line as a rule.
std::vector<Point> scattered(std::int64_t n, Rng rng) {
  std::vector<Point> points;
  for (std::int64_t i = 0; i < n; ++i)
    points.push_back({static_cast<double>(rng.below(4000)), static_cast<double>(rng.below(4000))});
  return points;
}

bool connected(const SparseGraph& graph) {
  std::vector<std::int64_t> stack = {0};
  std::set<std::int64_t> seen = {0};
  while (!stack.empty()) {
    const std::int64_t node = stack.back();
    stack.pop_back();
    for (const auto& incidence : graph.out_edges(node))
      if (seen.insert(incidence.node).second) stack.push_back(incidence.node);
  }
  return std::ssize(seen) == graph.node_count();
}

}  // namespace

TEST_CASE("delaunay: the sides of all empty triangles") {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    CAPTURE(seed);
    const std::vector<Point> points = scattered(3 + static_cast<std::int64_t>(seed % 20), Rng(seed));
    CHECK(edges_of(delaunay_graph(points)) == sides_of_empty_triangles(points));
  }
}

TEST_CASE("delaunay: points on circles, on lines and on top of each other") {
  CHECK(delaunay_graph(std::vector<Point>{}).node_count() == 0);
  CHECK(delaunay_graph(std::vector<Point>{{1, 1}}).edge_count() == 0);
  CHECK(edges_of(delaunay_graph(std::vector<Point>{{1, 1}, {5, 2}})) == Pairs{{0, 1}});
  SUBCASE("a square and its middle") {
    CHECK(edges_of(delaunay_graph(std::vector<Point>{{0, 0}, {0, 2}, {2, 2}, {2, 0}})) ==
          Pairs{{0, 1}, {1, 2}, {2, 3}, {0, 3}});
    CHECK(delaunay_graph(std::vector<Point>{{0, 0}, {0, 2}, {2, 2}, {2, 0}, {1, 1}}).edge_count() == 8);
  }
  SUBCASE("a grid has no diagonals") {
    std::vector<Point> grid;
    for (int i = 0; i < 5; ++i)
      for (int j = 0; j < 4; ++j) grid.push_back({10.0 * i, 10.0 * j});
    CHECK(delaunay_graph(grid).edge_count() == 4 * 4 + 5 * 3);
  }
  SUBCASE("a line, not in its order") {
    CHECK(edges_of(delaunay_graph(std::vector<Point>{{0, 0}, {6, 3}, {2, 1}, {4, 2}})) ==
          Pairs{{0, 2}, {2, 3}, {1, 3}});
  }
  SUBCASE("twice the same point") {
    CHECK(edges_of(delaunay_graph(std::vector<Point>{{0, 0}, {4, 0}, {0, 0}, {0, 0}})) ==
          Pairs{{0, 1}, {0, 2}, {0, 3}});
  }
  SUBCASE("many points in few places") {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
      Rng rng(seed);
      std::vector<Point> points;
      for (int i = 0; i < 25; ++i)
        points.push_back({static_cast<double>(rng.below(4)), static_cast<double>(rng.below(4))});
      CHECK(connected(delaunay_graph(points)));
    }
  }
}

TEST_CASE("delaunay: the same graph wherever the points lie") {
  std::vector<Point> points = scattered(30, Rng(5));
  const Pairs edges = edges_of(delaunay_graph(points));
  for (Point& p : points) p = {16384 - 4000 + p.x, -16384 + p.y};
  CHECK(edges_of(delaunay_graph(points)) == edges);
  for (Point& p : points) p = {p.y, -p.x};
  CHECK(edges_of(delaunay_graph(points)) == edges);
  CHECK(connected(delaunay_graph(scattered(200, Rng(6)))));
}

TEST_CASE("delaunay: coordinates that it does not take") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const double x : {nan, 16385.0, -1e30, std::numeric_limits<double>::infinity()})
    CHECK_THROWS_WITH_AS(delaunay_graph(std::vector<Point>{{0, 0}, {x, 0}}), doctest::Contains("is not within ±16384"),
                         ValueError);
}
