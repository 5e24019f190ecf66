#pragma once
#include <span>
#include <vector>

#include <cotape/solvers/tsp/decisions.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace tsp {

// Clusters of cities by single linkage: what is left together when the longest edges of the shortest spanning tree go,
// one after the other, down to single cities. Only edges that are open join cities: one that must be used may be long.
class Clusters {
 public:
  void find(const Decisions& decisions, int n);

  // 2n − 2: all cities together are not among them. Each comes before those that it was split into.
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

  std::vector<int> cities_;     // in Prim's order, in which every cluster is a range
  std::vector<int> places_;     // of the cities in this order
  std::vector<double> joined_;  // length of the edge by which each of them joined the tree
  std::vector<double> keys_;    // shortest edge from the tree to a city; infinite in the tree
  std::vector<Range> ranges_;
};

}  // namespace tsp
}  // namespace COTAPE_PRECISION
}  // namespace cotape
