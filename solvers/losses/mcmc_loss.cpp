#include <cotape/engine/base/error.h>
#include <cotape/engine/kernels/map.h>
#include <cotape/engine/kernels/reduce.h>
#include <cotape/solvers/core/shown_calls.h>
#include <cotape/solvers/kit/workspace_pool.h>
#include <cotape/solvers/losses/mcmc_loss.h>

#include <limits>

namespace cotape {
inline namespace COTAPE_PRECISION {

Var mcmc_loss(const BatchOracle& oracle, Var x, Var target, const McmcLossOptions& options, Rng& rng) {
  const Rng chains = rng.split(static_cast<std::uint64_t>(rng.below(std::numeric_limits<std::int64_t>::max())));
  return record(
      {"mcmc_loss", "dx = ±dy (ȳ − y*) / batch"}, {without_padding(x, oracle), target},
      [&](Forward& c) {
        const Tensor &in = c.in(0), &wanted = c.in(1);
        check(options.chain);
        if (in.shape() != wanted.shape()) fail<ShapeError>("shapes differ: x ", in.shape(), " target ", wanted.shape());
        if (in.size() == 0) fail<ShapeError>("shape ", in.shape(), " has no elements");
        oracle.oracle()->solver().require(Ability::neighbours, "mcmc_loss");
        oracle.oracle()->solver().require_linear("mcmc_loss");
        oracle.check(in.shape());

        const std::int64_t n = oracle.traits().shape.size();
        const double examples = static_cast<double>(sample_layout(in.shape(), 1, oracle).outer);
        const real sign = oracle.traits().sense == Sense::minimise ? real(-1) : real(1);
        Tensor theta = c.scratch(in.shape()), starts = c.scratch(in.shape());
        map(
            theta, [sign](real a) { return sign * a; }, in);
        starts.copy_from(wanted);
        if (oracle.padded()) {
          Tensor mask = c.scratch(Shape{oracle.data().size(), n});
          oracle.fill_mask(mask);
          oracle.clear_padding(starts, mask);
        }
        Tensor aim = c.scratch(in.shape());
        aim.copy_from(starts);
        if (options.start == McmcLossOptions::Start::best) {
          const ShownCalls shown(*oracle.oracle(), x);
          oracle.argmax(theta, starts);
        }
        Tensor& gradient = c.save(in.shape());
        const WorkspacePool<Chain> walks;
        oracle.for_each(theta, Phase::forward, [&](std::int64_t row, InstanceSolver& solver) {
          const WorkspacePool<Chain>::Lease walked(walks);
          walked->find_mean(theta.values().subspan(row * n, n), starts.values().subspan(row * n, n), options.chain,
                            chains.split(static_cast<std::uint64_t>(row)), solver);
          for (std::int64_t i = 0; i < n; ++i)
            gradient[row * n + i] = static_cast<real>(walked->mean()[i] - static_cast<double>(aim[row * n + i]));
        });
        c.out(Shape{})[0] = static_cast<real>(sum_of_products(theta.data(), gradient.data(), in.size()) / examples);
        map(
            gradient, [factor = sign / static_cast<real>(examples)](real g) { return factor * g; }, gradient);
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
