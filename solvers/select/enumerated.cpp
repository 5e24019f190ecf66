#include <cotape/engine/base/error.h>
#include <cotape/solvers/select/enumerated.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// The binary exponent of the largest number, or 0 where products of such numbers neither overflow nor vanish.
int exponent_of(std::span<const real> numbers) {
  if (sizeof(real) < sizeof(double)) return 0;  // products are made in double
  double largest = 0;
  for (const real x : numbers) largest = std::max(largest, std::abs(static_cast<double>(x)));
  return largest == 0 || (largest > 0x1p-300 && largest < 0x1p300) ? 0 : std::ilogb(largest);
}

// ⟨solution, cost⟩ up to a power of two, the same for all solutions.
class Values {
 public:
  Values(const Tensor& solutions, std::span<const real> cost)
      : cost_(cost), of_solutions_(-exponent_of(solutions.values())), of_cost_(-exponent_of(cost)) {}

  double operator()(const real* solution) const {
    double value = 0;
    if (of_solutions_ == 0 && of_cost_ == 0) {
      for (std::size_t i = 0; i < cost_.size(); ++i)
        value += static_cast<double>(solution[i]) * static_cast<double>(cost_[i]);
      return value;
    }
    for (std::size_t i = 0; i < cost_.size(); ++i)
      value += std::ldexp(static_cast<double>(solution[i]), of_solutions_) *
               std::ldexp(static_cast<double>(cost_[i]), of_cost_);
    return value;
  }
  // That power.
  int exponent() const { return -(of_solutions_ + of_cost_); }

 private:
  std::span<const real> cost_;
  int of_solutions_, of_cost_;  // exponents of the powers of two that they are multiplied by
};

bool sums_are_equal(const Tensor& solutions) {
  const std::int64_t m = solutions.shape()[0], n = solutions.size() / m;
  double first = 0;
  for (std::int64_t r = 0; r < m; ++r) {
    double sum = 0, size = 0;
    for (std::int64_t i = 0; i < n; ++i) {
      sum += static_cast<double>(solutions[r * n + i]);
      size += std::abs(static_cast<double>(solutions[r * n + i]));
    }
    if (r == 0) first = sum;
    if (!std::isfinite(size) || std::abs(sum - first) > 1e-6 * size) return false;
  }
  return true;
}

bool are_one_hot(const Tensor& solutions) {
  const std::int64_t m = solutions.shape()[0], n = solutions.size() / m;
  for (std::int64_t r = 0; r < m; ++r) {
    const real* row = solutions.data() + r * n;
    if (std::count(row, row + n, real(1)) != 1 || std::count(row, row + n, real(0)) != n - 1) return false;
  }
  return true;
}

// Weights e^⟨±cost, y⟩ of the solutions y, the largest one 1.
class Weights {
 public:
  Weights(const Enumerated& set, std::span<const real> cost)
      : solutions_(set.solutions),
        sign_(set.sense == Sense::maximise ? 1 : -1),
        n_(static_cast<std::int64_t>(cost.size())),
        value_of_(set.solutions, cost) {
    for (std::int64_t r = 0; r < count(); ++r) best_ = std::max(best_, value(r));
    for (std::int64_t r = 0; r < count(); ++r) total_ += (*this)(r);
  }
  std::int64_t count() const { return solutions_.shape()[0]; }
  const real* solution(std::int64_t r) const { return solutions_.data() + r * n_; }
  double operator()(std::int64_t r) const { return std::exp(std::ldexp(value(r) - best_, value_of_.exponent())); }
  double total() const { return total_; }

 private:
  double value(std::int64_t r) const { return sign_ * value_of_(solution(r)); }

  const Tensor& solutions_;
  double sign_;
  std::int64_t n_;
  Values value_of_;
  double best_ = -std::numeric_limits<double>::infinity(), total_ = 0;
};

Tensor from_rows(const std::vector<real>& rows, std::int64_t n) {
  return Tensor(Shape{static_cast<std::int64_t>(rows.size()) / n, n}, std::span(rows));
}

}  // namespace

SolverTraits Enumerated::traits() const {
  const Shape& shape = solutions.shape();
  if (shape.rank() < 1 || solutions.size() == 0) fail<ValueError>("enumerated: solutions ", shape, " hold none");
  if (!solutions.finite()) fail<ValueError>("enumerated: a solution has a number that is not finite");
  return {.name = "enumerated",
          .sense = sense,
          .shape = shape.without(0),
          .ties = "of equally good solutions the first one is taken",
          .constant_sum = sums_are_equal(solutions),
          .one_hot = are_one_hot(solutions)};
}

void Enumerated::solve(std::span<const real> cost, std::span<real> solution) const {
  const std::int64_t n = static_cast<std::int64_t>(cost.size()), m = solutions.shape()[0];
  const double sign = sense == Sense::maximise ? 1 : -1;
  const Values value_of(solutions, cost);
  std::int64_t best = 0;
  double best_value = sign * value_of(solutions.data());
  for (std::int64_t r = 1; r < m; ++r) {
    const double value = sign * value_of(solutions.data() + r * n);
    if (value > best_value) {
      best = r;
      best_value = value;
    }
  }
  std::copy_n(solutions.data() + best * n, n, solution.begin());
}

void Enumerated::marginals(std::span<const real> cost, std::span<real> mean) const {
  const Weights weight(*this, cost);
  std::fill(mean.begin(), mean.end(), real(0));
  for (std::int64_t r = 0; r < weight.count(); ++r) {
    const real share = static_cast<real>(weight(r) / weight.total());
    for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += share * weight.solution(r)[i];
  }
}

void Enumerated::draw(std::span<const real> cost, std::span<const real> uniform, std::span<real> solution) const {
  const Weights weight(*this, cost);
  double left = static_cast<double>(uniform[0]) * weight.total();
  std::int64_t chosen = 0;
  while (chosen + 1 < weight.count() && (left -= weight(chosen)) > 0) ++chosen;
  std::copy_n(weight.solution(chosen), solution.size(), solution.begin());
}

void Enumerated::covariance(std::span<const real> cost, std::span<const real> direction,
                            std::span<real> product) const {
  const Weights weight(*this, cost);
  const auto along = [&](std::int64_t r) {
    double sum = 0;
    for (std::size_t i = 0; i < direction.size(); ++i)
      sum += static_cast<double>(direction[i]) * static_cast<double>(weight.solution(r)[i]);
    return sum;
  };
  double mean = 0;
  for (std::int64_t r = 0; r < weight.count(); ++r) mean += weight(r) / weight.total() * along(r);
  std::fill(product.begin(), product.end(), real(0));
  for (std::int64_t r = 0; r < weight.count(); ++r) {
    const real share = static_cast<real>(weight(r) / weight.total() * (along(r) - mean));
    for (std::size_t i = 0; i < product.size(); ++i) product[i] += share * weight.solution(r)[i];
  }
}

std::int64_t Enumerated::neighbour_count(std::span<const real>) const { return solutions.shape()[0] - 1; }

void Enumerated::neighbour(std::span<const real> solution, std::int64_t which, std::span<real> other) const {
  const std::int64_t m = solutions.shape()[0], n = solutions.size() / m;
  std::int64_t row = 0;
  while (row < m && !std::equal(solution.begin(), solution.end(), solutions.data() + row * n)) ++row;
  if (row == m) fail<SolverError>("the solution is not one of the ", m, " that are listed");
  std::copy_n(solutions.data() + (which < row ? which : which + 1) * n, n, other.begin());
}

std::optional<bool> Enumerated::tied(std::span<const real> cost, std::span<const real> solution) const {
  const std::int64_t n = static_cast<std::int64_t>(cost.size()), m = solutions.shape()[0];
  const Values value_of(solutions, cost);
  const double best = value_of(solution.data());
  for (std::int64_t r = 0; r < m; ++r) {
    const real* other = solutions.data() + r * n;
    if (value_of(other) == best && !std::equal(other, other + n, solution.begin())) return true;
  }
  return false;
}

Tensor all_subsets(std::int64_t n, std::int64_t k) {
  if (n < 1 || k < 0 || k > n) fail<ValueError>("all_subsets: k = ", k, " is outside 0 … n = ", n);
  std::int64_t count = 1;  // n over i
  for (std::int64_t i = 1; i <= std::min(k, n - k); ++i) {
    if (count > Shape::max_size / (n - i + 1))
      fail<ValueError>("all_subsets: too many subsets of ", k, " of ", n, " to be counted");
    count = count * (n - i + 1) / i;
  }
  Tensor rows(Shape{count, n});
  std::vector<real> y(static_cast<std::size_t>(n));
  std::fill_n(y.begin(), k, real(1));
  for (real* row = rows.data(); row != rows.data() + rows.size(); row += n) {
    std::copy(y.begin(), y.end(), row);
    std::prev_permutation(y.begin(), y.end());
  }
  return rows;
}

Tensor all_permutations(std::int64_t n) {
  if (n < 1 || n > 9) fail<ValueError>("all_permutations: n = ", n, " is outside 1 … 9");
  std::vector<real> y(static_cast<std::size_t>(n)), rows;
  std::iota(y.begin(), y.end(), real(1));
  do rows.insert(rows.end(), y.begin(), y.end());
  while (std::next_permutation(y.begin(), y.end()));
  return from_rows(rows, n);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
