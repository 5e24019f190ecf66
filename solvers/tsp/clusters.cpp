#include <cotape/solvers/tsp/clusters.h>

#include <algorithm>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace tsp {

// Prim's algorithm. It visits all of a cluster before it leaves it, because the edges out of the cluster are longer
// than those in it.
void Clusters::walk(const Decisions& decisions, int n) {
  constexpr double farthest = std::numeric_limits<double>::max();
  cities_.assign(static_cast<std::size_t>(n), 0);
  places_.assign(static_cast<std::size_t>(n), 0);
  joined_.assign(static_cast<std::size_t>(n), 0);
  keys_.assign(static_cast<std::size_t>(n), farthest);
  keys_[0] = infinity;
  for (std::size_t k = 1; k < cities_.size(); ++k) {
    const int city = cities_[k - 1];
    const double* row = decisions.weights().row(city);
    for (int j = 0; j < n; ++j)
      if (double& key = keys_[static_cast<std::size_t>(j)]; key != infinity && decisions.open(city, j))
        key = std::min(key, row[j]);
    const auto nearest = std::min_element(keys_.begin(), keys_.end());
    cities_[k] = static_cast<int>(nearest - keys_.begin());
    places_[static_cast<std::size_t>(cities_[k])] = static_cast<int>(k);
    joined_[k] = *nearest;
    *nearest = infinity;
  }
}

void Clusters::find(const Decisions& decisions, int n) {
  walk(decisions, n);
  ranges_.assign(1, {0, n});
  for (std::size_t k = 0; k < ranges_.size(); ++k) {
    const Range range = ranges_[k];
    if (range.end - range.begin == 1) continue;
    const auto split = std::max_element(joined_.begin() + range.begin + 1, joined_.begin() + range.end);
    const int middle = static_cast<int>(split - joined_.begin());
    ranges_.push_back({range.begin, middle});
    ranges_.push_back({middle, range.end});
  }
}

}  // namespace tsp
}  // namespace COTAPE_PRECISION
}  // namespace cotape
