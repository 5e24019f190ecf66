#include <cotape/engine/base/error.h>
#include <cotape/solvers/select/enumerated.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

double value_of(const real* solution, std::span<const real> cost) {
  double value = 0;
  for (std::size_t i = 0; i < cost.size(); ++i)
    value += static_cast<double>(solution[i]) * static_cast<double>(cost[i]);
  return value;
}

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
    if (std::abs(sum - first) > 1e-6 * size) return false;
  }
  return true;
}

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
          .constant_sum = sums_are_equal(solutions)};
}

void Enumerated::solve(std::span<const real> cost, std::span<real> solution) const {
  const std::int64_t n = static_cast<std::int64_t>(cost.size()), m = solutions.shape()[0];
  const double sign = sense == Sense::maximise ? 1 : -1;
  std::int64_t best = 0;
  double best_value = sign * value_of(solutions.data(), cost);
  for (std::int64_t r = 1; r < m; ++r) {
    const double value = sign * value_of(solutions.data() + r * n, cost);
    if (value > best_value) {
      best = r;
      best_value = value;
    }
  }
  std::copy_n(solutions.data() + best * n, n, solution.begin());
}

std::optional<bool> Enumerated::tied(std::span<const real> cost, std::span<const real> solution) const {
  const std::int64_t n = static_cast<std::int64_t>(cost.size()), m = solutions.shape()[0];
  const double best = value_of(solution.data(), cost);
  for (std::int64_t r = 0; r < m; ++r) {
    const real* other = solutions.data() + r * n;
    if (value_of(other, cost) == best && !std::equal(other, other + n, solution.begin())) return true;
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
