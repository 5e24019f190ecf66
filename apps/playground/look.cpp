#include <cotape/apps/playground/line.h>
#include <cotape/apps/playground/look.h>
#include <cotape/apps/playground/losses.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/inspect/inspection.h>
#include <cotape/solvers/layer/rule_table.h>

#include <algorithm>

namespace cotape::app {
namespace {

struct Look {
  Json facts;
  Tensor gradient;  // with respect to x
};

// A card: the mean solution for the first instance, and numbers of the gradient.
Look look_at(const Setup& setup, const std::string& name, double loss, const SolverDiagnostics& seen,
             const Tensor& solutions, const Tensor& costs_gradient, const Tensor& gradient, SideBySide& shown) {
  const Statistics of = statistics(gradient);
  const Shape& instance = setup.problem.traits().shape;
  SideBySide::Column column{name, {}, {}};
  column.exhibits.push_back(exhibit("mean solution", solutions, instance));
  column.exhibits.push_back(exhibit("gradient", costs_gradient, instance));
  shown.columns.push_back(std::move(column));
  return {{{"name", name},
           {"loss", number_json(loss)},
           {"calls_forward", seen.calls_forward},
           {"calls_backward", seen.calls_backward},
           {"zeros", number_json(of.size > 0 ? static_cast<double>(of.zeros) / static_cast<double>(of.size) : 0)},
           {"norm", number_json(of.norm)},
           {"lambda", number_json(seen.lambda)},
           {"clamped", number_json(seen.clamped_share())},
           {"gradient", numbers_json(gradient.values())}},
          gradient};
}

Look look_under(const Setup& setup, const std::string& name, SideBySide& shown) {
  const RuleLayer layer(setup.problem.solver, rule_of(setup, name));
  Rng rng(setup.seed);
  Tape tape;
  tape.keep_gradients(true);
  const Var x = tape.variable(setup.problem.x);
  const RuleOutcome outcome = solve_under(setup, layer, x, rng);
  tape.backward(outcome.loss);
  return look_at(setup, name, outcome.loss.value().item(), layer.diagnostics(), outcome.solutions.mean().value(),
                 outcome.costs.gradient(), x.gradient(), shown);
}

// The mean over samples of solutions [rows · samples, ...], [rows, ...].
Tensor mean_of_samples(const Tensor& solutions, const Shape& shape) {
  Tensor mean(shape);
  const std::int64_t rows = shape[0], size = shape.size() / rows, samples = solutions.size() / shape.size();
  for (std::int64_t i = 0; i < solutions.size(); ++i)
    mean[i / (samples * size) * size + i % size] += solutions[i] / static_cast<real>(samples);
  return mean;
}

Look look_at_own(const Setup& setup, SideBySide& shown) {
  const auto oracle = std::make_shared<Oracle>(setup.problem.solver);
  Tensor mean;
  oracle->on_argmax([&](const Tensor&, const Tensor& solutions, Phase, const Instances&) {
    mean = mean_of_samples(solutions, setup.wanted.shape());
  });
  Rng rng(setup.seed);
  Tape tape;
  tape.keep_gradients(true);
  const Var x = tape.variable(setup.problem.x);
  const OwnOutcome outcome = own_loss(setup, oracle, x, fenchel_young_options(setup), rng);
  tape.backward(outcome.loss);
  return look_at(setup, std::string(name_of(setup.loss)), outcome.loss.value().item(), oracle->diagnostics(), mean,
                 outcome.costs.gradient(), x.gradient(), shown);
}

// What all cards have in common.
SideBySide common_of(const Setup& setup, const Tensor& costs, const Tensor& solution) {
  const PlaygroundProblem& problem = setup.problem;
  SideBySide shown;
  shown.solver = problem.traits().name;
  shown.instance = problem.traits().shape;
  shown.minimises = problem.minimises();
  shown.drawings = {problem.traits().drawing};
  shown.positions = problem.positions;
  shown.common = {exhibit(problem.minimises() ? "costs" : "scores", costs, shown.instance),
                  exhibit("solution", solution, shown.instance),
                  exhibit("wanted solution", setup.wanted, shown.instance)};
  if (setup.loss == Loss::regret)
    shown.common.push_back(exhibit(problem.minimises() ? "true costs" : "true scores", setup.truth, shown.instance));
  return shown;
}

Json look_at_rules(const Setup& setup, const std::vector<std::string>& rules, bool with_line, SideBySide& shown) {
  Json list = Json::array();
  std::vector<Tensor> gradients;
  double calls = 2;  // of all rules that are answered
  for (const std::string& name : rules) {
    Look seen;
    try {
      const double more = calls_of(setup, rule_of(setup, name));
      check_work(setup, calls + more);
      calls += more;
      seen = look_under(setup, name, shown);
    } catch (const Error& error) {  // what is wrong with a rule leaves the others alone
      shown.columns.push_back({name, {}, {}});
      seen.facts = {{"name", name}, {"error", error.what()}};
    }
    list.push_back(std::move(seen.facts));
    gradients.push_back(std::move(seen.gradient));
  }
  Json answer = {{"rules", std::move(list)}};
  if (!with_line) return answer;
  const auto chosen = std::find(rules.begin(), rules.end(), setup.rule);
  Tensor gradient = chosen != rules.end() ? gradients[static_cast<std::size_t>(chosen - rules.begin())] : Tensor();
  std::string along = setup.rule;
  if (statistics(gradient).norm == 0) {  // a rule without a gradient has no line: Identity's is taken
    SideBySide aside;
    along = "identity";
    gradient = look_under(setup, along, aside).gradient;
  }
  answer["line"] = line(setup, along, gradient);
  return answer;
}

}  // namespace

Json look(const Setup& setup, const std::vector<std::string>& rules, bool with_line) {
  const PlaygroundProblem& problem = setup.problem;
  Tensor costs = costs_at(problem, problem.x);
  move_into_domain(problem, costs);
  Tensor scores = costs;
  if (problem.minimises())
    for (real& score : scores.values()) score = -score;
  const Tensor solution = solved(problem, scores);
  SideBySide shown = common_of(setup, costs, solution);
  with_line = with_line && problem.rows == 1;
  Json answer;
  if (has_own_gradient(setup.loss)) {
    check_work(setup, calls_of_step(setup));
    const Look seen = look_at_own(setup, shown);
    answer = {{"loss", seen.facts["loss"]}, {"rules", Json::array()}, {"own", seen.facts}};
    if (with_line) answer["line"] = own_line(setup, seen.gradient);
  } else {
    answer = look_at_rules(setup, rules, with_line, shown);
    answer["loss"] = number_json(loss_of(setup, solution.values()) / static_cast<double>(problem.rows));
  }
  Inspection inspection;
  inspection.comparisons.push_back(std::move(shown));
  answer["solution"] = numbers_json(solution.values());
  answer["shown"] = Json::parse(to_json(inspection))["comparisons"][0];
  return answer;
}

Json look(const Fields& state) {
  const Setup setup = read_setup(state);
  const std::vector<std::string> rules =
      state.has("rules") ? state.texts("rules", 16) : rule_names(setup.problem.solver);
  for (const std::string& name : rules) check_rule_name(name);
  return look(setup, rules, state.flag("line"));
}

}  // namespace cotape::app
