#pragma once
#include <span>
#include <vector>

#include <cotape/solvers/tsp/decisions.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace tsp {

// The clusters of cities that single linkage finds: when the edges of the shortest spanning tree are removed one after
// the other, the longest first, every part that the tree falls into is a cluster, down to single cities. Only open
// edges (decisions.h) count: cities may be far apart though an edge between them must be used.
class Clusters {
 public:
  void find(const Decisions& decisions, int n);

  // The number of clusters, 2n − 2; all cities together do not count as one. Each comes before those it falls into.
  int count() const { return static_cast<int>(ranges_.size()) - 1; }
  std::span<const int> cities(int cluster) const {
    const Range& range = ranges_[static_cast<std::size_t>(cluster) + 1];
    return {cities_.data() + range.begin, cities_.data() + range.end};
  }

  bool contains(int cluster, int city) const {
    const Range& range = ranges_[static_cast<std::size_t>(cluster) + 1];
    const int place = places_[static_cast<std::size_t>(city)];
    return range.begin <= place && place < range.end;
  }

 private:
  struct Range {
    int begin, end;
  };

  void walk(const Decisions& decisions, int n);

  std::vector<int> cities_;     // in the order in which Prim's algorithm reaches them: every cluster is a range of it
  std::vector<int> places_;     // of each city in that order
  std::vector<double> joined_;  // length of the edge by which each of them joined the tree
  std::vector<double> keys_;    // shortest edge from the tree to a city; infinite in the tree
  std::vector<Range> ranges_;
};

}  // namespace tsp
}  // namespace COTAPE_PRECISION
}  // namespace cotape
