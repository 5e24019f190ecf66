#include <cotape/engine/base/error.h>
#include <cotape/engine/base/random.h>
#include <cotape/solvers/core/instances.h>
#include <cotape/solvers/kit/graph.h>

#include <doctest/doctest.h>

#include <utility>
#include <vector>

using namespace cotape;

namespace {

using Pairs = std::vector<std::pair<std::int64_t, std::int64_t>>;  // edge, node at its other end

Pairs pairs_of(std::span<const SparseGraph::Incidence> incidences) {
  Pairs pairs;
  for (const auto [edge, node] : incidences) pairs.emplace_back(edge, node);
  return pairs;
}

}  // namespace

TEST_CASE("graph: a directed one lists the edges that leave and that enter a node") {
  const SparseGraph graph = SparseGraph::directed(4, {{2, 0}, {0, 1}, {0, 1}, {1, 1}, {1, 0}});
  CHECK(graph.is_directed());
  CHECK(graph.node_count() == 4);
  CHECK(graph.edge_count() == 5);
  CHECK(graph.edge(0) == Edge{2, 0});
  CHECK(graph.edge(4) == Edge{1, 0});
  CHECK(pairs_of(graph.out_edges(0)) == Pairs{{1, 1}, {2, 1}});
  CHECK(pairs_of(graph.in_edges(0)) == Pairs{{0, 2}, {4, 1}});
  CHECK(pairs_of(graph.out_edges(1)) == Pairs{{3, 1}, {4, 0}});
  CHECK(pairs_of(graph.in_edges(1)) == Pairs{{1, 0}, {2, 0}, {3, 1}});
  CHECK(graph.in_edges(2).empty());
  CHECK(graph.out_edges(3).empty());
}

TEST_CASE("graph: in an undirected one both ends see an edge, and a loop counts once") {
  const SparseGraph graph = SparseGraph::undirected(3, {{2, 0}, {0, 1}, {1, 1}, {1, 0}});
  CHECK_FALSE(graph.is_directed());
  CHECK(graph.edge(0) == Edge{2, 0});
  CHECK(pairs_of(graph.out_edges(0)) == Pairs{{0, 2}, {1, 1}, {3, 1}});
  CHECK(pairs_of(graph.out_edges(1)) == Pairs{{1, 0}, {2, 1}, {3, 0}});
  CHECK(pairs_of(graph.out_edges(2)) == Pairs{{0, 0}});
  CHECK(pairs_of(graph.in_edges(1)) == pairs_of(graph.out_edges(1)));
}

TEST_CASE("graph: lists agree with the edges on random graphs") {
  Rng rng(1);
  for (int i = 0; i < 200; ++i) {
    const bool directed = i % 2 == 0;
    const std::int64_t nodes = 1 + rng.below(12);
    std::vector<Edge> edges(static_cast<std::size_t>(rng.below(40)));
    for (Edge& edge : edges) edge = {rng.below(nodes), rng.below(nodes)};
    const SparseGraph graph = directed ? SparseGraph::directed(nodes, edges) : SparseGraph::undirected(nodes, edges);
    for (std::int64_t v = 0; v < nodes; ++v) {
      Pairs out, in;
      for (std::int64_t e = 0; e < std::ssize(edges); ++e) {
        const Edge edge = edges[static_cast<std::size_t>(e)];
        if (edge.from == v)
          out.emplace_back(e, edge.to);
        else if (!directed && edge.to == v)
          out.emplace_back(e, edge.from);
        if (edge.to == v) in.emplace_back(e, edge.from);
      }
      REQUIRE(pairs_of(graph.out_edges(v)) == out);
      REQUIRE(pairs_of(graph.in_edges(v)) == (directed ? in : out));
    }
  }
}

TEST_CASE("graph: copies share the lists; equality is by value") {
  const SparseGraph graph = SparseGraph::directed(2, {{0, 1}});
  const SparseGraph copy = graph;
  CHECK(copy.out_edges(0).data() == graph.out_edges(0).data());
  CHECK(copy == graph);
  CHECK(SparseGraph::directed(2, {{0, 1}}) == graph);
  CHECK_FALSE(SparseGraph::directed(2, {{1, 0}}) == graph);
  CHECK_FALSE(SparseGraph::directed(3, {{0, 1}}) == graph);
  CHECK_FALSE(SparseGraph::undirected(2, {{0, 1}}) == graph);
  CHECK(SparseGraph() == SparseGraph::directed(0, {}));
  // As instance data.
  const Instances instances(std::vector<SparseGraph>{graph, SparseGraph()});
  CHECK(static_cast<const SparseGraph*>(instances[0].data)->out_edges(0).data() == graph.out_edges(0).data());
}

TEST_CASE("graph: ends that are no nodes, and sizes that do not fit, are refused") {
  CHECK_THROWS_WITH_AS(SparseGraph::directed(3, {{0, 1}, {1, 3}}),
                       "graph: edge 1 from 1 to 3: 3 is not one of the 3 nodes, which are numbered from 0", ValueError);
  CHECK_THROWS_WITH_AS(SparseGraph::undirected(3, {{-1, 1}}),
                       "graph: edge 0 from -1 to 1: -1 is not one of the 3 nodes, which are numbered from 0",
                       ValueError);
  CHECK_THROWS_AS(SparseGraph::directed(0, {{0, 0}}), ValueError);
  CHECK_THROWS_WITH_AS(SparseGraph::directed(-1, {}), "graph: -1 nodes are outside 0 … 1000000000", ValueError);
  CHECK_THROWS_AS(SparseGraph::directed(1'000'000'001, {}), ValueError);
}

TEST_CASE("graph: a complete graph has an edge between every two nodes") {
  CHECK(SparseGraph::complete(4) == SparseGraph::undirected(4, {{0, 1}, {0, 2}, {0, 3}, {1, 2}, {1, 3}, {2, 3}}));
  CHECK(SparseGraph::complete(0).edge_count() == 0);
  CHECK(SparseGraph::complete(1).node_count() == 1);
  CHECK_THROWS_WITH_AS(SparseGraph::complete(-1), doctest::Contains("complete with -1 nodes"), ValueError);
  CHECK_THROWS_WITH_AS(SparseGraph::complete(40001), doctest::Contains("0 … 40000"), ValueError);
}

TEST_CASE("graph: drawn by its nodes and edges, unless it is large") {
  const Drawing drawing = SparseGraph::directed(3, {{0, 1}, {2, 2}, {1, 0}}).drawing(true);
  CHECK(drawing == Drawing{.kind = Drawing::Kind::graph,
                           .nodes = 3,
                           .edges = {{0, 1}, {2, 2}, {1, 0}},
                           .directed = true,
                           .numbers_of_nodes = true});
  CHECK_FALSE(SparseGraph::complete(100).drawing().directed);
  CHECK(SparseGraph::complete(101).drawing() == Drawing{});  // 5,050 edges
  CHECK(SparseGraph::undirected(1'001, {{0, 1}}).drawing() == Drawing{});
}
