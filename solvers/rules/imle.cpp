#include <cotape/engine/tape/record.h>
#include <cotape/solvers/perturb/perturbed_argmax.h>
#include <cotape/solvers/rules/imle.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

void Imle::describe(SettingVisitor& see) {
  see.number("lambda", lambda, RuleRange::positive, "Step");
  see.count("samples", samples, "Noisy solutions of each instance");
  see.noise("noise", noise, RuleRange::any, "Noise on the scores");
  see.number("tau", tau, RuleRange::non_negative, "Scale of the noise");
  describe_side(see, side);
}

Samples Imle::operator()(Var scores, const BatchOracle& oracle, Rng& rng) const {
  return samples_of(record_rule(
                        "imle", difference_formula(side), scores, oracle,
                        [&](Forward& c) {
                          require_lambda(lambda);
                          const SampleLayout layout = sample_layout(c.in(0).shape(), samples, oracle);
                          Tensor& perturbed = c.save(layout.shape);
                          perturbed_argmax(oracle, layout, c.in(0), noise, tau, rng, perturbed, c.out(layout.shape));
                        },
                        [oracle, s = samples, step = lambda, where = side](Vjp& v) {
                          difference_gradient(v, s, oracle, v.saved(0), step, where);
                        }),
                    oracle);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
