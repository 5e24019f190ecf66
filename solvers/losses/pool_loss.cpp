#include <cotape/engine/base/error.h>
#include <cotape/engine/kernels/map.h>
#include <cotape/engine/kernels/rows.h>
#include <cotape/solvers/losses/inner_product.h>
#include <cotape/solvers/losses/pool_loss.h>

#include <algorithm>
#include <memory_resource>

namespace cotape {
inline namespace COTAPE_PRECISION {

std::int64_t check_pool_inputs(const Forward& c, const char* second, const BatchOracle& oracle,
                               const SolutionPool& pool, std::span<const std::int64_t> examples) {
  const Shape& shape = c.in(0).shape();
  if (shape != c.in(1).shape()) fail<ShapeError>("shapes differ: predicted ", shape, " ", second, " ", c.in(1).shape());
  if (shape.size() == 0) fail<ShapeError>("shape ", shape, " has no elements");
  oracle.check(shape);
  const std::int64_t rows = oracle.instances(shape);
  pool.check(oracle, rows, examples);
  return rows;
}

void fill_scores(Tensor& scores, const Tensor& x, const BatchOracle& oracle) {
  const real sign = oracle.traits().sense == Sense::minimise ? real(-1) : real(1);
  map(
      scores, [sign](real a) { return sign * a; }, x);
  oracle.check_finite(scores);
}

double instance_share(const Shape& shape, const BatchOracle& oracle) {
  return shape.rank() > oracle.traits().shape.rank() ? 1 / static_cast<double>(shape[0]) : 1;
}

Var ranking_loss(const PoolLoss& loss, const BatchOracle& oracle, const SolutionPool& pool, Var predicted, Var costs,
                 std::span<const std::int64_t> examples) {
  return record(
      {loss.name, loss.vjp}, {without_padding(predicted, oracle), without_padding(costs, oracle)},
      [&](Forward& c) {
        const Shape& shape = c.in(0).shape();
        const std::int64_t rows = check_pool_inputs(c, "costs", oracle, pool, examples);
        const std::int64_t n = pool.shape().size();
        Tensor theta = c.scratch(shape), truth = c.scratch(shape);
        fill_scores(theta, c.in(0), oracle);
        fill_scores(truth, c.in(1), oracle);
        Tensor& gradient = c.save(shape);
        gradient.fill(0);

        const auto set_of = [&](std::int64_t row) {
          return pool.shared() ? 0 : examples[static_cast<std::size_t>(row)];
        };
        std::int64_t most = 0;
        for (std::int64_t row = 0; row < rows; ++row) most = std::max(most, pool.size(set_of(row)));
        std::pmr::vector<double> losses(static_cast<std::size_t>(rows), c.memory());
        std::pmr::vector<double> numbers(static_cast<std::size_t>(3 * rows * most), c.memory());
        const double factor = instance_share(shape, oracle) * (oracle.traits().sense == Sense::minimise ? -1 : 1);
        for_rows(rows, n * most, [&](std::int64_t row) {
          const std::int64_t set = set_of(row), size = pool.size(set);
          const real* solutions = pool.values(set).data();
          const auto part = [&](std::int64_t which) {
            return std::span(numbers).subspan(static_cast<std::size_t>((3 * row + which) * most),
                                              static_cast<std::size_t>(size));
          };
          const std::span<double> values = part(0), right = part(1), slopes = part(2);
          for (std::int64_t s = 0; s < size; ++s) {
            values[s] = inner_product(theta.data() + row * n, solutions + s * n, n);
            right[s] = inner_product(truth.data() + row * n, solutions + s * n, n);
          }
          losses[row] = loss.loss({values, right}, slopes);
          real* out = gradient.data() + row * n;
          for (std::int64_t s = 0; s < size; ++s) {
            if (slopes[s] == 0) continue;
            const auto slope = static_cast<real>(factor * slopes[s]);
            for (std::int64_t i = 0; i < n; ++i) out[i] += slope * solutions[s * n + i];
          }
        });
        double total = 0;
        for (const double one : losses) total += one;
        c.out(Shape{})[0] = static_cast<real>(total * instance_share(shape, oracle));
      },
      [oracle](Vjp& v) {
        map(
            v.dx, [dy = v.dy.item()](real g) { return dy * g; }, v.saved(0));
        oracle.count_gradient(v.dx);
      },
      no_gradient);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
