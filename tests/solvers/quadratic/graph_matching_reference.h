#pragma once
#include <cotape/engine/base/random.h>
#include <cotape/solvers/quadratic/graph_matching.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The cheapest matching by looking at all of them.
struct BestMatching {
  double cost = std::numeric_limits<double>::infinity();  // with that of nodes left out; infinity: there is none
  double count = 0;                                       // of matchings that cost this
};

// What a matching costs, term by term.
template <class T>
double matching_cost(const GraphMatchingLayout& layout, const MatchedGraphs& graphs, const std::vector<T>& cost,
                     std::optional<double> unassigned, const std::vector<std::int64_t>& right_of_left) {
  const auto at = [&](std::int64_t place) { return static_cast<double>(cost[static_cast<std::size_t>(place)]); };
  double sum = 0, pairs = 0;
  for (std::size_t i = 0; i < right_of_left.size(); ++i)
    if (right_of_left[i] >= 0) {
      sum += at(layout.place(static_cast<std::int64_t>(i), right_of_left[i]));
      ++pairs;
    }
  for (std::int64_t e = 0; e < graphs.left.edge_count(); ++e)
    for (std::int64_t f = 0; f < graphs.right.edge_count(); ++f) {
      const Edge left = graphs.left.edge(e), right = graphs.right.edge(f);
      const std::int64_t from = right_of_left[static_cast<std::size_t>(left.from)];
      const std::int64_t to = right_of_left[static_cast<std::size_t>(left.to)];
      if (from == right.from && to == right.to) sum += at(layout.place(e, f, false));
      if (from == right.to && to == right.from) sum += at(layout.place(e, f, true));
    }
  const auto few = static_cast<double>(std::min(graphs.left.node_count(), graphs.right.node_count()));
  return sum + unassigned.value_or(0) * (few - pairs);
}

template <class T>
BestMatching best_matching(const GraphMatchingLayout& layout, const MatchedGraphs& graphs, const std::vector<T>& cost,
                           std::optional<double> unassigned) {
  BestMatching best;
  const std::int64_t left = graphs.left.node_count(), right = graphs.right.node_count();
  std::vector<std::int64_t> right_of_left(static_cast<std::size_t>(left), -1);
  std::vector<bool> taken(static_cast<std::size_t>(right), false);
  const auto extend = [&](const auto& self, std::int64_t i, std::int64_t pairs) -> void {
    if (i == left) {
      if (!unassigned && pairs < std::min(left, right)) return;
      const double value = matching_cost(layout, graphs, cost, unassigned, right_of_left);
      if (value < best.cost) best = {value, 0};
      best.count += value == best.cost;
      return;
    }
    self(self, i + 1, pairs);
    for (std::int64_t j = 0; j < right; ++j) {
      if (taken[static_cast<std::size_t>(j)]) continue;
      if (!graphs.allowed.empty() && graphs.allowed[static_cast<std::size_t>(layout.place(i, j))] == 0) continue;
      taken[static_cast<std::size_t>(j)] = true;
      right_of_left[static_cast<std::size_t>(i)] = j;
      self(self, i + 1, pairs + 1);
      taken[static_cast<std::size_t>(j)] = false;
      right_of_left[static_cast<std::size_t>(i)] = -1;
    }
  };
  extend(extend, 0, 0);
  return best;
}

// Which right node each left one has in a solution, −1 for none; empty when the solution is not that of a matching.
inline std::vector<std::int64_t> matching_of(const GraphMatchingLayout& layout, const MatchedGraphs& graphs,
                                             const std::vector<real>& solution) {
  const auto at = [&](std::int64_t place) { return solution[static_cast<std::size_t>(place)]; };
  std::vector<std::int64_t> right_of_left(static_cast<std::size_t>(graphs.left.node_count()), -1);
  std::vector<bool> taken(static_cast<std::size_t>(layout.right_nodes), false);
  std::vector<real> expected(solution.size());
  for (std::int64_t i = 0; i < graphs.left.node_count(); ++i)
    for (std::int64_t j = 0; j < graphs.right.node_count(); ++j) {
      if (at(layout.place(i, j)) == 0) continue;
      std::int64_t& mine = right_of_left[static_cast<std::size_t>(i)];
      if (mine >= 0 || taken[static_cast<std::size_t>(j)]) return {};
      taken[static_cast<std::size_t>(j)] = true;
      mine = j;
      expected[static_cast<std::size_t>(layout.place(i, j))] = 1;
    }
  for (std::int64_t e = 0; e < graphs.left.edge_count(); ++e)
    for (std::int64_t f = 0; f < graphs.right.edge_count(); ++f) {
      const Edge left = graphs.left.edge(e), right = graphs.right.edge(f);
      const std::int64_t from = right_of_left[static_cast<std::size_t>(left.from)];
      const std::int64_t to = right_of_left[static_cast<std::size_t>(left.to)];
      if (from == right.from && to == right.to) expected[static_cast<std::size_t>(layout.place(e, f, false))] = 1;
      if (from == right.to && to == right.from) expected[static_cast<std::size_t>(layout.place(e, f, true))] = 1;
    }
  if (expected != solution) return {};
  return right_of_left;
}

// A graph of so many nodes with so many edges, parallel ones among them; none where there are no two nodes.
inline SparseGraph random_loopless_graph(std::int64_t nodes, std::int64_t edges, Rng& rng) {
  std::vector<Edge> list;
  for (std::int64_t e = 0; e < edges && nodes > 1; ++e) {
    const std::int64_t from = rng.below(nodes), to = rng.below(nodes - 1);
    list.push_back({from, to < from ? to : to + 1});
  }
  return SparseGraph::undirected(nodes, list);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
