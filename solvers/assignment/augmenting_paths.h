#pragma once
#include <cstdint>
#include <limits>
#include <vector>

#include <cotape/solvers/kit/lane_array.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace assignment {

inline constexpr double infinity = std::numeric_limits<double>::infinity();
inline constexpr std::int32_t none = -1;

// Gives each row a column of its own, so that the sum of costs is smallest; there are at least as many columns as rows.
// The method of R. Jonker and A. Volgenant ("A shortest augmenting path algorithm for dense and sparse linear
// assignment problems", 1987): every column has a price v, and each row wants the column where cost − v is smallest.
// Prices that leave few rows without one are found by bidding (column reduction, reduction transfer, augmenting row
// reduction); each row that is left is then assigned along a shortest path in reduced costs (Dijkstra's method on the
// dense matrix). O(rows² columns). A price is never positive when there are more columns than rows, and 0 for a column
// that is left over.
class AugmentingPaths {
 public:
  // All pairs are forbidden at first: their cost is infinity. rows ≤ columns.
  void resize(std::int64_t rows, std::int64_t columns);
  // [columns]: the costs of a row, finite or +∞, to be filled in before solve().
  double* row(std::int64_t i) { return cost_.row(i); }
  const double* row(std::int64_t i) const { return cost_.row(i); }

  // Whether there is an assignment without forbidden pairs; if so, the functions below describe the cheapest one.
  bool solve();

  std::int64_t rows() const { return rows_; }
  std::int64_t columns() const { return columns_; }
  std::int32_t column_of(std::int64_t row) const { return column_of_[static_cast<std::size_t>(row)]; }
  // `none` for a column that is left over.
  std::int32_t row_of(std::int64_t column) const { return row_of_[static_cast<std::size_t>(column)]; }
  // Optimal duals: row_dual(i) + column_dual(j) ≤ cost(i, j), with equality for chosen pairs; up to rounding.
  double column_dual(std::int64_t column) const { return price_[column]; }
  double row_dual(std::int64_t i) const { return reduced(i, column_of(i)); }
  // cost − price.
  double reduced(std::int64_t i, std::int64_t j) const { return row(i)[j] - price_[j]; }

 private:
  // The two smallest reduced costs of a row, and where the smaller one is, at the lowest of several places.
  struct Lowest {
    double first = infinity, second = infinity;
    std::int32_t column = none;
  };

  bool reduce_columns();
  void transfer_reductions();
  bool reduce_rows();
  template <int fixed>
  bool augment(std::int32_t start);
  template <int fixed>
  Lowest lowest(std::int64_t row) const;
  template <class F>
  auto with_fixed_packs(F f) const;
  void assign(std::int32_t row, std::int32_t column);

  std::int64_t rows_ = 0, columns_ = 0;
  LaneMatrix cost_;
  LaneArray<double> price_;
  std::vector<std::int32_t> column_of_, row_of_;
  std::vector<std::int32_t> free_;    // rows without a column
  std::vector<std::int32_t> wanted_;  // of each row: how many columns it is the cheapest for
  // A search's: of each column, its distance and the row before it on the path; infinite in `open_` once it is passed.
  LaneArray<double> distance_, open_;
  LaneArray<std::int64_t> before_;
  std::vector<std::pair<std::int32_t, double>> passed_;  // columns with their final distances
};

}  // namespace assignment
}  // namespace COTAPE_PRECISION
}  // namespace cotape
