#include <cotape/solvers/assignment/augmenting_paths.h>
#include <cotape/solvers/quadratic/gilmore_lawler.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <vector>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace quadratic {
namespace {

// at(i, k) for all i and all k but i, each i's in order.
template <class At, class Less>
std::vector<std::vector<double>> in_order(std::int32_t n, At at, Less less) {
  std::vector<std::vector<double>> rows(static_cast<std::size_t>(n));
  for (std::int32_t i = 0; i < n; ++i) {
    for (std::int32_t k = 0; k < n; ++k)
      if (k != i) rows[i].push_back(at(i, k));
    std::sort(rows[i].begin(), rows[i].end(), less);
  }
  return rows;
}

}  // namespace

// The products of two lists add up to least when one ascends and the other descends. Flows from a facility and flows to
// it are half of the cost each.
double gilmore_lawler_bound(const ProductCosts& costs) {
  const std::int32_t n = costs.rows();
  const LaneMatrix &flow = costs.flow(), &distance = costs.distance();
  const auto forth = [](const LaneMatrix& m) { return [&m](std::int32_t i, std::int32_t k) { return m(i, k); }; };
  const auto back = [](const LaneMatrix& m) { return [&m](std::int32_t i, std::int32_t k) { return m(k, i); }; };
  const auto flow_from = in_order(n, forth(flow), std::less<>()), flow_to = in_order(n, back(flow), std::less<>());
  const auto distance_from = in_order(n, forth(distance), std::greater<>());
  const auto distance_to = in_order(n, back(distance), std::greater<>());
  assignment::AugmentingPaths paths;
  paths.resize(n, n);
  for (std::int32_t i = 0; i < n; ++i)
    for (std::int32_t j = 0; j < n; ++j) {
      const double from = std::inner_product(flow_from[i].begin(), flow_from[i].end(), distance_from[j].begin(), 0.0);
      const double to = std::inner_product(flow_to[i].begin(), flow_to[i].end(), distance_to[j].begin(), 0.0);
      paths.row(i)[j] = costs.linear(i)[j] + (from + to) / 2;
    }
  paths.solve();
  double bound = 0;
  for (std::int32_t i = 0; i < n; ++i) bound += paths.row_dual(i) + paths.column_dual(i);
  return bound;
}

}  // namespace quadratic
}  // namespace COTAPE_PRECISION
}  // namespace cotape
