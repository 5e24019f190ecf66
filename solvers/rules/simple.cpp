#include <cotape/engine/tape/record.h>
#include <cotape/solvers/rules/simple.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

Samples Simple::operator()(Var scores, const BatchOracle& oracle, Rng& rng) const {
  const std::int64_t n = oracle.traits().shape.size();
  return samples_of(record_rule(
                        "simple", "dθ = Cov(z) Σ_s dy_s", scores, oracle,
                        [&](Forward& c) {
                          for (const Ability what : needs) oracle.oracle()->solver().require(what, "simple");
                          const SampleLayout layout = sample_layout(c.in(0).shape(), samples, oracle);
                          Tensor uniform = c.scratch(layout.shape);
                          rng.uniform(uniform);
                          Tensor& z = c.out(layout.shape);
                          oracle.for_each(c.in(0), Phase::forward, [&](std::int64_t row, InstanceSolver& solver) {
                            const auto theta = c.in(0).values().subspan(row * n, n);
                            for (std::int64_t s = 0; s < layout.samples; ++s) {
                              const std::int64_t place = layout.place(row, s, n);
                              solver.draw(theta, uniform.values().subspan(place, n), z.values().subspan(place, n));
                            }
                          });
                        },
                        [oracle, n, s = samples](Vjp& v) {
                          Tensor total = v.scratch(v.dx.shape());
                          sum_samples(total, sample_layout(v.dx.shape(), s, oracle), v.dy, 1);
                          oracle.for_each(v.input(0), Phase::backward, [&](std::int64_t row, InstanceSolver& solver) {
                            solver.covariance(v.input(0).values().subspan(row * n, n),
                                              total.values().subspan(row * n, n), v.dx.values().subspan(row * n, n));
                          });
                        }),
                    oracle);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
