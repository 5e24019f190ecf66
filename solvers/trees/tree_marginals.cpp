#include <cotape/solvers/trees/tree_marginals.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr double absent = -std::numeric_limits<double>::infinity();  // the log of no weight

Dual operator+(Dual a, Dual b) { return {a.value + b.value, a.slope + b.slope}; }
Dual operator-(Dual a, Dual b) { return {a.value - b.value, a.slope - b.slope}; }
Dual operator*(Dual a, Dual b) { return {a.value * b.value, a.slope * b.value + a.value * b.slope}; }

double value_of(double x) { return x; }
double value_of(Dual x) { return x.value; }
// A constant.
template <class N>
N number(double value) {
  return N{value};
}

double exponential(double x) { return std::exp(x); }
Dual exponential(Dual x) {
  const double y = std::exp(x.value);
  return {y, y * x.slope};
}

// log Σ e^x over at least one number that is not −∞.
double log_sum(std::span<const double> x) {
  const double top = *std::max_element(x.begin(), x.end());
  double sum = 0;
  for (const double value : x) sum += std::exp(value - top);
  return top + std::log(sum);
}
Dual log_sum(std::span<const Dual> x) {
  double top = absent, sum = 0, slope = 0;
  for (const Dual& term : x) top = std::max(top, term.value);
  for (const Dual& term : x) {
    const double weight = std::exp(term.value - top);
    sum += weight;
    slope += weight * term.slope;
  }
  return {top + std::log(sum), slope / sum};
}

template <class N>
bool is_absent(const N& x) {
  return value_of(x) == absent;
}

// log(e^a + e^b); a may be −∞.
template <class N>
N log_sum(const N& a, const N& b) {
  if (is_absent(a)) return b;
  const N both[] = {a, b};
  return log_sum(std::span<const N>(both));
}

}  // namespace

template <class N>
std::int64_t TreeMarginals<N>::compute(const SparseGraph& graph, const AllowedEdges* allowed, std::span<const N> theta,
                                       std::span<N> mean) {
  nodes_ = graph.node_count();
  join_parallel_edges(graph, allowed, theta);
  eliminate();
  differentiate();
  for (std::int64_t e = 0; e < graph.edge_count(); ++e) {
    const auto [from, to] = graph.edge(e);
    const N& share = share_[static_cast<std::size_t>(e)];
    mean[static_cast<std::size_t>(e)] =
        from == to || value_of(share) == 0 ? N{} : between(std::min(from, to), std::max(from, to)) * share;
  }
  std::int64_t edges = 0;
  for (std::int64_t k = 0; k < nodes_; ++k) edges += later_neighbours(k).empty() ? 0 : 1;
  return edges;
}

template <class N>
void TreeMarginals<N>::join_parallel_edges(const SparseGraph& graph, const AllowedEdges* allowed,
                                           std::span<const N> theta) {
  matrix_.assign(static_cast<std::size_t>(nodes_ * nodes_), number<N>(absent));
  share_.assign(static_cast<std::size_t>(graph.edge_count()), N{});
  const auto for_edges = [&](auto see) {
    for (std::int64_t e = 0; e < graph.edge_count(); ++e) {
      const auto [from, to] = graph.edge(e);
      if (from != to && (!allowed || (*allowed)[e]))
        see(static_cast<std::size_t>(e), between(std::min(from, to), std::max(from, to)));
    }
  };
  for_edges([&](std::size_t e, N& weight) { weight = log_sum(weight, theta[e]); });
  for_edges([&](std::size_t e, const N& weight) { share_[e] = exponential(theta[e] - weight); });
}

template <class N>
void TreeMarginals<N>::eliminate() {
  neighbours_.clear();
  neighbour_at_.assign(1, 0);
  detour_.clear();
  for (std::int64_t k = 0; k < nodes_; ++k) {
    terms_.clear();
    for (std::int64_t i = k + 1; i < nodes_; ++i)
      if (!is_absent(between(k, i))) {
        neighbours_.push_back(static_cast<std::int32_t>(i));
        terms_.push_back(between(k, i));
      }
    neighbour_at_.push_back(neighbours_.size());
    if (terms_.empty()) continue;  // the last node of its part
    const N all = log_sum(std::span<const N>(terms_));
    const auto neighbours = later_neighbours(k);
    for (std::size_t a = 0; a < neighbours.size(); ++a)
      for (std::size_t b = a + 1; b < neighbours.size(); ++b) {
        N& weight = between(neighbours[a], neighbours[b]);
        const N through_k = terms_[a] + terms_[b] - all;
        weight = log_sum(weight, through_k);
        detour_.push_back(exponential(through_k - weight));
      }
    for (std::size_t a = 0; a < neighbours.size(); ++a) between(k, neighbours[a]) = exponential(terms_[a] - all);
  }
}

template <class N>
void TreeMarginals<N>::differentiate() {
  // What is behind a pair of nodes in matrix_ changes, node by node, from a share to a mean.
  std::size_t at = detour_.size();
  for (std::int64_t k = nodes_ - 1; k >= 0; --k) {
    const auto neighbours = later_neighbours(k);
    at -= neighbours.size() * (neighbours.size() - (neighbours.empty() ? 0 : 1)) / 2;
    terms_.assign(neighbours.size(), N{});
    N through_k{};  // how many edges between other nodes stand for a way through k
    std::size_t pair = at;
    for (std::size_t a = 0; a < neighbours.size(); ++a)
      for (std::size_t b = a + 1; b < neighbours.size(); ++b, ++pair) {
        N& mean = between(neighbours[a], neighbours[b]);
        const N part = mean * detour_[pair];
        mean = mean - part;
        through_k = through_k + part;
        terms_[a] = terms_[a] + part;
        terms_[b] = terms_[b] + part;
      }
    for (std::size_t a = 0; a < neighbours.size(); ++a) {
      N& share = between(k, neighbours[a]);
      share = terms_[a] + share * (number<N>(1) - through_k);
    }
  }
}

template <class N>
std::span<const std::int32_t> TreeMarginals<N>::later_neighbours(std::int64_t node) const {
  const auto k = static_cast<std::size_t>(node);
  return {neighbours_.data() + neighbour_at_[k], neighbours_.data() + neighbour_at_[k + 1]};
}

template class TreeMarginals<double>;
template class TreeMarginals<Dual>;

}  // namespace COTAPE_PRECISION
}  // namespace cotape
