#pragma once
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <cotape/solvers/kit/graph.h>
#include <cotape/solvers/kit/lane_array.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace quadratic {

inline constexpr double infinity = std::numeric_limits<double>::infinity();

// The place of each row: a column of its own; or, where rows may be left out, columns(), which stands for none.
using Places = std::vector<std::int32_t>;

// What a matching costs: each row's place costs something, and so do the places of two rows together. There are at
// least as many columns as rows. All costs are in double and multiplied by a power of two, so that no sum overflows and
// the largest cost is about 1. A row that has no column costs 0.
class MatchingCosts {
 public:
  virtual ~MatchingCosts() = default;

  std::int32_t rows() const { return rows_; }
  std::int32_t columns() const { return columns_; }
  // Whether rows may be left without a column.
  bool partial() const { return partial_; }
  // The places that a row may have: columns, and none.
  std::int32_t labels() const { return columns_ + (partial_ ? 1 : 0); }

  // [labels]: the cost of each place of a row; infinity: forbidden.
  const double* linear(std::int32_t row) const { return linear_.row(row); }
  // Puts another cost in place of one of those, and returns what it was.
  double exchange_linear(std::int32_t row, std::int32_t label, double cost) {
    return std::exchange(linear_.row(row)[label], cost);
  }
  // The cost of row i at place j together with row k at place l; 0 for the same column, and where one has none.
  virtual double pair(std::int32_t i, std::int32_t j, std::int32_t k, std::int32_t l) const = 0;
  // The rows that may cost something together with this one, in ascending order.
  std::span<const std::int32_t> neighbours(std::int32_t row) const {
    return {neighbours_.data() + first_neighbour_[row], neighbours_.data() + first_neighbour_[row + 1]};
  }

  // Of all rows, each with a place.
  double cost(const Places& places) const;
  // No matching's cost is farther from 0.
  double largest_sum() const { return largest_sum_; }
  // Costs that differ by less count as equal.
  double tolerance() const { return tolerance_; }
  // All matchings' costs are multiples of this; 0: unknown.
  double step() const { return step_; }
  // A cost as it was before the multiplication.
  double unscaled(double cost) const;

 protected:
  // Everything is forbidden, and no two rows are neighbours, at first.
  void resize(std::int32_t rows, std::int32_t columns, bool partial);
  // Sets what neighbours() gives: for all rows i, the rows k for which linked(i, k).
  template <class F>
  void set_neighbours(F linked) {
    neighbours_.clear();
    first_neighbour_.assign(1, 0);
    for (std::int32_t i = 0; i < rows_; ++i) {
      for (std::int32_t k = 0; k < rows_; ++k)
        if (k != i && linked(i, k)) neighbours_.push_back(k);
      first_neighbour_.push_back(static_cast<std::int32_t>(neighbours_.size()));
    }
  }
  // Costs are divided by two to the power of this.
  void set_exponent(int exponent) { exponent_ = exponent; }
  double scaled(double cost) const;
  // To be called last. `step` as for unscaled costs, `largest_pair` scaled.
  void set_precision(double step, double largest_pair);

  LaneMatrix linear_;

 private:
  std::int32_t rows_ = 0, columns_ = 0;
  bool partial_ = false;
  std::vector<std::int32_t> first_neighbour_, neighbours_;
  int exponent_ = 0;
  double largest_sum_ = 0, tolerance_ = 0, step_ = 0;
};

// Finds a number of which all that it was shown are multiples.
class CommonDivisor {
 public:
  void add(double value);
  // Whether all were whole numbers, none of them beyond 2⁵³.
  bool whole() const { return whole_; }
  // 0 when they were not, and when all were 0.
  double value() const { return whole_ ? static_cast<double>(divisor_) : 0; }

 private:
  std::int64_t divisor_ = 0;
  bool whole_ = true;
};

// Costs of pairs of edges: an edge of a left graph and one of a right graph, which cost something when their ends are
// matched. Its rows are the nodes of the smaller graph.
class EdgeCosts final : public MatchingCosts {
 public:
  struct Input {
    const SparseGraph& left;
    const SparseGraph& right;
    std::span<const double> linear;    // [left nodes, right nodes]; ∞: forbidden
    std::span<const double> pairs;     // [left edges, right edges, 2]: straight, crossed
    std::optional<double> unassigned;  // the cost of a row that is left out, where that may be
  };
  void assign(const Input& input);
  // Whether its rows are the nodes of the right graph.
  bool turned() const { return turned_; }

  double pair(std::int32_t i, std::int32_t j, std::int32_t k, std::int32_t l) const override {
    const std::int32_t e = row_edge(i, k), f = j < columns() && l < columns() ? column_edge(j, l) : -1;
    return e < 0 || f < 0 ? 0 : at(e, f, (i < k) != (j < l));
  }
  // Adds `sign` times the cost of row w at each place, together with row i at place l.
  void add_pairs(std::int32_t w, std::int32_t i, std::int32_t l, double sign, double* costs) const {
    if (l >= columns()) return;
    const std::int32_t e = row_edge(w, i);
    for (const auto& [f, place] : column_neighbours(l)) costs[place] += sign * at(e, f, (w < i) != (place < l));
  }

 private:
  struct Incidence {
    std::int32_t edge, node;
  };
  std::int32_t row_edge(std::int32_t i, std::int32_t k) const { return row_edge_[i * rows() + k]; }
  std::int32_t column_edge(std::int32_t j, std::int32_t l) const { return column_edge_[j * columns() + l]; }
  double at(std::int32_t e, std::int32_t f, bool crossed) const {
    return pairs_[(static_cast<std::size_t>(e) * column_edges_ + static_cast<std::size_t>(f)) * 2 + crossed];
  }
  std::span<const Incidence> column_neighbours(std::int32_t j) const {
    return {incidences_.data() + first_incidence_[j], incidences_.data() + first_incidence_[j + 1]};
  }

  bool turned_ = false;
  std::size_t column_edges_ = 0;  // without parallel ones
  // The number of the edge between two nodes, or −1.
  std::vector<std::int32_t> row_edge_, column_edge_;
  // [row edges, column edges, 2]: its ends, in ascending order, at the ends of the other in ascending order, or not.
  std::vector<double> pairs_;
  std::vector<std::int32_t> first_incidence_;
  std::vector<Incidence> incidences_;
};

// Costs that are products, as in T. C. Koopmans, M. Beckmann, "Assignment problems and the location of economic
// activities", 1957: a flow from one row to another times the distance from its column to the other's.
class ProductCosts final : public MatchingCosts {
 public:
  // flow, distance, linear: [n, n]; linear may be empty.
  void assign(std::span<const double> flow, std::span<const double> distance, std::span<const double> linear,
              std::int32_t n);

  double pair(std::int32_t i, std::int32_t j, std::int32_t k, std::int32_t l) const override {
    return flow_(i, k) * distance_(j, l) + flow_(k, i) * distance_(l, j);
  }
  void add_pairs(std::int32_t w, std::int32_t i, std::int32_t l, double sign, double* costs) const {
    const double to = sign * flow_(w, i), from = sign * flow_(i, w);
    const double* const distance_to = distance_to_.row(l);
    const double* const distance_from = distance_.row(l);
    for (std::int32_t c = 0; c < columns(); ++c) costs[c] += to * distance_to[c] + from * distance_from[c];
  }
  // What rows and columns are, to tell which are alike.
  const LaneMatrix& flow() const { return flow_; }
  const LaneMatrix& distance() const { return distance_; }

 private:
  LaneMatrix flow_, distance_, distance_to_;  // without diagonals; the last: of each column, from all others
};

}  // namespace quadratic
}  // namespace COTAPE_PRECISION
}  // namespace cotape
