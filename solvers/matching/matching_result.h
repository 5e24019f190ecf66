#pragma once
#include <cstdint>
#include <vector>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// A set of an odd number of nodes, which holds (nodes − 1) / 2 edges of the matching, and its dual.
struct MatchingBlossom {
  std::vector<std::int64_t> nodes = {};
  double dual = 0;
};

// A matching, and the proof that none is better.
struct MatchingResult {
  std::vector<std::int64_t> mates =
      {};  // [nodes]: the node at the other end of the edge; −1 where none covers the node
  std::vector<std::int64_t> edges = {};  // those chosen, in ascending order
  double cost = 0;                       // the sum over the chosen edges
  // For every edge that is not forbidden, the sum of the duals of its ends and of the blossoms that hold both is at
  // most its cost (minimise), or at least (maximise), with equality for chosen edges. Duals of blossoms are not
  // positive (minimise), or not negative (maximise). So the cost is Σ duals of the covered nodes + Σ (nodes − 1) / 2 ·
  // dual of the blossoms. Nodes that are not covered have the largest dual of all (minimise), or the smallest
  // (maximise); it is 0 unless as many edges as possible were asked for. Up to rounding.
  std::vector<double> node_duals = {};  // [nodes]
  std::vector<MatchingBlossom> blossoms =
      {};  // those whose dual is not 0; of any two, one holds the other or they are apart
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
