#include <cotape/engine/base/error.h>
#include <cotape/engine/kernels/map.h>
#include <cotape/engine/kernels/reduce.h>
#include <cotape/solvers/core/score_range.h>
#include <cotape/solvers/kit/workspace_pool.h>
#include <cotape/solvers/losses/sparsemap.h>

#include <cmath>
#include <memory>

namespace cotape {
inline namespace COTAPE_PRECISION {

Var sparsemap_loss(const BatchOracle& oracle, Var x, Var target, const SparseMapOptions& options) {
  return record(
      {"sparsemap_loss", "dx = ±dy (y(θ) − y*) / batch"}, {without_padding(x, oracle), target},
      [&](Forward& c) {
        const Tensor &in = c.in(0), &wanted = c.in(1);
        const double lambda = static_cast<double>(options.strength);
        if (!(lambda > 0) || !std::isfinite(lambda))
          fail<ValueError>("λ = ", options.strength, " is not a positive number");
        if (in.shape() != wanted.shape()) fail<ShapeError>("shapes differ: x ", in.shape(), " target ", wanted.shape());
        if (in.size() == 0) fail<ShapeError>("shape ", in.shape(), " has no elements");
        oracle.oracle()->solver().require_linear("sparsemap_loss");
        oracle.check(in.shape());

        const std::int64_t n = oracle.traits().shape.size();
        const double examples = static_cast<double>(sample_layout(in.shape(), 1, oracle).outer);
        const real sign = oracle.traits().sense == Sense::minimise ? real(-1) : real(1);
        const ScoreRange range(oracle.traits());
        Tensor theta = c.scratch(in.shape()), aim = c.scratch(in.shape());
        map(
            theta, [sign](real a) { return sign * a; }, in);
        aim.copy_from(wanted);
        if (oracle.padded()) {
          Tensor mask = c.scratch(Shape{oracle.data().size(), n});
          oracle.fill_mask(mask);
          oracle.clear_padding(aim, mask);
        }
        Tensor& gradient = c.save(in.shape());
        Tensor losses = c.scratch(Shape{in.size() / n});
        const WorkspacePool<HullPoint> points;
        oracle.for_each(theta, Phase::forward, [&](std::int64_t row, InstanceSolver& solver) {
          const WorkspacePool<HullPoint>::Lease found(points);
          found->find(theta.values().subspan(row * n, n), lambda, options.limits, solver);
          double loss = 0;
          for (std::int64_t i = 0; i < n; ++i) {
            const real score = theta[row * n + i];
            const double y = found->point()[static_cast<std::size_t>(i)], aimed = static_cast<double>(aim[row * n + i]);
            loss += (y - aimed) * (static_cast<double>(range.nearest(score)) - lambda / 2 * (y + aimed));
            const double slope = range.holds(score) ? static_cast<double>(sign) * (y - aimed) / examples : 0;
            gradient[row * n + i] = static_cast<real>(slope);
          }
          losses[row] = static_cast<real>(loss);
        });
        c.out(Shape{})[0] = static_cast<real>(sum_of(losses.data(), losses.size()) / examples);
      },
      [oracle](Vjp& v) {
        map(
            v.dx, [dy = v.dy.item()](real g) { return dy * g; }, v.saved(0));
        oracle.count_gradient(v.dx);
      },
      no_gradient);
}

Var sparsemap_loss(const Solver& solver, Var x, Var target, const SparseMapOptions& options) {
  return sparsemap_loss(std::make_shared<Oracle>(solver), x, target, options);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
