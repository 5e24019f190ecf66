#include <cotape/engine/tape/record.h>
#include <cotape/solvers/rules/imle.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

Var Imle::operator()(Var scores, const BatchOracle& oracle, Rng& rng) const {
  return record_rule(
      "imle", difference_formula(side), scores, oracle,
      [&](Forward& c) {
        require_lambda(lambda);
        const SampleLayout layout = sample_layout(c.in(0).shape(), samples, oracle);
        Tensor& perturbed = c.save(layout.shape);
        noise.sample(perturbed, rng);
        add_scores(perturbed, layout, c.in(0), tau);
        oracle.argmax(perturbed, c.out(layout.shape));
      },
      [oracle, s = samples, step = lambda, where = side](Vjp& v) {
        difference_gradient(v, s, oracle, v.saved(0), step, where);
      });
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
