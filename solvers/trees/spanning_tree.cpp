#include <cotape/engine/base/error.h>
#include <cotape/solvers/kit/disjoint_sets.h>
#include <cotape/solvers/kit/lane_array.h>
#include <cotape/solvers/kit/scale.h>
#include <cotape/solvers/trees/spanning_tree.h>
#include <cotape/solvers/trees/tree_marginals.h>

#include <algorithm>
#include <bit>
#include <compare>
#include <limits>
#include <type_traits>
#include <vector>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

using KeyLanes = LanesOf<std::int64_t>;
constexpr int lanes = static_cast<int>(lane_count_of<std::int64_t>);
constexpr KeyLanes first_index = {0, 1, 2, 3, 4, 5, 6, 7};
constexpr std::int64_t no_key = std::numeric_limits<std::int64_t>::max();
constexpr int edge_bits = 31;
constexpr std::int64_t max_dense_nodes = 1024;
// Up to so many registers ("packs") of eight nodes, all that Prim's method changes stays in registers.
constexpr int max_fixed_packs = 4;

// Keys order edges by their cost and, where costs are equal, by their number.
struct CostAndEdge {
  real cost;
  std::int32_t number;
  auto operator<=>(const CostAndEdge&) const = default;

  static CostAndEdge of(real cost, std::int64_t edge) { return {cost, static_cast<std::int32_t>(edge)}; }
  std::int32_t edge() const { return number; }
  bool same_cost(CostAndEdge other) const { return cost == other.cost; }
};
// Both in one whole number from 0 on, for costs in float.
struct PackedKey {
  std::int64_t bits;
  auto operator<=>(const PackedKey&) const = default;

  static PackedKey of(float cost, std::int64_t edge) {
    const auto pattern = std::bit_cast<std::int32_t>(cost + 0.0F);  // −0 counts as 0
    const std::int32_t ordered = pattern ^ ((pattern >> 31) & std::numeric_limits<std::int32_t>::max());
    return {(static_cast<std::int64_t>(ordered) - std::numeric_limits<std::int32_t>::min()) << edge_bits | edge};
  }
  std::int32_t edge() const { return static_cast<std::int32_t>(bits & ((std::int64_t{1} << edge_bits) - 1)); }
  bool same_cost(PackedKey other) const { return bits >> edge_bits == other.bits >> edge_bits; }
};
constexpr bool packed = sizeof(real) == sizeof(float);
using Key = std::conditional_t<packed, PackedKey, CostAndEdge>;

}  // namespace

struct SpanningTree::Workspace {
  std::vector<Key> keys;  // Kruskal's: of the edges that may be used, the best first
  DisjointSets parts;
  LaneArray<std::int64_t> matrix;          // Prim's: the best edge between two nodes, [nodes, stride]
  LaneArray<std::int64_t> nearest, taken;  // Prim's: of a node, its best edge to the tree; no_key once it is taken
  std::vector<std::uint8_t> in_tree;
  TreeMarginals<double> marginals;
  std::vector<double> theta, mean;  // [edges], of marginals
};

// One instance.
class SpanningTree::Search {
 public:
  Search(const SpanningTree& solver, std::span<const real> cost, const Instance* instance, Workspace& work)
      : graph_(solver.graph_), options_(solver.options_), cost_(cost), instance_(instance), work_(work) {
    if (instance) instance->check("spanning_tree", graph_.edge_count());
  }

  // Calls take(edge) for every edge of the tree. Returns their number.
  template <class F>
  std::int64_t kruskal(F take) {
    sort_edges();
    std::int64_t left = graph_.node_count() - 1;
    for (const Key key : work_.keys) {
      if (left == 0) break;
      const Edge ends = graph_.edge(key.edge());
      if (!join(ends)) continue;
      take(key.edge());
      --left;
    }
    return graph_.node_count() - 1 - left;
  }

  // The same by Prim's method.
  template <class F>
  std::int64_t prim(F take) {
    const std::int64_t stride = padded_size<std::int64_t>(graph_.node_count());
    fill_matrix(stride);
    switch (stride / lanes) {
      case 1:
        return grow<1>(stride, take);
      case 2:
        return grow<2>(stride, take);
      case 3:
        return grow<3>(stride, take);
      case max_fixed_packs:
        return grow<max_fixed_packs>(stride, take);
      default:
        return grow<0>(stride, take);
    }
  }

  void check_complete(std::int64_t edges) const {
    if (edges < graph_.node_count() - 1 && !options_.forest)
      fail<SolverError>("spanning_tree: the edges that may be used do not connect the ", graph_.node_count(),
                        " nodes: there are ", graph_.node_count() - edges, " parts");
  }

  // There is another tree when, of edges that cost the same, Kruskal's method leaves one out that would have joined two
  // parts before the others did.
  bool has_other() {
    sort_edges();
    const std::vector<Key>& keys = work_.keys;
    for (std::size_t begin = 0, end = 0; begin < keys.size(); begin = end) {
      std::int64_t useful = 0;
      for (end = begin; end < keys.size() && keys[end].same_cost(keys[begin]); ++end) {
        const Edge ends = graph_.edge(keys[end].edge());
        useful += part(ends.from) != part(ends.to);
      }
      for (std::size_t k = begin; k < end; ++k) useful -= join(graph_.edge(keys[k].edge()));
      if (useful > 0) return true;
    }
    return false;
  }

 private:
  std::int32_t part(std::int64_t node) { return work_.parts.find(static_cast<std::int32_t>(node)); }
  bool join(Edge ends) {
    return work_.parts.join(static_cast<std::int32_t>(ends.from), static_cast<std::int32_t>(ends.to));
  }
  // What is as small as possible for the best edges.
  real cost_of(std::int64_t edge) const {
    const real cost = cost_[static_cast<std::size_t>(edge)];
    return options_.sense == Sense::minimise ? cost : -cost;
  }

  void sort_edges() {
    work_.parts.assign(graph_.node_count());
    work_.keys.clear();
    for (std::int64_t e = 0; e < graph_.edge_count(); ++e)
      if (!instance_ || (*instance_)[e]) work_.keys.push_back(Key::of(cost_of(e), e));
    std::sort(work_.keys.begin(), work_.keys.end());
  }

  void fill_matrix(std::int64_t stride) {
    work_.matrix.assign(graph_.node_count() * stride, no_key);
    std::int64_t* const matrix = work_.matrix.data();
    for (std::int64_t e = 0; e < graph_.edge_count(); ++e) {
      const auto [from, to] = graph_.edge(e);
      if (from == to || (instance_ && !(*instance_)[e])) continue;
      std::int64_t& there = matrix[from * stride + to];
      there = matrix[to * stride + from] = std::min(there, PackedKey::of(static_cast<float>(cost_of(e)), e).bits);
    }
  }

  template <int fixed, class F>
  std::int64_t grow(std::int64_t stride, F take) {
    constexpr bool small = fixed > 0;
    const int packs = small ? fixed : static_cast<int>(stride) / lanes;
    KeyLanes nearest_registers[small ? fixed : 1], taken_registers[small ? fixed : 1];
    const auto nearest = [&](int k) -> KeyLanes& {
      return small ? nearest_registers[k] : lanes_at(work_.nearest.data() + k * lanes);
    };
    const auto taken = [&](int k) -> KeyLanes& {
      return small ? taken_registers[k] : lanes_at(work_.taken.data() + k * lanes);
    };
    const std::int64_t nodes = graph_.node_count();
    work_.in_tree.assign(static_cast<std::size_t>(nodes), 0);
    if constexpr (small) {
      for (int k = 0; k < packs; ++k) {
        nearest(k) = KeyLanes{} + no_key;
        taken(k) = KeyLanes{};
      }
    } else {
      work_.nearest.assign(nodes, no_key);
      work_.taken.assign(nodes, 0);
    }

    std::int64_t node = 0, edges = 0;
    for (std::int64_t step = 0;; ++step) {
      work_.in_tree[static_cast<std::size_t>(node)] = 1;
      if constexpr (small) {
#pragma GCC unroll 8
        for (int k = 0; k < packs; ++k) {
          const auto joined = first_index + k * lanes == node;
          nearest(k) = joined ? KeyLanes{} + no_key : nearest(k);
          taken(k) = joined ? KeyLanes{} + no_key : taken(k);
        }
      } else {
        work_.nearest[node] = work_.taken[node] = no_key;
      }
      if (step == nodes - 1) return edges;
      const std::int64_t* const row = work_.matrix.data() + node * stride;
      KeyLanes lowest = KeyLanes{} + no_key;
#pragma GCC unroll 8
      for (int k = 0; k < packs; ++k) {
        const KeyLanes offered = lanes_at(row + k * lanes) | taken(k);
        nearest(k) = offered < nearest(k) ? offered : nearest(k);
        lowest = nearest(k) < lowest ? nearest(k) : lowest;
      }
      std::int64_t best = no_key;
#pragma GCC unroll 8
      for (int lane = 0; lane < lanes; ++lane) best = std::min<std::int64_t>(best, lowest[lane]);
      if (best == no_key) {  // the next tree of a forest
        node = std::find(work_.in_tree.begin(), work_.in_tree.end(), 0) - work_.in_tree.begin();
        continue;
      }
      const std::int32_t edge = PackedKey{best}.edge();
      take(edge);
      ++edges;
      const Edge ends = graph_.edge(edge);
      node = work_.in_tree[static_cast<std::size_t>(ends.from)] != 0 ? ends.to : ends.from;
    }
  }

  const SparseGraph& graph_;
  const SpanningTreeOptions& options_;
  std::span<const real> cost_;
  const Instance* instance_;
  Workspace& work_;
};

SpanningTree::SpanningTree(const SparseGraph& graph, SpanningTreeOptions options) : graph_(graph), options_(options) {
  if (graph.is_directed()) fail<ValueError>("spanning_tree: the graph is directed; give an undirected one");
  if (graph.edge_count() < 1) fail<ValueError>("spanning_tree: the graph has no edges");
  const std::int64_t nodes = graph.node_count();
  dense_ = packed && nodes <= max_dense_nodes && nodes * nodes <= 16 * graph.edge_count();
  const std::vector<real> zeros(static_cast<std::size_t>(graph.edge_count()));
  const WorkspacePool<Workspace>::Lease work(workspaces_);
  Search search(*this, zeros, nullptr, *work);
  search.check_complete(search.kruskal([](std::int32_t) {}));
}

SolverTraits SpanningTree::traits() const {
  return {.name = "spanning_tree",
          .sense = options_.sense,
          .shape = {graph_.edge_count()},
          .ties = "of equal costs that of the edge with the lower number counts as the better one",
          .constant_sum = true,
          .drawing = graph_.drawing()};
}

void SpanningTree::solve(std::span<const real> cost, std::span<real> solution) const { solve(cost, {}, solution); }

void SpanningTree::solve(std::span<const real> cost, const Instance& instance, std::span<real> solution) const {
  const WorkspacePool<Workspace>::Lease work(workspaces_);
  Search search(*this, cost, instance.allowed.empty() ? nullptr : &instance, *work);
  std::fill(solution.begin(), solution.end(), real(0));
  const auto take = [&](std::int32_t edge) { solution[static_cast<std::size_t>(edge)] = 1; };
  search.check_complete(dense_ ? search.prim(take) : search.kruskal(take));
}

std::optional<bool> SpanningTree::tied(std::span<const real> cost, std::span<const real> solution) const {
  return tied(cost, {}, solution);
}

std::optional<bool> SpanningTree::tied(std::span<const real> cost, const Instance& instance,
                                       std::span<const real>) const {
  const WorkspacePool<Workspace>::Lease work(workspaces_);
  return Search(*this, cost, instance.allowed.empty() ? nullptr : &instance, *work).has_other();
}

void SpanningTree::marginals(std::span<const real> cost, const Instance& instance, std::span<real> mean) const {
  const WorkspacePool<Workspace>::Lease work(workspaces_);
  const Instance* const allowed = instance.allowed.empty() ? nullptr : &instance;
  const Search search(*this, cost, allowed, *work);
  const double factor = (options_.sense == Sense::minimise ? -1 : 1) * scale_of(cost);
  work->theta.resize(cost.size());
  work->mean.resize(cost.size());
  std::transform(cost.begin(), cost.end(), work->theta.begin(),
                 [factor](real c) { return factor * static_cast<double>(c); });
  search.check_complete(work->marginals.compute(graph_, allowed, work->theta, work->mean));
  std::transform(work->mean.begin(), work->mean.end(), mean.begin(),
                 [](double m) { return static_cast<real>(std::clamp(m, 0.0, 1.0)); });
}

void SpanningTree::mask(const Instance& instance, std::span<real> mask) const {
  instance.check("spanning_tree", graph_.edge_count());
  instance.mask(mask);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
