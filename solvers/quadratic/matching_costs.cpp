#include <cotape/solvers/quadratic/matching_costs.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace quadratic {
namespace {

// Of the largest cost of a matching: what all roundings together stay below.
constexpr double relative_tolerance = 1e-11;

int exponent_of(double x) {
  int exponent = 0;
  std::frexp(x, &exponent);
  return exponent;
}

double largest_of(std::span<const double> costs) {
  double largest = 0;
  for (const double c : costs)
    if (c < infinity) largest = std::max(largest, std::abs(c));
  return largest;
}

}  // namespace

void MatchingCosts::resize(std::int32_t rows, std::int32_t columns, bool partial) {
  rows_ = rows;
  columns_ = columns;
  partial_ = partial;
  linear_.assign(rows, labels(), infinity);
  neighbours_.clear();
  first_neighbour_.assign(static_cast<std::size_t>(rows) + 1, 0);
}

double MatchingCosts::scaled(double cost) const { return std::ldexp(cost, -exponent_); }
double MatchingCosts::unscaled(double cost) const { return std::ldexp(cost, exponent_); }

void MatchingCosts::set_precision(double step, double largest_pair) {
  double sum = static_cast<double>(neighbours_.size()) / 2 * largest_pair;
  for (std::int32_t i = 0; i < rows_; ++i) {
    double largest = 0;
    for (std::int32_t j = 0; j < labels(); ++j)
      if (linear_(i, j) < infinity) largest = std::max(largest, std::abs(linear_(i, j)));
    sum += largest;
  }
  largest_sum_ = sum;
  tolerance_ = relative_tolerance * sum;
  step_ = scaled(step);
}

double MatchingCosts::cost(const Places& places) const {
  double sum = 0;
  for (std::int32_t i = 0; i < rows_; ++i) {
    sum += linear_(i, places[i]);
    for (const std::int32_t k : neighbours(i))
      if (k < i) sum += pair(i, places[i], k, places[k]);
  }
  return sum;
}

void CommonDivisor::add(double value) {
  whole_ = whole_ && std::abs(value) <= 0x1p53 && value == std::floor(value);
  if (whole_) divisor_ = std::gcd(divisor_, static_cast<std::int64_t>(value));
}

void EdgeCosts::assign(const Input& input) {
  turned_ = input.left.node_count() > input.right.node_count();
  const SparseGraph& row_graph = turned_ ? input.right : input.left;
  const SparseGraph& column_graph = turned_ ? input.left : input.right;
  const auto n = static_cast<std::int32_t>(row_graph.node_count());
  const auto m = static_cast<std::int32_t>(column_graph.node_count());
  resize(n, m, input.unassigned.has_value());

  const double left_out = input.unassigned.value_or(0);
  set_exponent(exponent_of(std::max({std::abs(left_out), largest_of(input.linear), largest_of(input.pairs)})));
  CommonDivisor divisor;
  divisor.add(left_out);
  for (const auto& costs : {input.linear, input.pairs})
    for (const double c : costs)
      if (c < infinity) divisor.add(c);

  for (std::int32_t i = 0; i < n; ++i) {
    for (std::int32_t j = 0; j < m; ++j) {
      const std::int64_t place = turned_ ? std::int64_t{j} * n + i : std::int64_t{i} * m + j;
      linear_(i, j) = scaled(input.linear[static_cast<std::size_t>(place)]) - scaled(left_out);
    }
    if (partial()) linear_(i, m) = 0;
  }

  // Numbers the pairs of nodes that have edges between them; parallel edges become one.
  const auto number = [](const SparseGraph& graph, std::int32_t nodes, std::vector<std::int32_t>& edge_of) {
    edge_of.assign(static_cast<std::size_t>(nodes) * static_cast<std::size_t>(nodes), -1);
    std::int32_t count = 0;
    for (std::int64_t e = 0; e < graph.edge_count(); ++e) {
      const auto [from, to] = graph.edge(e);
      std::int32_t& edge = edge_of[from * nodes + to];
      if (edge < 0) edge = edge_of[to * nodes + from] = count++;
    }
    return static_cast<std::size_t>(count);
  };
  const std::size_t row_edges = number(row_graph, n, row_edge_);
  column_edges_ = number(column_graph, m, column_edge_);
  pairs_.assign(row_edges * column_edges_ * 2, 0);
  const std::int64_t left_edges = input.left.edge_count(), right_edges = input.right.edge_count();
  for (std::int64_t e = 0; e < left_edges; ++e) {
    const Edge left = input.left.edge(e);
    for (std::int64_t f = 0; f < right_edges; ++f) {
      const Edge right = input.right.edge(f);
      const Edge &rows = turned_ ? right : left, &columns = turned_ ? left : right;
      const std::int32_t re = row_edge_[rows.from * n + rows.to], ce = column_edge_[columns.from * m + columns.to];
      const bool against = (rows.from < rows.to) != (columns.from < columns.to);
      for (const bool crossed : {false, true})
        pairs_[(static_cast<std::size_t>(re) * column_edges_ + static_cast<std::size_t>(ce)) * 2 +
               (crossed != against)] +=
            scaled(input.pairs[static_cast<std::size_t>((e * right_edges + f) * 2) + crossed]);
    }
  }

  set_neighbours([&](std::int32_t i, std::int32_t k) { return row_edge(i, k) >= 0; });
  incidences_.clear();
  first_incidence_.assign(1, 0);
  for (std::int32_t j = 0; j < m; ++j) {
    for (std::int32_t l = 0; l < m; ++l)
      if (const std::int32_t f = column_edge(j, l); f >= 0) incidences_.push_back({f, l});
    first_incidence_.push_back(static_cast<std::int32_t>(incidences_.size()));
  }
  double largest_pair = 0;
  for (const double c : pairs_) largest_pair = std::max(largest_pair, std::abs(c));
  set_precision(divisor.value(), largest_pair);
}

void ProductCosts::assign(std::span<const double> flow, std::span<const double> distance,
                          std::span<const double> linear, std::int32_t n) {
  resize(n, n, false);
  // Flows and distances are scaled on their own first, as their products may overflow.
  const double largest_flow = largest_of(flow), largest_distance = largest_of(distance);
  const double largest_linear = largest_of(linear);
  const int distance_exponent = exponent_of(largest_distance),
            pair_exponent = exponent_of(largest_flow) + distance_exponent;
  const bool products = largest_flow > 0 && largest_distance > 0;
  const int exponent = !products             ? exponent_of(largest_linear)
                       : largest_linear == 0 ? pair_exponent
                                             : std::max(pair_exponent, exponent_of(largest_linear));
  set_exponent(exponent);

  flow_.assign(n, 0);
  distance_.assign(n, 0);
  distance_to_.assign(n, 0);
  CommonDivisor flows, distances, both_flows, both_distances, others;
  bool flow_symmetric = true, distance_symmetric = true;
  const auto at = [n](std::span<const double> matrix, std::int32_t i, std::int32_t j) {
    return matrix[static_cast<std::size_t>(i) * static_cast<std::size_t>(n) + static_cast<std::size_t>(j)];
  };
  for (std::int32_t i = 0; i < n; ++i)
    for (std::int32_t k = 0; k < n; ++k) {
      if (k == i) continue;
      flow_(i, k) = std::ldexp(at(flow, i, k), distance_exponent - exponent);
      distance_(i, k) = distance_to_(k, i) = std::ldexp(at(distance, i, k), -distance_exponent);
      flows.add(at(flow, i, k));
      distances.add(at(distance, i, k));
      both_flows.add(at(flow, i, k) + at(flow, k, i));
      both_distances.add(at(distance, i, k) + at(distance, k, i));
      flow_symmetric &= at(flow, i, k) == at(flow, k, i);
      distance_symmetric &= at(distance, i, k) == at(distance, k, i);
    }
  for (std::int32_t i = 0; i < n; ++i)
    for (std::int32_t j = 0; j < n; ++j) {
      const double own = linear.empty() ? 0 : at(linear, i, j);
      linear_(i, j) = std::ldexp(own, -exponent) + std::ldexp(at(flow, i, i), distance_exponent - exponent) *
                                                       std::ldexp(at(distance, j, j), -distance_exponent);
      others.add(own + at(flow, i, i) * at(distance, j, j));
    }
  set_neighbours([&](std::int32_t i, std::int32_t k) { return flow_(i, k) != 0 || flow_(k, i) != 0; });

  // Two rows i, k cost flow(i, k) · distance(j, l) + flow(k, i) · distance(l, j).
  CommonDivisor all = others;
  if (flow_symmetric)
    all.add(flows.value() * both_distances.value());
  else if (distance_symmetric)
    all.add(both_flows.value() * distances.value());
  else
    all.add(flows.value() * distances.value());
  const bool whole = flows.whole() && distances.whole() && both_flows.whole() && both_distances.whole();
  set_precision(whole ? all.value() : 0, 2 * std::ldexp(largest_flow, distance_exponent - exponent));
}

}  // namespace quadratic
}  // namespace COTAPE_PRECISION
}  // namespace cotape
