#include <cotape/solvers/tsp/one_tree.h>

#include <utility>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace tsp {
namespace {

// Up to so many registers ("packs") of eight cities, all that Prim's algorithm changes stays in registers.
constexpr int max_fixed_packs = 4;

}  // namespace

void OneTree::resize(int n) {
  n_ = n;
  order_.assign(static_cast<std::size_t>(n - 1), 0);
  parents_.assign(padded(n), 0);
  degrees_.assign(padded(n), 0);
  open_.assign(padded(n), infinity);
  keys_.assign(padded(n), infinity);
}

// Prim's algorithm. A city's key is its shortest edge to the tree so far; `open` is its potential until it joins the
// tree and infinity from then on, so that its key stays infinite. `fixed` is the number of packs; 0: too many for
// registers.
template <int fixed>
bool OneTree::span(const LaneMatrix& weights, const double* potentials) {
  constexpr bool small = fixed > 0;
  const int packs = small ? fixed : static_cast<int>(weights.stride()) / lanes;
  DoubleLanes key_registers[small ? fixed : 1], open_registers[small ? fixed : 1];
  IndexLanes parent_registers[small ? fixed : 1];
  const auto key = [&](int k) -> DoubleLanes& { return small ? key_registers[k] : lanes_at(keys_.data() + k * lanes); };
  const auto open = [&](int k) -> DoubleLanes& {
    return small ? open_registers[k] : lanes_at(open_.data() + k * lanes);
  };
  const auto parent = [&](int k) -> IndexLanes& {
    return small ? parent_registers[k] : lanes_at(parents_.data() + k * lanes);
  };
  constexpr IndexLanes first_index = {0, 1, 2, 3, 4, 5, 6, 7};

  int city = 1;
  order_[0] = city;
#pragma GCC unroll 8
  for (int k = 0; k < packs; ++k) {
    const IndexLanes index = first_index + k * lanes;
    key(k) = DoubleLanes{} + infinity;
    parent(k) = IndexLanes{};
    const auto closed = (index == root) | (index == city) | (index >= n_);
    open(k) = closed ? DoubleLanes{} + infinity : lanes_at(potentials + k * lanes);
  }
  for (int step = 1; step < n_ - 1; ++step) {
    const double* row = weights.row(city);
    const double potential = potentials[city];
    DoubleLanes lowest = DoubleLanes{} + infinity;
    IndexLanes where = IndexLanes{};
#pragma GCC unroll 8
    for (int k = 0; k < packs; ++k) {
      const DoubleLanes weight = lanes_at(row + k * lanes) + potential + open(k);
      const auto better = weight < key(k);
      key(k) = better ? weight : key(k);
      parent(k) = better ? IndexLanes{} + city : parent(k);
      const auto lower = key(k) < lowest;
      lowest = lower ? key(k) : lowest;
      where = lower ? first_index + k * lanes : where;
    }
    double least = infinity;
    city = -1;
#pragma GCC unroll 8
    for (int lane = 0; lane < lanes; ++lane) {
      city = lowest[lane] < least ? static_cast<int>(where[lane]) : city;
      least = lowest[lane] < least ? lowest[lane] : least;
    }
    if (city < 0) return false;
    order_[static_cast<std::size_t>(step)] = city;
    if constexpr (small) {
#pragma GCC unroll 8
      for (int k = 0; k < packs; ++k) {
        const auto joined = first_index + k * lanes == city;
        key(k) = joined ? DoubleLanes{} + infinity : key(k);
        open(k) = joined ? DoubleLanes{} + infinity : open(k);
      }
    } else {
      keys_[city] = open_[city] = infinity;
    }
  }
  if constexpr (small)
    for (int k = 0; k < packs; ++k) lanes_at(parents_.data() + k * lanes) = parent(k);
  return true;
}

bool OneTree::add_root(const LaneMatrix& weights, const double* potentials) {
  double first = infinity, second = infinity;
  const double* row = weights.row(root);
  int ends[2] = {-1, -1};
  for (int i = root + 1; i < n_; ++i) {
    const double weight = row[i] + potentials[i];
    if (weight < first) {
      second = std::exchange(first, weight);
      ends[1] = std::exchange(ends[0], i);
    } else if (weight < second) {
      second = weight;
      ends[1] = i;
    }
  }
  root_ends_[0] = ends[0];
  root_ends_[1] = ends[1];
  return ends[1] >= 0;
}

double OneTree::build(const EdgeCosts& costs, const LaneMatrix& weights, const double* potentials) {
  static_assert(root == 0);
  const auto spans = [&] {
    switch (weights.stride() / lanes) {
      case 1:
        return span<1>(weights, potentials);
      case 2:
        return span<2>(weights, potentials);
      case 3:
        return span<3>(weights, potentials);
      case max_fixed_packs:
        return span<max_fixed_packs>(weights, potentials);
      default:
        return span<0>(weights, potentials);
    }
  };
  if (!spans() || !add_root(weights, potentials)) return infinity;

  for (int i = 0; i < n_; ++i) degrees_[i] = 0;
  double length = costs(root, root_ends_[0]) + costs(root, root_ends_[1]);
  ++degrees_[root_ends_[0]];
  ++degrees_[root_ends_[1]];
  degrees_[root] = 2;
  for (std::size_t k = 1; k < order_.size(); ++k) {
    const int city = order_[k], up = parent(city);
    length += costs(city, up);
    ++degrees_[city];
    ++degrees_[up];
  }
  is_tour_ = true;
  for (int i = 0; i < n_; ++i) {
    length += potentials[i] * static_cast<double>(degrees_[i] - 2);
    is_tour_ &= degrees_[i] == 2;
  }
  return length;
}

void OneTree::to_tour(Tour& tour) const {
  // A path whose order starts somewhere inside: each city that joins lengthens one of its two ends.
  tour.assign(1, root);
  const std::size_t start = tour.size();
  tour.push_back(order_[0]);
  for (std::size_t k = 1; k < order_.size(); ++k) {
    if (parent(order_[k]) == tour.back())
      tour.push_back(order_[k]);
    else
      tour.insert(tour.begin() + static_cast<std::ptrdiff_t>(start), order_[k]);
  }
}

}  // namespace tsp
}  // namespace COTAPE_PRECISION
}  // namespace cotape
