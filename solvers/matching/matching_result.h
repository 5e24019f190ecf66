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

// A matching, and the proof that none is better: for every edge that is not forbidden, the duals of its ends and of the
// blossoms that hold both add up to at most its cost (minimise), or to at least that (maximise), and to exactly that if
// it is chosen. Duals of blossoms are negative (minimise), or positive (maximise). So the cost is Σ duals of the
// covered nodes + Σ (nodes − 1) / 2 · dual of the blossoms. Nodes that are not covered have the largest dual of all
// (minimise), or the smallest (maximise), and that is 0 unless as many edges as possible were asked for. All up to
// rounding.
struct MatchingResult {
  std::vector<std::int64_t> mates = {};        // [nodes]: which one a node is matched with; −1: none
  std::vector<std::int64_t> edges = {};        // those chosen, in ascending order
  double cost = 0;                             // the sum over the chosen edges
  std::vector<double> node_duals = {};         // [nodes]
  std::vector<MatchingBlossom> blossoms = {};  // of any two, one lies in the other or they have no node in common
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
