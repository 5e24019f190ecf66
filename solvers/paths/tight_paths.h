#pragma once
#include <cstdint>
#include <span>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Cheapest paths once all distances from the source are known. An edge u → v is tight when distance(u) + its cost =
// distance(v): the paths of tight edges are the cheapest paths. Tight edges of cost 0 may form cycles, so paths are
// found by breadth-first search from the target backwards. For path solvers; T is their type of graph, with
//   bool any_tight_into(std::int32_t v, F f) const;  // f(u, edge) for tight edges u → v in a fixed order, until true
//   std::int32_t head(std::int32_t edge) const;      // the vertex that an edge leads to

// Finds a tight path with the fewest edges: step[u] becomes the edge that leads on from u, for the vertices of the path
// and others. Returns whether there is one: always, unless rounding made a cycle's cost negative. `step` and `queue`
// have one element a vertex; step must be −1 everywhere.
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

// Whether a tight path without repeated vertices exists beside the one that `step` tells of. `place`, `path` and
// `queue` have one element a vertex; place must be −1 everywhere.
//   Another path leaves the one found at its i-th vertex and comes back at a later one, the j-th, over no or only
//   foreign vertices. Searching backwards from the last j to the first visits every foreign vertex once, with the
//   largest j that it leads to: whatever tight edge leads into it from an i < j closes another path.
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
