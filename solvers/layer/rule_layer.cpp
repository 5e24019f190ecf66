#include <cotape/engine/ops/shape.h>
#include <cotape/solvers/layer/rule_layer.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

RuleLayer::RuleLayer(const Solver& solver, NamedRule rule, Projection projection)
    : projection_(projection), layer_(solver, std::move(rule), projection) {}

Var RuleLayer::operator()(Var x, Instances data, Rng& rng) const {
  const Var y = layer_(x, std::move(data), rng);
  if (rule().has_sample_axis()) return y;
  const bool batched = x.shape().rank() > solver().traits().shape.rank();
  return reshape(y, y.shape().inserted(batched ? 1 : 0, 1));
}

void RuleLayer::load(const Checkpoint& from) const {
  rule().load(from, "rule.");
  rule().report(diagnostics());
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
