#include <cotape/solvers/quadratic/relaxation.h>

#include <algorithm>
#include <numeric>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace quadratic {

using assignment::AugmentingPaths;

void Relaxation::resize() {
  stride_ = padded_size<double>(labels());
  leaders_.assign(rows(), labels(), infinity);
  shares_.resize(std::int64_t{rows()} * rows() * labels() * stride_);
  picks_.resize(row_ids_.size());
  passes_ = 0;
}

void Relaxation::begin(const MatchingCosts& costs) {
  partial_ = costs.partial();
  none_id_ = costs.columns();
  row_ids_.resize(static_cast<std::size_t>(costs.rows()));
  column_ids_.resize(static_cast<std::size_t>(costs.columns()));
  std::iota(row_ids_.begin(), row_ids_.end(), 0);
  std::iota(column_ids_.begin(), column_ids_.end(), 0);
  resize();
  bound_ = 0;
  fresh_ = true;
  for (std::int32_t i = 0; i < rows(); ++i) {
    std::copy_n(costs.linear(i), labels(), leaders_.row(i));
    for (std::int32_t k = 0; k < rows(); ++k)
      if (k != i)
        for (std::int32_t j = 0; j < labels(); ++j) {
          std::fill_n(shares(i, k, j), stride_, 0);
          if (j < columns()) shares(i, k, j)[j] = infinity;
        }
    for (const std::int32_t k : costs.neighbours(i))
      for (std::int32_t j = 0; j < columns(); ++j)
        for (std::int32_t l = 0; l < columns(); ++l)
          if (l != j) shares(i, k, j)[l] = costs.pair(i, j, k, l) / 2;
  }
  for (std::int32_t i = 0; i < rows(); ++i)
    for (std::int32_t j = 0; j < labels(); ++j)
      if (leaders_(i, j) == infinity) rule_out(i, j);
}

void Relaxation::begin(const Relaxation& parent, std::int32_t row, std::int32_t label) {
  partial_ = parent.partial_;
  none_id_ = parent.none_id_;
  fresh_ = parent.fresh_;
  row_ids_ = parent.row_ids_;
  row_ids_.erase(row_ids_.begin() + row);
  column_ids_ = parent.column_ids_;
  if (label < parent.columns()) column_ids_.erase(column_ids_.begin() + label);
  resize();
  bound_ = parent.bound_ + parent.leaders_(row, label);
  // From the parent's labels to those that are left.
  const std::int32_t gap = label < parent.columns() ? label : parent.labels();
  const auto copy = [&](const double* from, double* to) {
    std::copy_n(from, gap, to);
    std::copy(from + std::min(gap + 1, parent.labels()), from + parent.labels(), to + gap);
  };
  const auto label_of = [&](std::int32_t j) { return j < gap ? j : j + 1; };
  for (std::int32_t i = 0; i < rows(); ++i) {
    const std::int32_t from = i < row ? i : i + 1;
    for (std::int32_t j = 0; j < labels(); ++j) {
      const std::int32_t from_label = label_of(j);
      leaders_(i, j) = parent.leaders_(from, from_label) + parent.shares(from, row, from_label)[label] +
                       parent.shares(row, from, label)[from_label];
    }
    for (std::int32_t k = 0; k < rows(); ++k)
      if (k != i)
        for (std::int32_t j = 0; j < labels(); ++j)
          copy(parent.shares(from, k < row ? k : k + 1, label_of(j)), shares(i, k, j));
  }
}

bool Relaxation::solve_leaders(AugmentingPaths& paths) {
  const std::int32_t n = rows(), m = columns();
  paths.resize(n, labels());
  for (std::int32_t i = 0; i < n; ++i) {
    const double limit = partial_ ? leaders_(i, m) : infinity;
    for (std::int32_t j = 0; j < labels(); ++j) paths.row(i)[j] = std::min(leaders_(i, j), limit);
  }
  if (!paths.solve()) return false;
  double rise = 0;
  for (std::int32_t j = 0; j < m; ++j) rise += paths.column_dual(j);
  for (std::int32_t i = 0; i < n; ++i) {
    const double dual = paths.row_dual(i);
    rise += dual;
    const std::int32_t column = paths.column_of(i);
    picks_[i] = partial_ && !(leaders_(i, column) < leaders_(i, m)) ? m : column;
    for (std::int32_t j = 0; j < m; ++j) leaders_(i, j) -= dual + paths.column_dual(j);
    if (partial_) leaders_(i, m) -= dual;
  }
  bound_ += rise;
  return true;
}

void Relaxation::rule_out(std::int32_t row, std::int32_t label) {
  leaders_(row, label) = infinity;
  for (std::int32_t k = 0; k < rows(); ++k)
    if (k != row)
      for (std::int32_t l = 0; l < labels(); ++l) shares(k, row, l)[label] = infinity;
}

void Relaxation::hand_down(double cutoff) {
  if (rows() < 2) return;
  const double part = 1 / static_cast<double>(rows() - 1);
  for (std::int32_t i = 0; i < rows(); ++i)
    for (std::int32_t j = 0; j < labels(); ++j) {
      double& leader = leaders_(i, j);
      if (leader == infinity) continue;
      if (bound_ + leader >= cutoff) {
        rule_out(i, j);
        continue;
      }
      for (std::int32_t k = 0; k < rows(); ++k) {
        if (k == i) continue;
        double* const row = shares(i, k, j);
        for (std::int32_t l = 0; l < labels(); ++l) row[l] += part * leader;
      }
      leader = 0;
    }
}

void Relaxation::hand_over(std::int32_t i) {
  for (std::int32_t k = 0; k < rows(); ++k) {
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

bool Relaxation::solve_shares(std::int32_t i, std::int32_t j, AugmentingPaths& paths) {
  // Column j, which no other row can have, is left out.
  const std::int32_t n = rows(), m = columns(), gap = std::min(j, m);
  const std::int32_t free = m - (j < m ? 1 : 0);
  paths.resize(n - 1, free + (partial_ ? 1 : 0));
  for (std::int32_t k = 0; k < n; ++k) {
    if (k == i) continue;
    const double* const from = shares(i, k, j);
    double* const to = paths.row(k < i ? k : k - 1);
    std::copy_n(from, gap, to);
    std::copy(from + std::min(gap + 1, m), from + m, to + gap);
    if (!partial_) continue;
    for (std::int32_t l = 0; l < free; ++l) to[l] = std::min(to[l], from[m]);
    to[free] = from[m];
  }
  if (!paths.solve()) return false;
  double rise = 0;
  for (std::int32_t l = 0; l < free; ++l) rise += paths.column_dual(l);
  for (std::int32_t k = 0; k < n; ++k) {
    if (k == i) continue;
    const double dual = paths.row_dual(k < i ? k : k - 1);
    rise += dual;
    double* const row = shares(i, k, j);
    for (std::int32_t l = 0; l < gap; ++l) row[l] -= dual + paths.column_dual(l);
    for (std::int32_t l = gap + 1; l < m; ++l) row[l] -= dual + paths.column_dual(l - 1);
    if (partial_) row[m] -= dual;
  }
  leaders_(i, j) += rise;
  return true;
}

bool Relaxation::pass(double cutoff, AugmentingPaths& paths) {
  if (!fresh_) hand_down(cutoff);
  const bool backward = passes_++ % 2 != 0;
  for (std::int32_t step = 0; step < rows(); ++step) {
    const std::int32_t i = backward ? rows() - 1 - step : step;
    if (!fresh_) hand_over(i);
    for (std::int32_t j = 0; j < labels() && rows() > 1; ++j)
      if (leaders_(i, j) < infinity && !solve_shares(i, j, paths)) rule_out(i, j);
  }
  fresh_ = false;
  return solve_leaders(paths);
}

}  // namespace quadratic
}  // namespace COTAPE_PRECISION
}  // namespace cotape
