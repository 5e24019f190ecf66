#include <cotape/engine/base/error.h>
#include <cotape/engine/inspect/summary.h>
#include <cotape/engine/ops/arithmetic.h>
#include <cotape/engine/ops/shape.h>
#include <cotape/solvers/layer/compare_rules.h>

#include <iomanip>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// dy for each of the samples of y, whose mean the loss takes.
Tensor spread_over_samples(const Tensor& dy, const Shape& y, const BatchOracle& oracle) {
  if (y == dy.shape()) return dy;
  const std::int64_t samples = dy.size() > 0 ? y.size() / dy.size() : 1;
  const SampleLayout layout = sample_layout(dy.shape(), samples, oracle);
  Tensor spread(y);
  perturb_scores(spread, layout, dy, 0, spread);
  for (real& value : spread.values()) value /= static_cast<real>(samples);
  return spread;
}

RuleAnswer answer_of(const NamedRule& rule, const Solver& solver, RuleComparison& shared,
                     const CompareOptions& options) {
  RuleAnswer answer{
      .name = rule.name(), .solutions = {}, .gradient = {}, .input_gradient = {}, .diagnostics = {}, .calls = {}};
  rule.check_solver(solver);
  const auto oracle = std::make_shared<Oracle>(solver);
  oracle->on_argmax([&](const Tensor& scores, const Tensor& solutions, Phase phase, const Instances&) {
    answer.calls.push_back({phase == Phase::backward, scores, solutions});
  });
  const BatchOracle batch(oracle, options.data);
  Rng rng(options.seed);
  Tape tape;
  tape.keep_gradients(true);
  const Var x = tape.variable(shared.x);
  const Var scores = project(shared.solver.sense == Sense::minimise ? neg(x) : x, options.projection, batch);
  const Samples drawn = rule.clone()(scores, batch, rng);
  const Var y = rule.has_sample_axis() ? drawn.all() : reshape(drawn.all(), scores.shape());
  tape.backward(y, spread_over_samples(shared.cotangent, y.shape(), batch));
  shared.scores = scores.value();
  answer.solutions = y.value();
  answer.gradient = scores.gradient();
  answer.input_gradient = x.gradient();
  const Statistics s = statistics(answer.gradient);
  answer.zero_entries = s.size > 0 ? static_cast<double>(s.zeros) / static_cast<double>(s.size) : 0;
  answer.diagnostics = oracle->diagnostics();
  return answer;
}

std::string percent(double share) {
  std::ostringstream text;
  text << std::setprecision(3) << 100 * share << " %";
  return text.str();
}

std::string short_number(double x) {
  std::ostringstream text;
  text << std::setprecision(4) << x;
  return text.str();
}

SideBySide::Column column_of(const RuleAnswer& answer, const RuleComparison& comparison) {
  const SolverDiagnostics& d = answer.diagnostics;
  SideBySide::Column column{answer.name, {}, {}};
  column.facts = {{"solver calls", std::to_string(d.calls_forward) + " + " + std::to_string(d.calls_backward)},
                  {"entries that are 0", percent(answer.zero_entries)},
                  {"instances without gradient", percent(d.zero_share())},
                  {"norm of the gradient", short_number(statistics(answer.gradient).norm)}};
  if (d.lambda > 0) column.facts.emplace_back("λ", short_number(d.lambda));
  const auto show = [&](const char* name, const Tensor& x) {
    column.exhibits.push_back(exhibit(name, x, comparison.solver.shape));
  };
  show("solutions", answer.solutions);
  for (const RuleAnswer::Call& call : answer.calls) {
    if (!call.backward && call.scores == comparison.scores) continue;  // the scores that all rules were given
    show(call.backward ? "scores moved along dy" : "perturbed scores", call.scores);
    if (call.backward)
      show("their solutions", call.solutions);
    else if (call.solutions != answer.solutions)  // of a rule that gives their mean
      show("perturbed solutions", call.solutions);
  }
  show("gradient", answer.gradient);
  return column;
}

}  // namespace

RuleComparison compare_rules(const Solver& solver, const Tensor& x, const Tensor& cotangent,
                             const std::vector<NamedRule>& rules, const CompareOptions& options) {
  Oracle(solver).instances(x.shape());
  if (cotangent.shape() != x.shape())
    fail<ShapeError>("compare_rules: cotangent ", cotangent.shape(), " for instances ", x.shape());
  RuleComparison comparison{.solver = solver.traits(),
                            .drawings = solver.drawings(options.data, kept_instances(solver.traits().shape)),
                            .x = x,
                            .scores = {},
                            .cotangent = cotangent,
                            .answers = {}};
  for (const NamedRule& rule : rules) comparison.answers.push_back(answer_of(rule, solver, comparison, options));
  return comparison;
}

SideBySide side_by_side(const RuleComparison& comparison, std::string title) {
  const SolverTraits& solver = comparison.solver;
  SideBySide shown{std::move(title),
                   solver.name,
                   solver.shape,
                   instances_per_row(comparison.x.shape(), solver.shape),
                   solver.sense == Sense::minimise,
                   comparison.drawings,
                   {},
                   {},
                   {}};
  shown.common.push_back(exhibit(shown.minimises ? "costs" : "scores", comparison.x, solver.shape));
  if (comparison.scores != comparison.x)
    shown.common.push_back(exhibit("scores as the rules got them", comparison.scores, solver.shape));
  shown.common.push_back(exhibit("dy", comparison.cotangent, solver.shape));
  for (const RuleAnswer& answer : comparison.answers) shown.columns.push_back(column_of(answer, comparison));
  return shown;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
