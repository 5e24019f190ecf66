#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Which of a graph's edges an instance may use: the instance data of solvers over the edges of one graph.
struct AllowedEdges {
  std::vector<std::uint8_t> allowed = {};  // [edges]: 0 for an edge that may not be used. Empty: all may.

  bool operator[](std::int64_t edge) const { return allowed.empty() || allowed[static_cast<std::size_t>(edge)] != 0; }
  // Throws ValueError, naming the solver and both numbers, when there is not one entry for each of so many edges.
  void check(const char* solver, std::int64_t edges) const;
  // mask [edges]: 1 for edges that may be used; the others stay as they are.
  void mask(std::span<real> mask) const;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
