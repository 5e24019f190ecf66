#include <cotape/engine/tape/record.h>
#include <cotape/solvers/kit/workspace_pool.h>
#include <cotape/solvers/rules/mcmc.h>

#include <algorithm>
#include <limits>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

struct Walk {
  Chain chain;
  std::vector<double> sum;
};

}  // namespace

void Mcmc::describe(SettingVisitor& see) {
  see.number("mcmc-temperature", chain.temperature, RuleRange::positive, "Temperature of mcmc's chain");
  see.count("mcmc-moves", chain.moves, "Moves of mcmc's chain");
}

void Mcmc::check_solver(const Solver& solver) const { solver.require_linear("mcmc"); }

Var Mcmc::operator()(Var scores, const BatchOracle& oracle, Rng& rng) const {
  const std::int64_t n = oracle.traits().shape.size();
  const Rng chains = rng.split(static_cast<std::uint64_t>(rng.below(std::numeric_limits<std::int64_t>::max())));
  const auto chain_of = [chains](std::int64_t row) { return chains.split(static_cast<std::uint64_t>(row)); };
  return record_rule(
      "mcmc", "dθ = Cov(y) dy / t over the chain", scores, oracle,
      [&](Forward& c) {
        check(chain);
        for (const Ability what : needs) oracle.oracle()->solver().require(what, "mcmc");
        check_solver(oracle.oracle()->solver());
        const Tensor& theta = c.in(0);
        Tensor &y = c.out(theta.shape()), &starts = c.save(theta.shape());
        oracle.argmax(theta, starts);
        const WorkspacePool<Chain> walks;
        oracle.for_each(theta, Phase::forward, [&](std::int64_t row, InstanceSolver& solver) {
          const WorkspacePool<Chain>::Lease walked(walks);
          walked->find_mean(theta.values().subspan(row * n, n), starts.values().subspan(row * n, n), chain,
                            chain_of(row), solver);
          std::transform(walked->mean().begin(), walked->mean().end(), y.data() + row * n,
                         [](double mean) { return static_cast<real>(mean); });
        });
      },
      [oracle, n, chain_of, options = chain](Vjp& v) {
        const WorkspacePool<Walk> walks;
        oracle.for_each(v.input(0), Phase::backward, [&](std::int64_t row, InstanceSolver& solver) {
          const auto theta = v.input(0).values().subspan(row * n, n), start = v.saved(0).values().subspan(row * n, n);
          const real *dy = v.dy.data() + row * n, *mean = v.y.data() + row * n;
          const WorkspacePool<Walk>::Lease walked(walks);
          std::vector<double>& sum = walked->sum;
          sum.assign(static_cast<std::size_t>(n), 0);
          walked->chain.walk(
              theta, start, options, chain_of(row), solver, [&](std::span<const real> y, std::int64_t times) {
                double along = 0;  // ⟨y − ȳ, dy⟩
                for (std::int64_t i = 0; i < n; ++i)
                  along += (static_cast<double>(y[i]) - static_cast<double>(mean[i])) * static_cast<double>(dy[i]);
                for (std::int64_t i = 0; i < n; ++i)
                  sum[i] +=
                      static_cast<double>(times) * along * (static_cast<double>(y[i]) - static_cast<double>(mean[i]));
              });
          const double share =
              1 / (static_cast<double>(options.moves - options.burn_in) * static_cast<double>(options.temperature));
          for (std::int64_t i = 0; i < n; ++i) v.dx[row * n + i] = static_cast<real>(share * sum[i]);
        });
      });
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
