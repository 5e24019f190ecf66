#pragma once
#include <cstdint>
#include <vector>

#include <cotape/solvers/assignment/augmenting_paths.h>
#include <cotape/solvers/kit/lane_array.h>
#include <cotape/solvers/quadratic/matching_costs.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace quadratic {

// A bound on what matchings cost, at one node of the search tree: some rows have places, the others are open.
//
// The costs are written as those of linear assignment problems, one in the other (P. Hahn, T. Grant, "Lower bounds for
// the quadratic assignment problem based upon a dual formulation", 1998; the dual of W. P. Adams and H. D. Sherali's
// level-1 linearisation). A leader L(i, j) is what row i costs at place j by itself. If it is there, the other rows
// must take other places: a linear problem with costs C(i, j, k, l), which are a share of what i at j costs together
// with k at l; the rest of it is C(k, l, i, j). What the cheapest solution of that problem costs may be added to L(i,
// j) when its duals are subtracted from C, and the cheapest solution of the problem of the leaders is a bound. What is
// left of the leaders is handed down to C again, costs are handed over from C(k, l, i, j) to C(i, j, k, l), and so the
// bound rises from pass to pass. It never falls.
//
// Columns that may be left over are at places of a row behind the last one, which stands for nobody; as rows that may
// be left out are at a place behind the last column, which stands for none. (Without nobody's problems, with
// inequalities, the passes end at a far lower bound.)
class Relaxation {
 public:
  // No row has a place.
  void begin(const MatchingCosts& costs);
  // The parent's rows without this one, which has got this place; both are the parent's numbers.
  void begin(const Relaxation& parent, std::int32_t row, std::int32_t label);

  // Open rows, and places that are left for them.
  std::int32_t rows() const { return static_cast<std::int32_t>(row_ids_.size()); }
  std::int32_t columns() const { return static_cast<std::int32_t>(column_ids_.size()); }
  std::int32_t labels() const { return columns() + (partial_ ? 1 : 0); }
  // Whether columns may be left over.
  bool has_nobody() const { return nobody_; }
  // Their numbers in the whole problem.
  std::int32_t row_id(std::int32_t row) const { return row_ids_[row]; }
  std::int32_t label_id(std::int32_t label) const { return label < columns() ? column_ids_[label] : none_id_; }

  // No matching of this node costs less; −∞ before the first pass over the whole problem.
  double bound() const { return fresh_ ? -infinity : bound_; }
  // No matching with this row at this place costs less than bound() + rise; infinity: there is none worth looking for.
  double rise(std::int32_t row, std::int32_t label) const { return leaders_(row, label); }
  // The place of a row in the cheapest solution of the leaders' problem.
  std::int32_t pick(std::int32_t row) const { return picks_[row]; }

  // Matchings that cost `cutoff` or more are of no interest below: places are ruled out where the bound shows that.

  // Solves the leaders' problem. False when it has no solution. To be called first, but for the whole problem.
  bool solve_leaders(double cutoff, assignment::AugmentingPaths& paths);
  // One pass over all problems. False when no place is left for some row.
  bool pass(double cutoff, assignment::AugmentingPaths& paths);

 private:
  // Rows with nobody.
  std::int32_t all_rows() const { return rows() + (nobody_ ? 1 : 0); }
  // [labels]: C(i, j, k, l) for all l.
  double* shares(std::int32_t i, std::int32_t k, std::int32_t j) {
    return shares_.data() + ((std::int64_t{i} * all_rows() + k) * labels() + j) * stride_;
  }
  const double* shares(std::int32_t i, std::int32_t k, std::int32_t j) const {
    return const_cast<Relaxation*>(this)->shares(i, k, j);
  }
  void resize();
  void rule_out(std::int32_t row, std::int32_t label);
  void hand_down(double cutoff);
  void hand_over(std::int32_t row);
  void hand_over_to_nobody(std::int32_t label);
  template <class Row>
  bool solve(Row row, std::int32_t without_row, std::int32_t without_label, double too_much,
             assignment::AugmentingPaths& paths, double& value);
  double too_much(double cutoff) const { return fresh_ ? 4 * largest_sum_ : 2 * (cutoff - bound_); }

  bool partial_ = false, nobody_ = false, fresh_ = true;
  std::int64_t passes_ = 0;
  std::int64_t stride_ = 0;
  std::int32_t none_id_ = 0;
  double bound_ = 0, largest_sum_ = 0;
  std::vector<std::int32_t> row_ids_, column_ids_, picks_;
  LaneMatrix leaders_;               // [all rows, labels]
  LaneArray<double> shares_;         // [all rows, all rows, labels, labels]
  std::vector<double> column_part_;  // of solve(): what is taken off each column
};

}  // namespace quadratic
}  // namespace COTAPE_PRECISION
}  // namespace cotape
