#pragma once
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

#include <cotape/solvers/quadratic/limits.h>
#include <cotape/solvers/quadratic/relaxation.h>
#include <cotape/solvers/quadratic/symmetry.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace quadratic {

// The cheapest matching by branch and bound. A node of the search tree stands for all matchings in which some rows have
// given places; relaxation.h gives its bound. The search branches on all places of a row, or, where every column must
// be taken, on all rows of a column: on the one for which the bounds of the branches are highest.
class BranchAndBound {
 public:
  // Begins a search at a matching that is allowed.
  void begin(const MatchingCosts& costs, const Limits& limits, const Places& places);
  // To be called behind begin(): has the search look for rows and columns that are alike.
  void use_symmetry(const ProductCosts& costs);
  // Raises the bound of the root, by so many passes at most, or until they gain little. Whether that proves that no
  // matching is cheaper than the best one.
  bool raise_root(std::int64_t passes);
  // Goes on until that is proven; false when a limit was reached.
  bool run();
  // Makes this the best matching if it is cheaper.
  void offer(const Places& places);

  const Places& best() const { return best_; }
  double best_cost() const { return best_cost_; }
  // Of nodes that were visited.
  std::int64_t nodes() const { return nodes_; }
  // No matching is cheaper than this.
  double lower_bound() const;

 private:
  struct Branch {
    double rise;
    std::int32_t row, label;
    std::int32_t kind;  // of alike branches the same
  };
  struct Node {
    Relaxation relaxation;
    std::vector<Branch> branches;
    bool alike = false;  // whether some rows or columns are alike
  };

  bool pruned(double bound) const { return bound >= cutoff_; }
  // Raises the bound of a node; false when no cheaper matching is left there.
  bool raise(Relaxation& node, std::int64_t passes, double least_gain);
  void explore(std::size_t depth);
  void find_alike(Node& node);
  double branch_on(Node& node, std::int32_t which, bool by_column);
  void choose(Node& node);
  // The cheapest solution of the leaders' problem.
  void offer_picks(const Relaxation& node);
  // All places of the only row that is open.
  void offer_last(const Relaxation& node);
  void stop(double bound);
  Node& node(std::size_t depth);

  const MatchingCosts* costs_ = nullptr;
  Limits limits_;
  Places best_, picked_;
  double best_cost_ = 0, cutoff_ = 0;
  double lower_bound_ = 0;
  std::int64_t nodes_ = 0;
  bool stopped_ = false, proven_ = false;
  bool symmetric_ = false;  // whether rows or columns may be alike below the present node
  Symmetry row_symmetry_, column_symmetry_;
  std::vector<std::uint8_t> fixed_rows_, fixed_columns_;
  std::vector<std::int32_t> like_row_, like_column_;
  std::deque<Node> tree_;  // one node of each depth
  assignment::AugmentingPaths paths_;
};

}  // namespace quadratic
}  // namespace COTAPE_PRECISION
}  // namespace cotape
