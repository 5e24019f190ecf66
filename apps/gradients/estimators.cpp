#include <cotape/apps/gradients/estimators.h>
#include <cotape/engine/ops/arithmetic.h>
#include <cotape/engine/ops/reduce.h>
#include <cotape/engine/ops/shape.h>
#include <cotape/solvers/layer/differentiable.h>
#include <cotape/solvers/layer/rule_table.h>
#include <cotape/solvers/relax/relaxations.h>
#include <cotape/solvers/rules/score_function.h>
#include <cotape/solvers/select/enumerated.h>
#include <cotape/solvers/select/topk.h>

#include <algorithm>

namespace cotape::app {
namespace {

TopK top_k(const Problem& problem) { return {.n = problem.n, .k = problem.k}; }

// ‖z − b‖² of each vector: z[..., n] → [...].
Var losses(Var z, const Problem& problem) { return sum(square(z - z.tape().constant(problem.b)), -1); }

// Sum over rows of the mean over samples: every row's gradient is that of its own estimate.
Var total(Var losses) { return sum(mean(losses, 1)); }

// One estimate a row: θ is repeated, and each row's gradient read. `loss` takes θ [rows, n] and the samples.
template <class Loss>
Estimate by_tape(const Problem& problem, Loss loss) {
  return [problem, loss, tape = std::make_shared<Tape>()](std::int64_t rows, std::int64_t samples, Rng& rng) {
    problem.check_stop();
    tape->clear();
    Tensor theta(Shape{rows, problem.n});
    for (std::int64_t row = 0; row < rows; ++row)
      std::copy_n(problem.theta.data(), problem.n, theta.data() + row * problem.n);
    const Var x = tape->variable(theta);
    tape->backward(loss(problem, x, samples, rng));
    return x.gradient();
  };
}

// A rule with as many samples as it is asked for. Of one that returns the mean of its solutions, the mean loss is
// k − 2⟨ȳ, b⟩ + ‖b‖².
Estimate by_rule(const Problem& problem, const NamedRule& how, Projection projection = Projection::none) {
  return by_tape(problem, [how, projection](const Problem& p, Var theta, std::int64_t samples, Rng& rng) {
    NamedRule rule = how;
    rule.set_all({{"samples", samples}});
    const Samples drawn = differentiable(top_k(p), rule, projection)(theta, rng);
    if (rule.has_sample_axis()) return total(losses(drawn.all(), p));
    if (!rule.has("samples")) return sum(losses(drawn.all(), p));
    const Var b = theta.tape().constant(p.b);
    const Var mean_loss = sum(drawn.all() * b, -1) * -2.0F + sum(square(b));
    return sum(mean_loss + static_cast<real>(p.k));
  });
}

// Score-function estimates: each sample's own loss goes into the rule.
template <class Rule>
Estimate scored(const Problem& problem, Rule how) {
  return by_tape(problem, [how](const Problem& p, Var theta, std::int64_t samples, Rng& rng) {
    auto rule = how;
    rule.samples = samples;
    const ScoreSample drawn = rule.sample(theta, std::make_shared<Oracle>(top_k(p)), rng);
    return rule.surrogate(drawn, losses(drawn.solutions.all(), p)) * static_cast<real>(theta.shape()[0]);
  });
}

// Relaxations: `draw` gives one relaxed vector for each row of scores.
template <class Draw>
Estimate relaxed(const Problem& problem, Draw draw) {
  return by_tape(problem, [draw](const Problem& p, Var theta, std::int64_t samples, Rng& rng) {
    const std::int64_t rows = theta.shape()[0];
    const Var scores = broadcast_to(reshape(theta, {rows, 1, p.n}), Shape{rows, samples, p.n});
    return total(losses(draw(scores, rng), p));
  });
}

Estimate adapted(const Problem& problem, NamedRule aimle, std::int64_t warm_up, std::int64_t samples, Rng& rng) {
  const Estimate learning = by_rule(problem, aimle);
  for (std::int64_t pass = 0; pass < warm_up; ++pass) learning(1, samples, rng);
  aimle.set("aimle-step", 0.0);  // an estimate in many passes is made with one α
  return by_rule(problem, aimle);
}

template <class Make>
Estimator plain(std::string name, Group group, Make make) {
  return {.name = std::move(name), .group = group, .prepare = [make](const Problem& p, std::int64_t, Rng&) {
            return make(p);
          }};
}

// The rule of the table with these settings.
NamedRule rule_with(const std::string& name, const RuleValues& settings) {
  NamedRule rule = rule_named(name);
  for (const auto& [setting, value] : settings) rule.set(setting, value);
  return rule;
}

Estimator of_rule(std::string name, Group group, const NamedRule& rule, Projection projection = Projection::none) {
  Estimator estimator =
      plain(std::move(name), group, [=](const Problem& p) { return by_rule(p, rule.clone(), projection); });
  estimator.deterministic = !rule.has("samples");
  return estimator;
}

Estimator aimle(const std::string& rule, const std::string& suffix, bool as_code, std::int64_t warm_up) {
  return {
      .name = rule + suffix, .group = Group::papers, .prepare = [=](const Problem& p, std::int64_t samples, Rng& rng) {
        return adapted(p, rule_with(rule, {{"aimle-as-code", as_code}}), warm_up, samples, rng);
      }};
}

Estimator perturbed_with(const std::string& noise_name, const Noise& noise, Target target, const std::string& baseline,
                         const std::string& suffix, double sigma) {
  Estimator estimator = of_rule("perturbed-" + noise_name + suffix, Group::perturbed,
                                rule_with("perturbed", {{"noise", noise}, {"sigma", sigma}, {"baseline", baseline}}));
  estimator.target = target;
  estimator.sigma = sigma;
  if (baseline == "leave-one-out") estimator.min_samples = 2;
  return estimator;
}

void add_score_functions(std::vector<Estimator>& list, std::int64_t k, std::int64_t warm_up) {
  const auto add = [&](std::string name, Group group, LossBaseline baseline) {
    list.push_back(plain(std::move(name), group,
                         [=](const Problem& p) { return scored(p, ScoreFunction{.baseline = baseline}); }));
  };
  list.push_back(plain("sfe-exact", Group::papers, [](const Problem& p) {
    return scored(p, ExactScoreFunction{.solutions = all_subsets(p.n, p.k)});
  }));
  if (k > 1) list.back().target = Target::exponential_family;
  add("sfe-noise", Group::variants, LossBaseline::none);
  add("sfe-noise-loo", Group::variants, LossBaseline::leave_one_out);
  list.back().min_samples = 2;
  list.push_back({.name = "sfe-noise-running",
                  .group = Group::variants,
                  .prepare = [warm_up](const Problem& p, std::int64_t samples, Rng& rng) {
                    const ScoreFunction rule{.baseline = LossBaseline::running_mean,
                                             .running = std::make_shared<RunningMean>()};
                    const Estimate estimate = scored(p, rule);
                    for (std::int64_t pass = 0; pass < warm_up; ++pass) estimate(1, samples, rng);
                    return estimate;
                  }});
}

void add_relaxations(std::vector<Estimator>& list, std::int64_t k, real t) {
  for (const Relaxed form : {Relaxed::soft, Relaxed::hard}) {
    const std::string suffix = form == Relaxed::hard ? "-hard" : "";
    const auto add = [&](const std::string& name, auto draw) {
      list.push_back(plain(name + suffix, Group::others, [draw](const Problem& p) { return relaxed(p, draw); }));
    };
    if (k == 1) {
      add("gumbel-softmax", [=](Var x, Rng& rng) { return gumbel_softmax(x, t, rng, form); });
    } else {
      add("softsub", [=](Var x, Rng& rng) { return softsub(x, k, t, rng, form); });
      add("concrete-subset", [=](Var x, Rng& rng) { return concrete_subset(x, k, t, rng, form); });
    }
  }
}

}  // namespace

std::vector<Estimator> make_estimators(std::int64_t k, const GradientsOptions& options) {
  std::vector<Estimator> list;
  list.push_back(of_rule("straight-through", Group::papers, rule_named("straight-through")));
  add_score_functions(list, k, options.warm_up);
  for (Estimator& estimator : with_warm_up(options.warm_up)) list.push_back(std::move(estimator));
  list.push_back(aimle("aimle-central", "-as-code", true, options.warm_up));
  list.back().group = Group::variants;
  add_relaxations(list, k, static_cast<real>(options.temperature));
  const NamedRule identity = rule_named("identity");
  list.push_back(of_rule("identity", Group::others, identity));
  list.push_back(of_rule("identity-standardized", Group::others, identity, Projection::standardize));
  for (Estimator& estimator : with_lambdas({options.lambda, options.lambda, options.lambda}, "")) {
    if (estimator.group == Group::papers) estimator.group = Group::variants;
    list.push_back(std::move(estimator));
  }
  const auto add_perturbed = [&](const std::string& name, const Noise& noise, Target target) {
    list.push_back(perturbed_with(name, noise, target, "none", "", options.sigma));
    list.push_back(perturbed_with(name, noise, target, "leave-one-out", "-loo", options.sigma));
    list.push_back(perturbed_with(name, noise, target, "unperturbed", "-unperturbed", options.sigma));
  };
  add_perturbed("gaussian", Normal{}, Target::gaussian);
  add_perturbed("gumbel", Gumbel{}, Target::gumbel);
  add_perturbed("laplace", Laplace{}, Target::laplace);
  const TopK solver{.n = k + 1, .k = k};             // whatever n is
  for (const NamedRule& rule : rules_for(solver)) {  // those that this study says nothing of
    const auto is_of_rule = [&](const Estimator& estimator) {
      return estimator.name == rule.name() || estimator.name.starts_with(rule.name() + "-");
    };
    if (std::none_of(list.begin(), list.end(), is_of_rule)) list.push_back(of_rule(rule.name(), Group::others, rule));
  }
  return list;
}

std::vector<Estimator> with_warm_up(std::int64_t warm_up) {
  return {aimle("aimle", "", false, warm_up), aimle("aimle-central", "", false, warm_up)};
}

std::vector<Estimator> with_lambdas(const Lambdas& lambdas, const std::string& suffix) {
  // The rule is made when it is used: before the sweep, who only counts estimators gives λ = 0.
  const auto with = [&](const std::string& rule, double lambda, Group group) {
    Estimator estimator = plain(rule + suffix, group, [=](const Problem& p) {
      return by_rule(p, rule_with(rule, {{"lambda", lambda}}));
    });
    estimator.deterministic = !rule_named(rule).has("samples");
    return estimator;
  };
  return {with("imle", lambdas.imle, Group::papers), with("imle-central", lambdas.imle_central, Group::papers),
          with("blackbox", lambdas.blackbox, Group::others)};
}

std::vector<double> estimate_mean(const Estimate& estimate, std::int64_t samples, Rng& rng) {
  constexpr std::int64_t rows_per_pass = 10;
  const std::int64_t size = std::min(samples, samples_per_pass), rows = samples / size;
  std::vector<double> mean;
  for (std::int64_t first = 0; first < rows; first += rows_per_pass) {
    const Tensor estimates = estimate(std::min(rows_per_pass, rows - first), size, rng);
    const auto n = static_cast<std::size_t>(estimates.shape()[1]);
    mean.resize(n);
    for (std::size_t i = 0; i < estimates.values().size(); ++i)
      mean[i % n] += static_cast<double>(estimates.values()[i]) / static_cast<double>(rows);
  }
  return mean;
}

}  // namespace cotape::app
