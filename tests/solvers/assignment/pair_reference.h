#pragma once
#include <cotape/engine/base/random.h>
#include <cotape/solvers/assignment/assignment.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The cheapest pairs by looking at all choices: row after row, and for every set of columns that were taken before.
struct BestPairs {
  double cost = std::numeric_limits<double>::infinity();  // with that of rows left out; infinity: there is no choice
  double count = 0;                                       // of choices that cost this
};

// costs [rows, columns], infinity where a pair is forbidden; `unassigned`: what a row without a pair costs.
inline BestPairs best_pairs(std::span<const double> cost, std::int64_t rows, std::int64_t columns,
                            std::optional<double> unassigned) {
  const auto sets = std::size_t{1} << columns;
  std::vector<BestPairs> best(sets);
  best[0] = {0, 1};
  const auto offer = [](BestPairs& to, double value, double count) {
    if (value == std::numeric_limits<double>::infinity() || value > to.cost) return;
    to.count = value < to.cost ? count : to.count + count;
    to.cost = value;
  };
  for (std::int64_t i = 0; i < rows; ++i) {
    std::vector<BestPairs> next(sets);
    for (std::size_t set = 0; set < sets; ++set) {
      if (best[set].count == 0) continue;
      if (unassigned)
        offer(next[set], best[set].cost + *unassigned, best[set].count);
      else if (rows > columns)
        offer(next[set], best[set].cost, best[set].count);
      for (std::int64_t j = 0; j < columns; ++j)
        if ((set >> j & 1) == 0)
          offer(next[set | std::size_t{1} << j], best[set].cost + cost[static_cast<std::size_t>(i * columns + j)],
                best[set].count);
    }
    best = std::move(next);
  }
  if (!unassigned && rows >= columns) return best[sets - 1];
  BestPairs all;
  for (const BestPairs& one : best) offer(all, one.cost, one.count);
  return all;
}

// Whether every row and every column has at most one pair; `pairs` becomes their number.
inline bool is_pairing(std::span<const real> solution, std::int64_t rows, std::int64_t columns, std::int64_t& pairs) {
  std::vector<int> in_row(static_cast<std::size_t>(rows)), in_column(static_cast<std::size_t>(columns));
  pairs = 0;
  bool good = true;
  for (std::int64_t k = 0; k < rows * columns; ++k) {
    const real y = solution[static_cast<std::size_t>(k)];
    good &= y == 0 || y == 1;
    if (y == 0) continue;
    ++pairs;
    good &= ++in_row[static_cast<std::size_t>(k / columns)] == 1;
    good &= ++in_column[static_cast<std::size_t>(k % columns)] == 1;
  }
  return good;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
