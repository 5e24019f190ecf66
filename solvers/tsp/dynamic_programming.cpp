#include <cotape/solvers/tsp/dynamic_programming.h>

#include <bit>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace tsp {
namespace {

// The paths through one set to all cities at once. What is computed for cities in the set, and behind the last city,
// is not used.
template <int packs>
void through_set(unsigned set, const EdgeCosts& costs, const double* paths, double* out) {
  constexpr int stride = packs * lanes;
  DoubleLanes shortest[packs];
  for (DoubleLanes& s : shortest) s = DoubleLanes{} + infinity;
  for (unsigned left = set; left != 0; left &= left - 1) {
    const int city = std::countr_zero(left);
    const double before = paths[(set & ~(1u << city)) * stride + static_cast<unsigned>(city)];
    const double* row = costs.row(city);
    for (int k = 0; k < packs; ++k) {
      const DoubleLanes path = lanes_at(row + k * lanes) + before;
      shortest[k] = path < shortest[k] ? path : shortest[k];
    }
  }
  for (int k = 0; k < packs; ++k) lanes_at(out + k * lanes) = shortest[k];
}

}  // namespace

template <int packs>
void DynamicProgramming::fill(const EdgeCosts& costs) {
  constexpr int stride = packs * lanes;
  const int others = costs.n() - 1;
  const unsigned sets = 1u << others;
  paths_.resize(static_cast<int>(sets) * stride);
  for (int k = 0; k < packs; ++k) lanes_at(paths_.data() + k * lanes) = lanes_at(costs.row(others) + k * lanes);
  for (unsigned set = 1; set < sets; ++set) through_set<packs>(set, costs, paths_.data(), paths_.data() + set * stride);
}

void DynamicProgramming::solve(const EdgeCosts& costs, Tour& tour) {
  const int others = costs.n() - 1;
  const auto stride = static_cast<unsigned>(padded(others));
  if (stride == lanes)
    fill<1>(costs);
  else
    fill<2>(costs);

  tour.assign(1, others);
  for (unsigned left = (1u << others) - 1; left != 0; left &= ~(1u << tour.back())) {
    double shortest = infinity;
    int best = 0;
    for (int city = 0; city < others; ++city) {
      if (!(left >> city & 1)) continue;
      const double path =
          paths_.data()[(left & ~(1u << city)) * stride + static_cast<unsigned>(city)] + costs(city, tour.back());
      if (path < shortest) {
        shortest = path;
        best = city;
      }
    }
    tour.push_back(best);
  }
}

}  // namespace tsp
}  // namespace COTAPE_PRECISION
}  // namespace cotape
