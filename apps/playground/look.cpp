#include <cotape/apps/playground/look.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/inspect/inspection.h>
#include <cotape/engine/ops/arithmetic.h>
#include <cotape/solvers/layer/rule_table.h>

#include <algorithm>
#include <cmath>

namespace cotape::app {
namespace {

struct RuleLook {
  Json facts;
  Tensor gradient;  // with respect to x
};

// The rule's own card: what it answered for the first instance, and numbers of its gradient.
RuleLook look_under(const Setup& setup, const std::string& name, SideBySide& shown) {
  const PlaygroundProblem& problem = setup.problem;
  const RuleLayer layer(problem.solver, rule_of(setup, name));
  Rng rng(setup.seed);
  Tape tape;
  tape.keep_gradients(true);
  const Var x = tape.variable(problem.x);
  const Outcome outcome = solve_under(setup, layer, x, rng);
  tape.backward(outcome.loss);
  const SolverDiagnostics& seen = layer.diagnostics();
  const Statistics of = statistics(x.gradient());

  SideBySide::Column column{name, {}, {}};
  column.exhibits.push_back(exhibit("mean solution", outcome.solutions.mean().value(), problem.traits().shape));
  column.exhibits.push_back(exhibit("gradient", outcome.costs.gradient(), problem.traits().shape));
  shown.columns.push_back(std::move(column));
  return {{{"name", name},
           {"loss", number_json(outcome.loss.value().item())},
           {"calls_forward", seen.calls_forward},
           {"calls_backward", seen.calls_backward},
           {"zeros", number_json(of.size > 0 ? static_cast<double>(of.zeros) / static_cast<double>(of.size) : 0)},
           {"norm", number_json(of.norm)},
           {"lambda", number_json(seen.lambda)},
           {"clamped", number_json(seen.clamped_share())},
           {"gradient", numbers_json(x.gradient().values())}},
          x.gradient()};
}

// Costs of numbers x [instances, ...], without a gradient.
Tensor costs_at(const PlaygroundProblem& problem, const Tensor& x) {
  Tape tape{Gradients::off};
  return costs_of(problem, tape.view(x)).value();
}

// Scores in front of a rule, within the solver's domain.
Tensor scores_at(const Setup& setup, const Tensor& x) {
  Tensor costs = costs_at(setup.problem, x);
  move_into_domain(setup.problem, costs);
  Tape tape{Gradients::off};
  return projected_scores(setup, tape.view(costs)).value();
}

// What the solver has for scores that were moved: the value of its best solution, within its domain.
double best_value(const Setup& setup, std::span<const real> scores, std::span<const real> solution) {
  const Domain domain = setup.problem.traits().domain;
  const bool minimises = setup.problem.minimises();
  double sum = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const real cost = std::clamp(minimises ? -scores[i] : scores[i], domain.lower, domain.upper);
    sum += static_cast<double>((minimises ? -cost : cost) * solution[i]);
  }
  return sum;
}

Tensor solved(const Setup& setup, const Tensor& scores) {
  Oracle oracle(setup.problem.solver);
  Tensor solutions(scores.shape());
  oracle.argmax(scores, solutions);
  return solutions;
}

std::span<const real> row_of(const Tensor& x, std::int64_t row, std::int64_t size) {
  return x.values().subspan(static_cast<std::size_t>(row * size), static_cast<std::size_t>(size));
}

}  // namespace

double setting_or(const Setup& setup, std::string_view name, double otherwise) {
  for (const auto& [setting, value] : setup.settings)
    if (const auto* number = std::get_if<double>(&value); number && setting == name) return *number;
  return otherwise;
}

Json look(const Setup& setup, const std::vector<std::string>& rules, bool with_line) {
  const PlaygroundProblem& problem = setup.problem;
  Tensor costs = costs_at(problem, problem.x);
  move_into_domain(problem, costs);
  Tensor scores = costs;
  if (problem.minimises())
    for (real& score : scores.values()) score = -score;
  const Tensor solution = solved(setup, scores);
  const Tensor dy = loss_gradient(setup.loss, solution, setup.wanted);
  SideBySide shown;
  shown.solver = problem.traits().name;
  shown.instance = problem.traits().shape;
  shown.minimises = problem.minimises();
  shown.drawings = {problem.traits().drawing};
  shown.positions = problem.positions;
  shown.common = {exhibit(problem.minimises() ? "costs" : "scores", costs, shown.instance),
                  exhibit("solution", solution, shown.instance),
                  exhibit("wanted solution", setup.wanted, shown.instance), exhibit("dy", dy, shown.instance)};

  Json list = Json::array();
  std::vector<Tensor> gradients;
  double calls = 2;  // of all rules that are answered
  for (const std::string& name : rules) {
    RuleLook seen;
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
  Inspection inspection;
  inspection.comparisons.push_back(std::move(shown));
  const double loss = loss_of(setup.loss, solution.values(), setup.wanted.values()) / static_cast<double>(problem.rows);
  Json answer = {{"solution", numbers_json(solution.values())},
                 {"loss", number_json(loss)},
                 {"rules", std::move(list)},
                 {"shown", Json::parse(to_json(inspection))["comparisons"][0]}};
  if (with_line && problem.rows == 1) {
    const auto chosen = std::find(rules.begin(), rules.end(), setup.rule);
    Tensor gradient = chosen != rules.end() ? gradients[static_cast<std::size_t>(chosen - rules.begin())] : Tensor();
    std::string along = setup.rule;
    if (statistics(gradient).norm == 0) {  // a rule without a gradient has no line: Identity's is taken
      SideBySide aside;
      along = "identity";
      gradient = look_under(setup, along, aside).gradient;
    }
    answer["line"] = line(setup, along, gradient);
  }
  return answer;
}

Json look(const Fields& state) {
  const Setup setup = read_setup(state);
  const std::vector<std::string> rules =
      state.has("rules") ? state.texts("rules", 16) : rule_names(setup.problem.solver);
  for (const std::string& name : rules) check_rule_name(name);
  return look(setup, rules, state.flag("line"));
}

Json line(const Setup& setup, const std::string& rule, const Tensor& gradient) {
  const PlaygroundProblem& problem = setup.problem;
  const std::int64_t n = problem.x.size(), entries = setup.wanted.size();
  // As many points and noisy copies as are drawn within a few milliseconds.
  const std::int64_t most_calls = std::max<std::int64_t>(300, static_cast<std::int64_t>(1.2e6 / problem.work));
  const std::int64_t points = 61, copies = std::clamp<std::int64_t>(most_calls / points, 4, 32);
  const double norm = statistics(gradient).norm;
  const double length = statistics(problem.x).norm;
  const double reach = 0.5 * (length > 0 ? length : 1);
  Json answer = {{"rule", rule}};
  if (!(norm > 0) || !std::isfinite(norm)) return answer;

  std::vector<double> t(static_cast<std::size_t>(points));
  Tensor x(problem.shape.inserted(0, points));
  for (std::int64_t p = 0; p < points; ++p) {
    t[static_cast<std::size_t>(p)] = reach * (static_cast<double>(p - 20) / 20);
    for (std::int64_t i = 0; i < n; ++i)
      x[p * n + i] = problem.x[i] - static_cast<real>(t[static_cast<std::size_t>(p)] / norm) * gradient[i];
  }
  const Tensor scores = scores_at(setup, x), solutions = solved(setup, scores);

  // f(y) ≈ f(y₀) + ⟨dy₀, y − y₀⟩ with the solution y₀ here; exact for the Hamming loss.
  const Tensor here(problem.costs_shape(1), row_of(solutions, 20, entries));
  const Tensor dy = loss_gradient(setup.loss, here, setup.wanted);
  double constant = loss_of(setup.loss, here.values(), setup.wanted.values());
  for (std::int64_t i = 0; i < entries; ++i) constant -= static_cast<double>(dy[i] * here[i]);
  const double lambda = setting_or(setup, "lambda", 20), sigma = setting_or(setup, "sigma", 1);
  Tensor moved = scores;
  for (std::int64_t i = 0; i < moved.size(); ++i) moved[i] -= static_cast<real>(lambda) * dy[i % entries];
  const Tensor moved_solutions = solved(setup, moved);

  // The same noise at every point.
  Tensor noise(problem.costs_shape(copies)), shaken(problem.costs_shape(points * copies));
  Rng rng(setup.seed);
  rng.normal(noise);
  for (std::int64_t p = 0; p < points; ++p)
    for (std::int64_t i = 0; i < copies * entries; ++i)
      shaken[p * copies * entries + i] = scores[p * entries + i % entries] + static_cast<real>(sigma) * noise[i];
  const Tensor shaken_solutions = solved(setup, shaken);

  std::vector<double> loss, blackbox, smooth;
  for (std::int64_t p = 0; p < points; ++p) {
    const auto of = [&](const Tensor& all, std::int64_t row) {
      return loss_of(setup.loss, row_of(all, row, entries), setup.wanted.values());
    };
    loss.push_back(of(solutions, p));
    blackbox.push_back(constant + (best_value(setup, row_of(scores, p, entries), row_of(solutions, p, entries)) -
                                   best_value(setup, row_of(moved, p, entries), row_of(moved_solutions, p, entries))) /
                                      lambda);
    double sum = 0;
    for (std::int64_t c = 0; c < copies; ++c) sum += of(shaken_solutions, p * copies + c);
    smooth.push_back(sum / static_cast<double>(copies));
  }
  answer["t"] = numbers_json(t);
  answer["loss"] = numbers_json(loss);
  answer["blackbox"] = numbers_json(blackbox);
  answer["smooth"] = numbers_json(smooth);
  answer["lambda"] = number_json(lambda);
  answer["sigma"] = number_json(sigma);
  answer["samples"] = copies;
  return answer;
}

}  // namespace cotape::app
