#pragma once
#include <cotape/apps/warcraft/model.h>
#include <cotape/solvers/core/oracle.h>

namespace cotape::app {

// Turns what a net predicts into 0/1 paths: the cheapest path through its costs, or, of logits, the cells with a
// probability above ½, whether they are a path or not.
class PathFinder {
 public:
  explicit PathFinder(const CostNetSettings& settings);

  // Paths [B, k, k] of costs or logits [B, k, k]; they stay until the next call.
  const Tensor& operator()(const Tensor& cells);
  // Whether these cells join the two corners.
  bool connects(std::span<const real> path) const;

 private:
  bool logits_;
  Oracle oracle_;
  Tensor scores_, paths_;
};

// How much a path may cost more than the label and still be optimal.
inline constexpr double optimality_tolerance = 1e-4;
// The true cost of a path's cells.
double cost_of(std::span<const real> path, std::span<const float> costs);

// How good predicted paths are, summed up over maps.
struct PathScore {
  double maps = 0;
  double optimal = 0;         // paths whose true cost is that of the label, within optimality_tolerance
  double exact = 0;           // paths that are the label
  double cost = 0;            // true costs of all predicted paths; not a number when one is no path
  double best_cost = 0;       // of all labels
  double matching_cells = 0;  // shares of cells, added up
  // Moments of predicted and true costs over all cells.
  double cells = 0, sum_x = 0, sum_y = 0, sum_xx = 0, sum_yy = 0, sum_xy = 0;

  // Adds what a net predicts, [B, k, k], for these maps of a set.
  void add(PathFinder& finder, const Tensor& predicted, const WarcraftMaps& maps,
           std::span<const std::int64_t> indices);

  double optimal_share() const { return optimal / maps; }
  double exact_share() const { return exact / maps; }
  // Σ true cost of the predicted paths / Σ true cost of the labels, over whole maps and all of them.
  double cost_ratio() const { return cost / best_cost; }
  double cell_accuracy() const { return matching_cells / maps; }
  // Pearson's correlation of predicted and true costs over all cells; 0 when one of them is constant.
  double cost_correlation() const;

 private:
  void add(std::span<const real> path, bool connected, std::span<const real> predicted, const WarcraftMaps& maps,
           std::int64_t index);
};

// The net's predictions for maps of a set, in evaluation mode; they stay until the tape is cleared.
const Tensor& predict(CostNet& net, const WarcraftMaps& maps, std::span<const std::int64_t> indices, Tape& tape);

// The score of a net on all maps of a set.
PathScore evaluate(CostNet& net, PathFinder& finder, const WarcraftMaps& maps, Tape& tape);

}  // namespace cotape::app
