#include <cotape/solvers/quadratic/relaxation.h>

#include <algorithm>
#include <numeric>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace quadratic {

using assignment::AugmentingPaths;

void Relaxation::resize() {
  stride_ = padded_size<double>(labels());
  leaders_.assign(all_rows(), labels(), infinity);
  shares_.resize(std::int64_t{all_rows()} * all_rows() * labels() * stride_);
  picks_.resize(row_ids_.size());
  passes_ = 0;
}

void Relaxation::begin(const MatchingCosts& costs) {
  partial_ = costs.partial();
  nobody_ = partial_ || costs.columns() > costs.rows();
  none_id_ = costs.columns();
  largest_sum_ = costs.largest_sum();
  row_ids_.resize(static_cast<std::size_t>(costs.rows()));
  column_ids_.resize(static_cast<std::size_t>(costs.columns()));
  std::iota(row_ids_.begin(), row_ids_.end(), 0);
  std::iota(column_ids_.begin(), column_ids_.end(), 0);
  resize();
  bound_ = 0;
  fresh_ = true;
  const std::int32_t n = rows(), m = columns();
  for (std::int32_t i = 0; i < n; ++i) std::copy_n(costs.linear(i), labels(), leaders_.row(i));
  if (nobody_) std::fill_n(leaders_.row(n), m, 0);
  const bool one_is_left_over = !partial_ && m == n + 1;
  for (std::int32_t i = 0; i < all_rows(); ++i)
    for (std::int32_t k = 0; k < all_rows(); ++k)
      for (std::int32_t j = 0; j < labels(); ++j) {
        std::fill_n(shares(i, k, j), stride_, i == n && k == n && one_is_left_over ? infinity : 0);
        if (j < m) shares(i, k, j)[j] = infinity;
      }
  for (std::int32_t i = 0; i < n; ++i)
    for (const std::int32_t k : costs.neighbours(i))
      for (std::int32_t j = 0; j < m; ++j)
        for (std::int32_t l = 0; l < m; ++l)
          if (l != j) shares(i, k, j)[l] = costs.pair(i, j, k, l) / 2;
  for (std::int32_t i = 0; i < n; ++i)
    for (std::int32_t j = 0; j < labels(); ++j)
      if (leaders_(i, j) == infinity) rule_out(i, j);
}

void Relaxation::begin(const Relaxation& parent, std::int32_t row, std::int32_t label) {
  partial_ = parent.partial_;
  nobody_ = parent.nobody_;
  fresh_ = parent.fresh_;
  none_id_ = parent.none_id_;
  largest_sum_ = parent.largest_sum_;
  row_ids_ = parent.row_ids_;
  row_ids_.erase(row_ids_.begin() + row);
  column_ids_ = parent.column_ids_;
  if (label < parent.columns()) column_ids_.erase(column_ids_.begin() + label);
  resize();
  bound_ = parent.bound_ + parent.leaders_(row, label);
  // The parent's numbers of what is left.
  const std::int32_t gap = label < parent.columns() ? label : parent.labels();
  const auto label_of = [&](std::int32_t j) { return j < gap ? j : j + 1; };
  const auto row_of = [&](std::int32_t i) { return i < row ? i : i + 1; };
  for (std::int32_t i = 0; i < all_rows(); ++i)
    for (std::int32_t j = 0; j < labels(); ++j)
      leaders_(i, j) = parent.leaders_(row_of(i), label_of(j)) + parent.shares(row_of(i), row, label_of(j))[label] +
                       parent.shares(row, row_of(i), label)[label_of(j)];
  for (std::int32_t i = 0; i < all_rows(); ++i)
    for (std::int32_t k = 0; k < all_rows(); ++k) {
      if (k == i && i < rows()) continue;
      for (std::int32_t j = 0; j < labels(); ++j) {
        const double* const from = parent.shares(row_of(i), row_of(k), label_of(j));
        double* const to = shares(i, k, j);
        std::copy_n(from, gap, to);
        std::copy(from + std::min(gap + 1, parent.labels()), from + parent.labels(), to + gap);
      }
    }
}

// Solves a linear problem and subtracts its duals from the costs, which row(k) gives for each row k. A row that is at
// none and a column that is nobody's have costs too. They are taken off from all others in the row, and in the column,
// so that it costs 0 to leave them; what is ruled out costs too much. Two columns behind the last one are for rows that
// are left out.
template <class Row>
bool Relaxation::solve(Row row, std::int32_t without_row, std::int32_t without_label, double too_much,
                       AugmentingPaths& paths, double& value) {
  const std::int32_t n = rows(), m = columns(), gap = std::min(without_label, m);
  const std::int32_t taken = m - (gap < m ? 1 : 0), behind = gap + 1 - (gap < m ? 0 : 1);
  const auto for_rows = [&](auto f) {
    for (std::int32_t k = 0, at = 0; k < n; ++k)
      if (k != without_row) f(row(k), at++);
  };
  double* const nobody = nobody_ ? row(n) : nullptr;
  value = 0;
  column_part_.assign(static_cast<std::size_t>(taken), 0);
  double* const part = column_part_.data();
  if (nobody) {
    for (std::int32_t l = 0; l < gap; ++l) part[l] = std::min(nobody[l], too_much);
    for (std::int32_t l = behind; l < m; ++l) part[l - 1] = std::min(nobody[l], too_much);
  }
  paths.resize(n - (without_row < n ? 1 : 0), taken + (partial_ ? 2 : 0));
  for_rows([&](const double* from, std::int32_t at) {
    double* const to = paths.row(at);
    std::copy_n(from, gap, to);
    std::copy(from + behind, from + m, to + gap);
    if (nobody)
      for (std::int32_t l = 0; l < taken; ++l) to[l] -= part[l];
    if (!partial_) return;
    const double none = std::min(from[m], too_much);
    for (std::int32_t l = 0; l < taken; ++l) to[l] = std::min(to[l] - none, 0.0);
    to[taken] = to[taken + 1] = 0;
    value += none;
  });
  if (paths.rows() > 0 && !paths.solve()) return false;
  for (std::int32_t l = 0; l < taken; ++l) {
    part[l] += paths.column_dual(l);
    value += part[l];
  }
  for_rows([&](double* costs, std::int32_t at) {
    const double none = partial_ ? std::min(costs[m], too_much) : 0;
    const double dual = paths.row_dual(at) + none;
    value += dual - none;
    for (std::int32_t l = 0; l < gap; ++l) costs[l] -= dual + part[l];
    for (std::int32_t l = behind; l < m; ++l) costs[l] -= dual + part[l - 1];
    if (partial_) costs[m] -= dual;
  });
  if (nobody) {
    for (std::int32_t l = 0; l < gap; ++l) nobody[l] -= part[l];
    for (std::int32_t l = behind; l < m; ++l) nobody[l] -= part[l - 1];
  }
  return true;
}

bool Relaxation::solve_leaders(double cutoff, AugmentingPaths& paths) {
  const std::int32_t n = rows(), m = columns();
  double rise = 0;
  if (!solve([&](std::int32_t k) { return leaders_.row(k); }, all_rows(), labels(), too_much(cutoff), paths, rise))
    return false;
  bound_ += rise;
  for (std::int32_t i = 0; i < n; ++i) {
    const std::int32_t j = paths.column_of(i);
    // A pair that costs more than to leave both stands for that.
    const bool left_out = partial_ && (j >= m || leaders_(i, j) > leaders_(i, m) + leaders_(n, j));
    picks_[i] = left_out ? m : j;
  }
  return true;
}

void Relaxation::rule_out(std::int32_t row, std::int32_t label) {
  leaders_(row, label) = infinity;
  for (std::int32_t k = 0; k < all_rows(); ++k)
    if (k != row || row == rows())
      for (std::int32_t l = 0; l < labels(); ++l) shares(k, row, l)[label] = infinity;
}

void Relaxation::hand_down(double cutoff) {
  const std::int32_t n = rows(), m = columns();
  for (std::int32_t i = 0; i < all_rows(); ++i)
    for (std::int32_t j = 0; j < labels(); ++j) {
      double& leader = leaders_(i, j);
      if (leader == infinity) continue;
      if (bound_ + leader >= cutoff) {
        rule_out(i, j);
        continue;
      }
      // Each other row and each other column gets a part. It has one place, and one row or nobody.
      const std::int32_t parts = n - (i < n ? 1 : 0) + m - (j < m ? 1 : 0);
      if (parts == 0) continue;
      const double part = leader / parts;
      for (std::int32_t k = 0; k < n; ++k) {
        if (k == i) continue;
        double* const row = shares(i, k, j);
        for (std::int32_t l = 0; l < m; ++l) row[l] += 2 * part;
        if (partial_) row[m] += part;
      }
      if (nobody_) {
        double* const row = shares(i, n, j);
        for (std::int32_t l = 0; l < m; ++l) row[l] += part;
      }
      leader = 0;
    }
}

void Relaxation::hand_over(std::int32_t i) {
  for (std::int32_t k = 0; k < all_rows(); ++k) {
    if (k == i) continue;
    double* const others = shares(k, i, 0);
    for (std::int32_t j = 0; j < labels(); ++j) {
      double* const own = shares(i, k, j);
      for (std::int32_t l = 0; l < labels(); ++l) {
        double& other = others[l * stride_ + j];
        own[l] += other;
        other = own[l] == infinity ? infinity : 0;
      }
    }
  }
}

// From the other problems of nobody.
void Relaxation::hand_over_to_nobody(std::int32_t j) {
  double* const own = shares(rows(), rows(), j);
  for (std::int32_t l = 0; l < columns(); ++l) {
    if (l == j) continue;
    double& other = shares(rows(), rows(), l)[j];
    own[l] += other;
    other = own[l] == infinity ? infinity : 0;
  }
}

bool Relaxation::pass(double cutoff, AugmentingPaths& paths) {
  if (!fresh_) hand_down(cutoff);
  const double limit = too_much(cutoff);
  const bool backward = passes_++ % 2 != 0;
  for (std::int32_t step = 0; step < all_rows(); ++step) {
    const std::int32_t i = backward ? all_rows() - 1 - step : step;
    if (!fresh_) hand_over(i);
    for (std::int32_t j = 0; j < labels(); ++j) {
      if (leaders_(i, j) == infinity) continue;
      if (!fresh_ && i == rows()) hand_over_to_nobody(j);
      double rise = 0;
      if (solve([&](std::int32_t k) { return shares(i, k, j); }, i, j, limit, paths, rise))
        leaders_(i, j) += rise;
      else
        rule_out(i, j);
    }
  }
  const bool solved = solve_leaders(cutoff, paths);
  fresh_ = false;
  return solved;
}

}  // namespace quadratic
}  // namespace COTAPE_PRECISION
}  // namespace cotape
