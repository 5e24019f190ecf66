#include <cotape/apps/playground/setup.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/text.h>
#include <cotape/solvers/layer/rule_table.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace cotape::app {
namespace {

constexpr std::array<std::string_view, 5> loss_names = {"hamming", "l1", "l2", "regret", "fenchel_young"};
constexpr std::array<std::string_view, 3> margin_names = {"none", "informed", "noise"};
constexpr std::array<std::string_view, 4> projection_names = {"none", "center", "unit_norm", "standardize"};

template <class E, std::size_t n>
E named(const std::array<std::string_view, n>& names, std::string_view name) {
  return static_cast<E>(std::find(names.begin(), names.end(), name) - names.begin());
}

// Every setting of the rule table, as it is there.
std::vector<RuleSetting> all_settings() {
  std::vector<RuleSetting> all;
  for (const NamedRule& rule : rule_table())
    for (const RuleSetting& setting : rule.settings()) all.push_back(setting);
  return all;
}

RuleValue setting_value(const RuleSetting& setting, const Json& value, const std::string& place) {
  if (std::holds_alternative<bool>(setting.value)) {
    if (!value.is_boolean()) fail<ValueError>(place, " is neither true nor false");
    return value.get<bool>();
  }
  if (std::holds_alternative<std::int64_t>(setting.value))
    return static_cast<std::int64_t>(number_in(value, place, 1, Limits::samples));
  if (std::holds_alternative<double>(setting.value)) return number_in(value, place, 0, Limits::size);
  if (!value.is_string()) fail<ValueError>(place, " is no text");
  const std::string name = value.get<std::string>();
  if (std::holds_alternative<std::string>(setting.value)) return name;
  const std::array<std::string_view, 5> noises = {"none", "gumbel", "normal", "laplace", "uniform"};
  if (std::find(noises.begin(), noises.end(), name) == noises.end())
    fail<ValueError>(place, " is one of none, gumbel, normal, laplace, uniform, not \"", shown(name), "\"");
  return noise_named(name);
}

RuleValues read_settings(const Fields& settings) {
  const std::vector<RuleSetting> known = all_settings();
  RuleValues values;
  for (const auto& item : settings.all().items()) {
    const std::string& name = item.key();
    const auto found =
        std::find_if(known.begin(), known.end(), [&](const RuleSetting& one) { return one.name == name; });
    if (found == known.end()) fail<ValueError>("no gradient rule has the setting \"", shown(name), "\"");
    values.emplace_back(name, setting_value(*found, item.value(), settings.place_of(name)));
  }
  return values;
}

// The setting as the rule may have it: noise that has no derivative becomes normal where one is needed.
RuleValue fitted(const NamedRule& rule, const std::string& name, const RuleValue& value) {
  for (const RuleSetting& setting : rule.settings())
    if (const auto* noise = std::get_if<Noise>(&value);
        noise && setting.name == name && setting.range == RuleRange::differentiable && !noise->has_score_derivative())
      return Normal{};
  return value;
}

}  // namespace

std::vector<std::string_view> losses_for(const PlaygroundProblem& problem) {
  return {loss_names.begin() + (problem.zero_one ? 0 : 1), loss_names.end()};
}

std::vector<std::string_view> projections_for(const Solver& solver) {
  std::vector<std::string_view> names = {"none"};
  if (solver.traits().constant_sum) names.push_back("center");
  if (solver.traits().scale_invariant) names.push_back("unit_norm");
  if (solver.traits().constant_sum && solver.traits().scale_invariant) names.push_back("standardize");
  return names;
}

std::string_view name_of(Loss loss) { return loss_names[static_cast<std::size_t>(loss)]; }
std::string_view name_of(Projection projection) { return projection_names[static_cast<std::size_t>(projection)]; }
std::string_view name_of(Margin margin) { return margin_names[static_cast<std::size_t>(margin)]; }

Setup read_setup(const Fields& state) {
  Setup setup{.problem = read_problem(state)};
  const PlaygroundProblem& problem = setup.problem;
  const std::vector<std::string_view> losses = losses_for(problem);
  setup.loss = named<Loss>(loss_names, state.word_or("loss", losses, losses.front()));
  const std::vector<std::string_view> projections = projections_for(problem.solver);
  setup.projection = named<Projection>(projection_names, state.word_or("projection", projections, "none"));
  setup.margin = named<Margin>(margin_names, state.word_or("margin", margin_names, "none"));
  if (setup.margin == Margin::informed && !problem.zero_one)
    fail<ValueError>("an informed margin is for solutions of 0 and 1, not for ", problem.traits().name);
  setup.alpha = static_cast<real>(state.number_or("alpha", 0, Limits::size, 0));
  if (state.has("settings")) setup.settings = read_settings(state.object("settings"));
  setup.rule = state.has("rule") ? state.text("rule") : "identity";
  setup.rate = state.number_or("rate", 0, Limits::size, 0.1);
  setup.seed = static_cast<std::uint64_t>(state.whole_or("seed", 0, 1'000'000'000, 1));
  const Shape shape = problem.costs_shape(problem.rows);
  if (state.has("wanted"))
    setup.wanted = state.tensor("wanted", shape, 0, static_cast<double>(problem.zero_one ? 1 : Limits::items));
  else
    setup.wanted = Tensor(shape);
  if (state.has("truth")) {
    setup.truth = state.tensor("truth", shape, -Limits::size, Limits::size);
  } else {
    setup.truth = setup.wanted;
    if (problem.minimises())
      for (real& cost : setup.truth.values()) cost = 1 - cost;
  }
  return setup;
}

void check_rule_name(const std::string& name) {
  const std::vector<std::string> names = rule_names();
  if (std::find(names.begin(), names.end(), name) == names.end())
    fail<ValueError>("no gradient rule \"", shown(name), "\"");
}

NamedRule rule_of(const Setup& setup, const std::string& name) {
  check_rule_name(name);
  NamedRule rule = rule_named(name);
  rule.check_solver(setup.problem.solver);
  for (const auto& [setting, value] : setup.settings)
    if (rule.has(setting)) rule.set(setting, fitted(rule, setting, value));
  return rule;
}

double calls_of(const Setup& setup, const NamedRule& rule) {
  if (const auto calls = rule.solver_calls()) return static_cast<double>(calls->forward + calls->backward);
  const auto entries = static_cast<double>(setup.problem.traits().shape.size());
  return 1 + std::pow(entries, 4) / 17 / setup.problem.work;  // 17: steps so small that they take as long as a solver's
}

void check_work(const Setup& setup, double calls) {
  const double work = calls * static_cast<double>(setup.problem.rows) * setup.problem.work;
  if (work > Limits::work)
    fail<ValueError>("too much for one request: ", std::int64_t(calls), " solver calls for ", setup.problem.rows,
                     " instances of ", setup.problem.traits().name, " ", setup.problem.traits().shape,
                     "; take fewer samples or steps, or a smaller problem");
}

}  // namespace cotape::app
