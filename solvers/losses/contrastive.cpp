#include <cotape/engine/kernels/map.h>
#include <cotape/engine/kernels/rows.h>
#include <cotape/solvers/losses/contrastive.h>
#include <cotape/solvers/losses/inner_product.h>
#include <cotape/solvers/losses/pool_loss.h>

#include <memory_resource>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// ⟨θ, a − w*⟩ for an average or a choice `a` of a set's solutions: choose(theta, set, out) sets out to a.
template <class Choose>
Var contrast(const Op& op, const BatchOracle& oracle, const SolutionPool& pool, Var predicted, Var decisions,
             std::span<const std::int64_t> examples, Choose choose) {
  return record(
      op, {without_padding(predicted, oracle), without_padding(decisions, oracle)},
      [&](Forward& c) {
        const Shape& shape = c.in(0).shape();
        const std::int64_t rows = check_pool_inputs(c, "decisions", oracle, pool, examples);
        const std::int64_t n = pool.shape().size();
        Tensor theta = c.scratch(shape);
        fill_scores(theta, c.in(0), oracle);
        Tensor& gradient = c.save(shape);
        std::pmr::vector<double> losses(static_cast<std::size_t>(rows), c.memory());
        const double share = instance_share(shape, oracle);
        const real factor = static_cast<real>(oracle.traits().sense == Sense::minimise ? -share : share);
        for_rows(rows, n, [&](std::int64_t row) {
          real* out = gradient.data() + row * n;
          const real *scores = theta.data() + row * n, *wanted = c.in(1).data() + row * n;
          choose(scores, pool.shared() ? 0 : examples[static_cast<std::size_t>(row)], out);
          for (std::int64_t i = 0; i < n; ++i) out[i] -= wanted[i];
          losses[row] = inner_product(scores, out, n);
          for (std::int64_t i = 0; i < n; ++i) out[i] *= factor;
        });
        double total = 0;
        for (const double loss : losses) total += loss;
        c.out(Shape{})[0] = static_cast<real>(total * share);
      },
      [oracle](Vjp& v) {
        map(
            v.dx, [dy = v.dy.item()](real g) { return dy * g; }, v.saved(0));
        oracle.count_gradient(v.dx);
      },
      no_gradient);
}

}  // namespace

Var nce(const BatchOracle& oracle, const SolutionPool& pool, Var predicted, Var decisions,
        std::span<const std::int64_t> examples) {
  return contrast({"nce", "dx = ±dy (mean_s s − y) / batch"}, oracle, pool, predicted, decisions, examples,
                  [&pool](const real*, std::int64_t set, real* out) {
                    const std::span<const double> sum = pool.sum(set);
                    const auto count = static_cast<double>(pool.size(set));
                    for (std::size_t i = 0; i < sum.size(); ++i) out[i] = static_cast<real>(sum[i] / count);
                  });
}

Var cmap(const BatchOracle& oracle, const SolutionPool& pool, Var predicted, Var decisions,
         std::span<const std::int64_t> examples) {
  return contrast({"cmap", "dx = ±dy (s − y) / batch, s the best of the pool"}, oracle, pool, predicted, decisions,
                  examples, [&pool](const real* theta, std::int64_t set, real* out) {
                    const real* solutions = pool.values(set).data();
                    const std::int64_t n = pool.shape().size(), size = pool.size(set);
                    const real* best = solutions;
                    double most = inner_product(theta, best, n);
                    for (std::int64_t s = 1; s < size; ++s)
                      if (const double value = inner_product(theta, solutions + s * n, n); value > most) {
                        most = value;
                        best = solutions + s * n;
                      }
                    std::copy_n(best, n, out);
                  });
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
