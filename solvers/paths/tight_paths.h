#pragma once
#include <cstdint>
#include <span>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Finds cheapest paths once all distances from the source are known. An edge u → v is called tight when distance(u) +
// its cost = distance(v); the cheapest paths are the paths of tight edges. They are searched for backwards from the
// target, breadth first, because tight edges of cost 0 may form cycles. T, the graph as a path solver sees it, has
//   // Calls f(u, edge) for the tight edges u → v in a fixed order until one call returns true; whether one did.
//   template <class F> bool any_tight_into(std::int32_t v, F f) const;
//   // The node that an edge leads to.
//   std::int32_t head(std::int32_t edge) const;

// Finds a tight path with the fewest edges: step[u] becomes the edge by which it goes on from u. (Other nodes that the
// search met have steps too.) Returns whether there is a path: always, unless rounding made a cycle's cost negative.
// `step` and `queue` have one element for each node; step must be −1 everywhere.
template <class T>
bool find_tight_path(const T& graph, std::int32_t source, std::int32_t target, std::span<std::int32_t> step,
                     std::span<std::int32_t> queue) {
  if (source == target) return true;
  std::size_t taken = 0, waiting = 0;
  queue[waiting++] = target;
  const auto reach = [&](std::int32_t u, std::int32_t edge) {
    if (step[u] >= 0 || u == target) return false;
    step[u] = edge;
    queue[waiting++] = u;
    return u == source;
  };
  while (taken < waiting)
    if (graph.any_tight_into(queue[taken++], reach)) return true;
  return false;
}

// Whether there is a tight path without repeated nodes other than the one that `step` describes. `place`, `path` and
// `queue` have one element for each node; place must be −1 everywhere.
//   Another path leaves the given one at its i-th node and comes back to it at a later one, the j-th, in between over
//   nodes that are not on the given path ("foreign"), or over none. So we search backwards from each node j of the
//   path, the last one first, and visit every foreign node once, from the largest j that it leads to. A tight edge from
//   a node i < j of the path to a node visited then completes another path.
template <class T>
bool has_other_tight_path(const T& graph, std::int32_t source, std::int32_t target, std::span<const std::int32_t> step,
                          std::span<std::int32_t> place, std::span<std::int32_t> path, std::span<std::int32_t> queue) {
  constexpr std::int32_t unseen = -1, foreign = -2;
  std::int32_t length = 0;
  for (std::int32_t v = source; v != target; v = graph.head(step[v])) {
    place[v] = length;
    path[length++] = v;
  }
  place[target] = length;
  path[length] = target;
  for (std::int32_t j = length; j > 0; --j) {
    std::size_t taken = 0, waiting = 0;
    queue[waiting++] = path[j];
    const auto closes_another = [&](std::int32_t u, std::int32_t edge) {
      if (place[u] >= 0) return place[u] < j && edge != step[u];
      if (place[u] == unseen) {
        place[u] = foreign;
        queue[waiting++] = u;
      }
      return false;
    };
    while (taken < waiting)
      if (graph.any_tight_into(queue[taken++], closes_another)) return true;
  }
  return false;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
