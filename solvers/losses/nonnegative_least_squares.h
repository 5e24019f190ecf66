#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include <cotape/solvers/core/normals.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Minimises ‖b − Σ_j x_j a_j‖ over x_j ≥ 0, or x_j of either sign where a_j is an equation's normal: the fit Σ_j x_j
// a_j is the point nearest to b of the cone that the normals span.
//
// Method: C. L. Lawson and R. J. Hanson, "Solving least squares problems", 1974, chapter 23. Of the columns a_j some
// are in use; the one that promises most is added, and those whose weights would become negative leave, until none
// promises anything. Columns with a single entry, as bounds have, take no part in the systems that are solved: one in
// use just takes its entry out of them. As long as it helps, several of these are added at once. Of the others'
// triangle a change makes anew only what is behind the first column that it touches. Columns of any size count by their
// direction, b may have any size. Made once and used again, it takes no memory for problems of a size it has seen.
class NonNegativeLeastSquares {
 public:
  // b: finite. Throws SolverError when rounding keeps the search from ending.
  void solve(std::span<const double> b, const Normals& columns);

  // Σ_j x_j a_j, [entries of b].
  std::span<const double> fit() const { return fit_; }
  // x, [columns]; one of several where columns depend on each other.
  std::span<const double> weights() const { return weights_; }

 private:
  // A column, scaled to length 1.
  struct Column {
    std::int64_t number = 0;           // among those given
    std::int64_t first = 0, last = 0;  // its terms
    bool free = false;                 // of either sign
    bool single() const { return last - first == 1; }
  };

  // That a column with several entries has one at some place.
  struct Share {
    std::int64_t column = 0;
    double factor = 0;
  };

  void prepare(std::span<const double> b, const Normals& columns);
  void list_shares();
  void start();
  bool find_promising();
  bool use_promising();
  void improve();
  void use(std::int64_t column, bool on);
  std::span<const Share> shares_of(std::int64_t entry) const;
  std::int64_t factorize(double smallest);
  void eliminate(std::int64_t k);
  void solve_used();
  void solve_factorized(std::vector<double>& x) const;
  void set_rest(std::span<const double> weights);
  double dot(const Column& column, std::span<const double> x) const;
  double squared_rest() const;

  std::vector<Column> columns_;
  std::vector<Normals::Term> terms_;
  std::vector<double> lengths_;  // [columns given]: of each before it was scaled; 0: one without terms

  int exponent_ = 0;
  std::vector<double> b_, rest_;  // [entries]: b·2^−exponent, and b − Σ x_j a_j
  std::vector<double> x_, best_;  // [columns]: weights, and those that are best for the columns in use
  std::vector<std::uint8_t> in_use_, useless_;
  std::vector<double> promise_;          // [columns]: ⟨a_j, rest⟩
  std::vector<std::int64_t> promising_;  // columns that are to be added
  std::vector<std::int64_t> used_;       // columns in use with several entries, ascending
  std::vector<std::int64_t> place_;      // [columns]: where in `used`; −1: not there
  std::vector<std::uint8_t> taken_;      // [entries]: whether a column in use with a single entry takes it
  // The columns with several entries that have one at each entry, ascending, and where those of entry i begin; the last
  // two are where all end. [entries + 2]
  std::vector<Share> shares_;
  std::vector<std::int64_t> first_share_;
  // Of the system: the triangle of Cholesky, the diagonal inverted, one row below the other `stride` apart; where the
  // numbers that are not 0 begin in its columns, and end in its rows; the squared diagonal; a column on its way; how
  // many of the columns hold for what is in use now.
  std::vector<double> triangle_, pivots_, next_;
  std::vector<std::int64_t> begins_, ends_;
  std::int64_t stride_ = 0, factorized_ = 0;
  std::vector<double> wide_;  // [used]: their weights
  bool several_ = true;       // whether to add several columns at once
  std::vector<double> fit_, weights_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
