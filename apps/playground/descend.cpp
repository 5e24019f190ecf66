#include <cotape/apps/playground/descend.h>
#include <cotape/apps/playground/losses.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/ops/arithmetic.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>

namespace cotape::app {
namespace {

constexpr std::int64_t shakes = 16;
constexpr real shaking = real(0.02);
constexpr std::size_t most_variants = 6;

// What adaptive rules have learned, as JSON and back; {} for others.
Json learned_json(const NamedRule& rule) {
  Checkpoint state;
  rule.save(state, "");
  Json json = Json::object();
  for (const auto& [name, entry] : state.entries())
    json[name] = entry.type == Checkpoint::Type::i64 ? static_cast<double>(state.integer(name)) : state.number(name);
  return json;
}

void load_learned(const NamedRule& rule, const Fields& request) {
  if (!request.has("learned")) return;
  const Fields learned = request.object("learned");
  Checkpoint state;
  rule.save(state, "");
  const auto entries = state.entries();
  for (const auto& [name, entry] : entries) {
    if (!learned.has(name)) continue;
    if (entry.type == Checkpoint::Type::i64)
      state.put_integer(name, learned.whole(name, 0, 1'000'000'000));
    else
      state.put_number(name, learned.number(name, 0, 1e12));
  }
  rule.load(state, "");
}

// Mean norm of an instance's scores, and the share of answers that are wanted and stay so when scores of norm 1
// (centred where that changes no answer) are shaken.
struct Standing {
  double norm = 0, right = 0;
};

Standing standing_of(const Setup& setup, const Tensor& x, const Tensor& noise) {
  const PlaygroundProblem& problem = setup.problem;
  const std::int64_t rows = problem.rows, n = setup.wanted.size() / rows;
  Tape tape{Gradients::off};
  const Var costs = costs_of(problem, tape.view(x));
  const SolverTraits& solver = problem.traits();
  const Var scores = problem.minimises() ? neg(costs) : costs;
  const Projection unit = solver.constant_sum ? Projection::standardize : Projection::unit_norm;
  const Tensor units = project(scores, unit, solver).value();
  Standing standing;
  for (std::int64_t r = 0; r < rows; ++r) {
    double squares = 0;
    for (std::int64_t i = r * n; i < (r + 1) * n; ++i)
      squares += static_cast<double>(scores.value()[i]) * static_cast<double>(scores.value()[i]);
    standing.norm += std::sqrt(squares) / static_cast<double>(rows);
  }
  Tensor shaken(problem.costs_shape(rows * shakes));
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t i = 0; i < shakes * n; ++i)
      shaken[r * shakes * n + i] = units[r * n + i % n] + shaking * noise[r * shakes * n + i];
  const Tensor solutions = solved(problem, shaken);
  for (std::int64_t s = 0; s < rows * shakes; ++s) {
    const auto solution = solutions.values().subspan(static_cast<std::size_t>(s * n), static_cast<std::size_t>(n));
    const auto wanted =
        setup.wanted.values().subspan(static_cast<std::size_t>(s / shakes * n), static_cast<std::size_t>(n));
    if (std::equal(solution.begin(), solution.end(), wanted.begin()))
      standing.right += 1 / static_cast<double>(rows * shakes);
  }
  return standing;
}

// What a step goes down: numbers x to their loss.
class Descended {
 public:
  Descended(const Setup& setup, const Fields& learned) : setup_(setup) {
    if (has_own_gradient(setup.loss)) {
      own_ = std::make_shared<Oracle>(setup.problem.solver);
      return;
    }
    NamedRule rule = rule_of(setup, setup.rule).clone();
    load_learned(rule, learned);
    layer_.emplace(setup.problem.solver, std::move(rule));
  }
  Var operator()(Var x, Rng& rng) const {
    return own_ ? own_loss(setup_, own_, x, fenchel_young_options(setup_), rng).loss
                : solve_under(setup_, *layer_, x, rng).loss;
  }
  Json learned() const { return layer_ ? learned_json(layer_->rule()) : Json::object(); }

 private:
  const Setup& setup_;
  std::optional<RuleLayer> layer_;
  std::shared_ptr<Oracle> own_;
};

Json descent(const Setup& setup, const Fields& learned, std::int64_t steps, std::int64_t at) {
  const PlaygroundProblem& problem = setup.problem;
  const Descended descended(setup, learned);
  check_work(setup, static_cast<double>(steps) * (calls_of_step(setup) + static_cast<double>(shakes)));
  Tensor x = problem.x, noise(problem.costs_shape(problem.rows * shakes));
  Rng(setup.seed).split(2).normal(noise);
  std::vector<double> losses, norms, right;
  Tape tape;
  for (std::int64_t step = at; step < at + steps; ++step) {
    tape.clear();
    Rng rng = Rng(setup.seed).split(static_cast<std::uint64_t>(step) + 3);
    const Var here = tape.variable(x);
    const Var loss = descended(here, rng);
    tape.backward(loss);
    const Standing standing = standing_of(setup, x, noise);
    losses.push_back(loss.value().item());
    norms.push_back(standing.norm);
    right.push_back(standing.right);
    const Tensor& gradient = here.gradient();
    for (std::int64_t i = 0; i < x.size(); ++i)
      x[i] = std::clamp(x[i] - static_cast<real>(setup.rate) * gradient[i], static_cast<real>(-Limits::size),
                        static_cast<real>(Limits::size));
    if (!problem.on_map) move_into_domain(problem, x);
  }
  return {{"x", numbers_json(x.values())},  {"at", at + steps},
          {"learned", descended.learned()}, {"loss", numbers_json(losses)},
          {"norm", numbers_json(norms)},    {"right", numbers_json(right)}};
}

}  // namespace

Json descend(const Fields& request) {
  const Setup setup = read_setup(request.object("state"));
  return descent(setup, request, request.whole("steps", 1, Limits::steps), request.whole_or("at", 0, 1'000'000'000, 0));
}

Json race(const Fields& request) {
  const Fields state = request.object("state");
  const std::int64_t steps = request.whole("steps", 1, Limits::steps), at = request.whole_or("at", 0, 1'000'000'000, 0);
  Json variants = Json::array();
  for (const Fields& variant : request.objects("variants", most_variants)) {
    Json changed = state.all();
    for (const auto& [name, value] : variant.all().items()) changed[name] = value;
    variants.push_back(
        descent(read_setup(Fields(changed, "variants[" + std::to_string(variants.size()) + "]")), variant, steps, at));
  }
  return {{"variants", std::move(variants)}};
}

}  // namespace cotape::app
