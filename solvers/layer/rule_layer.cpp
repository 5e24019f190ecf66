#include <cotape/solvers/layer/rule_layer.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

RuleLayer::RuleLayer(const Solver& solver, NamedRule rule, Projection projection)
    : projection_(projection), layer_(solver, std::move(rule), projection) {}

void RuleLayer::load(const Checkpoint& from) const {
  rule().load(from, "rule.");
  rule().report(diagnostics());
}

void RuleLayer::learn(std::span<const double> notes) const {
  rule().learn(notes);
  rule().report(diagnostics());
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
