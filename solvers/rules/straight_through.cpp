#include <cotape/engine/tape/record.h>
#include <cotape/solvers/perturb/perturbed_argmax.h>
#include <cotape/solvers/rules/straight_through.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

void StraightThrough::describe(SettingVisitor& see) {
  see.count("samples", samples, "Noisy solutions of each instance");
  see.noise("noise", noise, RuleRange::any, "Noise on the scores");
  see.number("tau", tau, RuleRange::non_negative, "Scale of the noise");
}

Samples StraightThrough::operator()(Var scores, const BatchOracle& oracle, Rng& rng) const {
  const auto layout_of = [oracle, n = samples](const Tensor& x) { return sample_layout(x.shape(), n, oracle); };
  return samples_of(record_rule(
                        "straight_through", "dθ = Σ_s dy_s", scores, oracle,
                        [&](Forward& c) {
                          const SampleLayout layout = layout_of(c.in(0));
                          Tensor perturbed = c.scratch(layout.shape);
                          perturbed_argmax(oracle, layout, c.in(0), noise, tau, rng, perturbed, c.out(layout.shape));
                        },
                        [layout_of](Vjp& v) { sum_samples(v.dx, layout_of(v.dx), v.dy, 1); }),
                    oracle);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
