#include <cotape/engine/base/error.h>
#include <cotape/solvers/losses/nonnegative_least_squares.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// How little of a column of length 1, squared, may be left beside the columns in use: less counts as dependent. The
// second is for columns that were independent when they were added, and of which others then left.
constexpr double smallest_added = 1e-10, smallest_kept = 1e-14;

constexpr double promise_tolerance = 1e-12;  // in proportion to ‖b‖

}  // namespace

void NonNegativeLeastSquares::solve(std::span<const double> b, const Normals& columns) {
  prepare(b, columns);
  start();
  const std::size_t limit = 100 + 20 * columns_.size();
  for (std::size_t steps = 0; find_promising(); ++steps) {
    if (steps == limit) fail<SolverError>("non-negative least squares did not end within ", limit, " steps");
    const double before = squared_rest();
    const bool used = use_promising();
    if (used) improve();
    if (used && squared_rest() < before) {
      std::fill(useless_.begin(), useless_.end(), std::uint8_t{0});
    } else {  // by rounding, or because several at once were too many
      if (!several_) useless_[promising_[0]] = 1;
      several_ = false;
    }
  }
  const double up = std::ldexp(1.0, exponent_);
  for (std::size_t i = 0; i < b.size(); ++i) fit_[i] = (b_[i] - rest_[i]) * up;
  for (std::size_t j = 0; j < columns_.size(); ++j) {
    const auto number = static_cast<std::size_t>(columns_[j].number);
    weights_[number] = x_[j] / lengths_[number] * up;
  }
}

void NonNegativeLeastSquares::prepare(std::span<const double> b, const Normals& columns) {
  double largest = 0;
  for (const double entry : b) largest = std::max(largest, std::abs(entry));
  exponent_ = largest > 0 ? std::max(std::ilogb(largest), -1022) : 0;  // 2 to that power and its inverse are numbers
  const double down = std::ldexp(1.0, -exponent_);
  b_.resize(b.size());
  for (std::size_t i = 0; i < b.size(); ++i) b_[i] = b[i] * down;
  fit_.resize(b.size());
  rest_.resize(b.size());
  taken_.assign(b.size(), 0);

  columns_.clear();
  terms_.clear();
  lengths_.assign(static_cast<std::size_t>(columns.count()), 0);
  weights_.assign(lengths_.size(), 0);
  for (std::int64_t j = 0; j < columns.count(); ++j) {
    Column column{.number = j, .first = std::ssize(terms_), .last = 0, .free = columns.is_equation(j)};
    lengths_[j] = columns.length(j);
    for (const Normals::Term& term : columns.terms(j))
      if (term.factor != 0) terms_.push_back({term.entry, term.factor / lengths_[j]});
    column.last = std::ssize(terms_);
    if (column.last > column.first) columns_.push_back(column);
  }
  x_.assign(columns_.size(), 0);
  best_.resize(columns_.size());
  promise_.resize(columns_.size());
  in_use_.assign(columns_.size(), 0);
  useless_.assign(columns_.size(), 0);
  several_ = true;
  used_.clear();
  place_.assign(columns_.size(), -1);
  stride_ = std::count_if(columns_.begin(), columns_.end(), [](const Column& column) { return !column.single(); });
  triangle_.assign(static_cast<std::size_t>(stride_ * stride_), 0);
  next_.resize(static_cast<std::size_t>(stride_));
  pivots_.resize(static_cast<std::size_t>(stride_));
  begins_.resize(static_cast<std::size_t>(stride_));
  std::iota(begins_.begin(), begins_.end(), std::int64_t{0});
  ends_.resize(static_cast<std::size_t>(stride_));
  factorized_ = 0;
  list_shares();
}

// Which columns with several entries share each entry.
void NonNegativeLeastSquares::list_shares() {
  const auto for_shares = [&](auto f) {
    for (std::size_t j = 0; j < columns_.size(); ++j)
      for (std::int64_t t = columns_[j].first; t < columns_[j].last && !columns_[j].single(); ++t)
        f(static_cast<std::int64_t>(j), terms_[t]);
  };
  first_share_.assign(b_.size() + 2, 0);  // of entry i at i + 2, until the shares are in their places
  for_shares([&](std::int64_t, const Normals::Term& term) { ++first_share_[term.entry + 2]; });
  for (std::size_t i = 2; i < first_share_.size(); ++i) first_share_[i] += first_share_[i - 1];
  shares_.resize(static_cast<std::size_t>(first_share_.back()));
  for_shares([&](std::int64_t j, const Normals::Term& term) {
    shares_[first_share_[term.entry + 1]++] = {j, term.factor};
  });
}

std::span<const NonNegativeLeastSquares::Share> NonNegativeLeastSquares::shares_of(std::int64_t entry) const {
  return {shares_.data() + first_share_[entry],
          static_cast<std::size_t>(first_share_[entry + 1] - first_share_[entry])};
}

// All columns of either sign come into use, but for those that depend on others.
void NonNegativeLeastSquares::start() {
  for (std::int64_t j = 0; j < std::ssize(columns_); ++j)
    if (columns_[j].free && !(columns_[j].single() && taken_[terms_[columns_[j].first].entry])) use(j, true);
  for (std::int64_t dependent; (dependent = factorize(smallest_added)) >= 0;) use(dependent, false);
  solve_used();
  x_ = best_;
  set_rest(x_);
}

// The columns to be added: the one that promises most; or also all with a single entry that promise something.
bool NonNegativeLeastSquares::find_promising() {
  double squares = 0;
  for (const double entry : b_) squares += entry * entry;
  const double least = promise_tolerance * std::sqrt(squares);
  promising_.clear();
  std::int64_t most = -1;
  for (std::size_t j = 0; j < columns_.size(); ++j) {
    if (in_use_[j] || useless_[j] || columns_[j].free) continue;
    promise_[j] = dot(columns_[j], rest_);
    if (promise_[j] <= least) continue;
    if (most < 0 || promise_[j] > promise_[most]) most = static_cast<std::int64_t>(j);
    if (several_ && columns_[j].single()) promising_.push_back(static_cast<std::int64_t>(j));
  }
  if (most < 0) return false;
  if (!several_ || !columns_[most].single()) promising_.insert(promising_.begin(), most);
  return true;
}

// Takes them into use, but for those that would make columns dependent; false where that is all of them.
bool NonNegativeLeastSquares::use_promising() {
  for (const std::int64_t j : promising_)
    if (!(columns_[j].single() && taken_[terms_[columns_[j].first].entry])) use(j, true);  // else: one of several
  std::sort(promising_.begin(), promising_.end(), [&](std::int64_t a, std::int64_t b) {
    return promise_[a] != promise_[b] ? promise_[a] > promise_[b] : a < b;
  });
  for (;;) {
    const std::int64_t dependent = factorize(smallest_added);
    if (dependent < 0) return true;
    // Of those that take entries of the dependent column, or else of all, the one that promises least goes.
    const auto in_way = [&](std::int64_t j) {
      const auto first = terms_.begin() + columns_[dependent].first, last = terms_.begin() + columns_[dependent].last;
      return in_use_[j] && columns_[j].single() && std::any_of(first, last, [&](const Normals::Term& term) {
               return term.entry == terms_[columns_[j].first].entry;
             });
    };
    auto worst = std::find_if(promising_.rbegin(), promising_.rend(), in_way);
    if (worst == promising_.rend())
      worst = std::find_if(promising_.rbegin(), promising_.rend(), [&](std::int64_t j) { return in_use_[j] != 0; });
    if (worst == promising_.rend()) fail<SolverError>("columns became dependent by rounding");
    use(*worst, false);
    if (std::none_of(promising_.begin(), promising_.end(), [&](std::int64_t j) { return in_use_[j] != 0; }))
      return false;
  }
}

// The best weights for the columns in use, of which those leave whose weights would not be positive.
void NonNegativeLeastSquares::improve() {
  for (;;) {
    solve_used();
    // How far the weights can go towards the best before this one is used up.
    const auto reach = [&](std::size_t j) {
      if (!in_use_[j] || columns_[j].free || best_[j] > 0) return 2.0;
      return x_[j] > 0 ? x_[j] / (x_[j] - best_[j]) : 0.0;
    };
    double step = 1;
    for (std::size_t j = 0; j < x_.size(); ++j) step = std::min(step, reach(j));
    bool left = false;
    for (std::size_t j = 0; j < x_.size(); ++j) {
      const bool leaves = reach(j) <= step;
      x_[j] = leaves ? 0 : x_[j] + step * (best_[j] - x_[j]);
      if (leaves) use(static_cast<std::int64_t>(j), false);
      left = left || leaves;
    }
    if (!left) break;
    if (factorize(smallest_kept) >= 0) fail<SolverError>("columns became dependent by rounding");
  }
  set_rest(x_);
}

// Takes a column into use, or out of it: with a single entry it takes that, with several it belongs to the system.
void NonNegativeLeastSquares::use(std::int64_t column, bool on) {
  in_use_[column] = on;
  if (columns_[column].single()) {
    const std::int64_t entry = terms_[columns_[column].first].entry;
    taken_[entry] = on;
    for (const Share& share : shares_of(entry))
      if (place_[share.column] >= 0) factorized_ = std::min(factorized_, place_[share.column]);
    return;
  }
  const auto at = std::lower_bound(used_.begin(), used_.end(), column);
  const std::int64_t first = at - used_.begin();
  factorized_ = std::min(factorized_, first);
  if (on) {
    used_.insert(at, column);
  } else {
    used_.erase(at);
    place_[column] = -1;
  }
  for (std::int64_t k = first; k < std::ssize(used_); ++k) place_[used_[k]] = k;
}

// The products of the columns in use, over the entries that are not taken, and their triangle. Returns the first column
// that depends on those before it; −1: none does.
std::int64_t NonNegativeLeastSquares::factorize(double smallest) {
  const std::int64_t count = std::ssize(used_);
  for (std::int64_t k = 0; k < count; ++k) {
    if (k >= factorized_) eliminate(k);
    if (pivots_[k] > smallest) continue;
    factorized_ = k;
    return used_[k];
  }
  factorized_ = count;
  for (std::int64_t k = 0; k < count; ++k)
    for (std::int64_t m = begins_[k]; m <= k; ++m) ends_[m] = k + 1;
  return -1;
}

// Sets column k of the triangle, and its pivot, from the products of its column with those before it and itself.
void NonNegativeLeastSquares::eliminate(std::int64_t k) {
  double* const next = next_.data();
  std::fill_n(next, k + 1, 0.0);
  std::int64_t begin = k;
  const Column& column = columns_[used_[k]];
  for (std::int64_t t = column.first; t < column.last; ++t) {
    if (taken_[terms_[t].entry]) continue;
    for (const Share& share : shares_of(terms_[t].entry)) {
      const std::int64_t m = place_[share.column];
      if (m > k) break;
      if (m < 0) continue;
      next[m] += terms_[t].factor * share.factor;
      begin = std::min(begin, m);
    }
  }
  for (std::int64_t m = begins_[k]; m < k; ++m) triangle_[m * stride_ + k] = 0;  // what stood there before
  for (std::int64_t m = begin; m < k; ++m) {
    if (next[m] == 0) continue;
    const double* const row = triangle_.data() + m * stride_;
    const double part = next[m] * row[m];
    for (std::int64_t i = m + 1; i < k; ++i) next[i] -= part * row[i];
    next[k] -= part * part;
    triangle_[m * stride_ + k] = part;
  }
  begins_[k] = begin;
  pivots_[k] = next[k];
  triangle_[k * stride_ + k] = 1 / std::sqrt(next[k]);  // of a pivot of 0 or below nobody asks for it
}

// Sets `best`; the rest is then that of these weights.
void NonNegativeLeastSquares::solve_used() {
  std::fill(best_.begin(), best_.end(), 0);
  for (int pass = 0; pass < 2; ++pass) {  // a second time for what rounding left
    set_rest(best_);
    for (std::size_t i = 0; i < rest_.size(); ++i)
      if (taken_[i]) rest_[i] = 0;
    wide_.resize(used_.size());
    for (std::size_t k = 0; k < used_.size(); ++k) wide_[k] = dot(columns_[used_[k]], rest_);
    solve_factorized(wide_);
    for (std::size_t k = 0; k < used_.size(); ++k) best_[used_[k]] += wide_[k];
  }
  set_rest(best_);
  for (std::size_t j = 0; j < columns_.size(); ++j) {
    if (!in_use_[j] || !columns_[j].single()) continue;
    const Normals::Term& term = terms_[columns_[j].first];
    best_[j] = rest_[term.entry] * term.factor;  // which is ±1
    rest_[term.entry] = 0;
  }
}

void NonNegativeLeastSquares::solve_factorized(std::vector<double>& x) const {
  const std::int64_t count = std::ssize(x);
  for (std::int64_t k = 0; k < count; ++k) {
    const double* const row = triangle_.data() + k * stride_;
    x[k] *= row[k];
    for (std::int64_t i = k + 1; i < ends_[k]; ++i) x[i] -= row[i] * x[k];
  }
  for (std::int64_t k = count; k-- > 0;) {
    const double* const row = triangle_.data() + k * stride_;
    for (std::int64_t i = k + 1; i < ends_[k]; ++i) x[k] -= row[i] * x[i];
    x[k] *= row[k];
  }
}

void NonNegativeLeastSquares::set_rest(std::span<const double> weights) {
  std::copy(b_.begin(), b_.end(), rest_.begin());
  for (std::size_t j = 0; j < columns_.size(); ++j) {
    if (weights[j] == 0) continue;
    for (std::int64_t t = columns_[j].first; t < columns_[j].last; ++t)
      rest_[terms_[t].entry] -= weights[j] * terms_[t].factor;
  }
}

double NonNegativeLeastSquares::dot(const Column& column, std::span<const double> x) const {
  double sum = 0;
  for (std::int64_t t = column.first; t < column.last; ++t) sum += terms_[t].factor * x[terms_[t].entry];
  return sum;
}

double NonNegativeLeastSquares::squared_rest() const {
  double squares = 0;
  for (const double entry : rest_) squares += entry * entry;
  return squares;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
