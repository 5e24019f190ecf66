#include <cotape/apps/gradients/estimators.h>
#include <cotape/engine/ops/arithmetic.h>
#include <cotape/engine/ops/reduce.h>
#include <cotape/engine/ops/shape.h>
#include <cotape/solvers/layer/differentiable.h>
#include <cotape/solvers/relax/relaxations.h>
#include <cotape/solvers/rules/aimle.h>
#include <cotape/solvers/rules/blackbox.h>
#include <cotape/solvers/rules/identity.h>
#include <cotape/solvers/rules/imle.h>
#include <cotape/solvers/rules/perturbed.h>
#include <cotape/solvers/rules/score_function.h>
#include <cotape/solvers/rules/straight_through.h>
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
    tape->clear();
    Tensor theta(Shape{rows, problem.n});
    for (std::int64_t row = 0; row < rows; ++row)
      std::copy_n(problem.theta.data(), problem.n, theta.data() + row * problem.n);
    const Var x = tape->variable(theta);
    tape->backward(loss(problem, x, samples, rng));
    return x.gradient();
  };
}

// Rules whose result has a sample axis.
template <class Rule>
Estimate sampled(const Problem& problem, Rule how) {
  return by_tape(problem, [how](const Problem& p, Var theta, std::int64_t samples, Rng& rng) {
    auto rule = how;
    rule.samples = samples;
    return total(losses(differentiable(top_k(p), rule)(theta, rng), p));
  });
}

// Score-function estimates: each sample's own loss goes into the rule.
template <class Rule>
Estimate scored(const Problem& problem, Rule how) {
  return by_tape(problem, [how](const Problem& p, Var theta, std::int64_t samples, Rng& rng) {
    auto rule = how;
    rule.samples = samples;
    const ScoreSample drawn = rule.sample(theta, std::make_shared<Oracle>(top_k(p)), rng);
    return rule.surrogate(drawn, losses(drawn.solutions, p)) * static_cast<real>(theta.shape()[0]);
  });
}

// The result is a mean of solutions, whose mean loss is k − 2⟨ȳ, b⟩ + ‖b‖².
Estimate perturbed(const Problem& problem, Perturbed how) {
  return by_tape(problem, [how](const Problem& p, Var theta, std::int64_t samples, Rng& rng) {
    auto rule = how;
    rule.samples = samples;
    const Var b = theta.tape().constant(p.b);
    const Var mean_loss = sum(differentiable(top_k(p), rule)(theta, rng) * b, 1) * -2.0F + sum(square(b));
    return sum(mean_loss + static_cast<real>(p.k));
  });
}

// Rules without samples.
template <class Rule>
Estimate solved(const Problem& problem, Rule rule, Projection projection = Projection::none) {
  return by_tape(problem, [rule, projection](const Problem& p, Var theta, std::int64_t, Rng&) {
    return sum(losses(differentiable(top_k(p), rule, projection)(theta), p));
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

Estimate adapted(const Problem& problem, Aimle rule, std::int64_t warm_up, std::int64_t samples, Rng& rng) {
  rule.state = std::make_shared<AimleState>(AimleState{.alpha = rule.adaptation.initial_alpha});
  const Estimate learning = sampled(problem, rule);
  for (std::int64_t pass = 0; pass < warm_up; ++pass) learning(1, samples, rng);
  rule.adaptation.step = 0;  // an estimate in many passes is made with one α
  return sampled(problem, rule);
}

template <class Make>
Estimator plain(std::string name, Group group, Make make) {
  return {.name = std::move(name), .group = group, .prepare = [make](const Problem& p, std::int64_t, Rng&) {
            return make(p);
          }};
}

Estimator fixed(Estimator estimator) {
  estimator.deterministic = true;
  return estimator;
}

Estimator aimle(std::string name, Side side, AimleAdaptation adaptation, std::int64_t warm_up) {
  return {.name = std::move(name),
          .group = Group::papers,
          .prepare = [=](const Problem& p, std::int64_t samples, Rng& rng) {
            return adapted(p, Aimle{.side = side, .adaptation = adaptation}, warm_up, samples, rng);
          }};
}

Estimator perturbed_with(const std::string& noise_name, const Noise& noise, Target target, Baseline baseline,
                         const std::string& suffix, double sigma) {
  Estimator estimator = plain("perturbed-" + noise_name + suffix, Group::perturbed, [=](const Problem& p) {
    return perturbed(p, {.noise = noise, .sigma = static_cast<real>(sigma), .baseline = baseline});
  });
  estimator.target = target;
  estimator.sigma = sigma;
  if (baseline == Baseline::leave_one_out) estimator.min_samples = 2;
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
  list.push_back(
      plain("straight-through", Group::papers, [](const Problem& p) { return sampled(p, StraightThrough{}); }));
  add_score_functions(list, k, options.warm_up);
  for (Estimator& estimator : with_warm_up(options.warm_up)) list.push_back(std::move(estimator));
  list.push_back(aimle("aimle-central-as-code", Side::central, AimleAdaptation::as_code(), options.warm_up));
  list.back().group = Group::variants;
  add_relaxations(list, k, static_cast<real>(options.temperature));
  list.push_back(fixed(plain("identity", Group::others, [](const Problem& p) { return solved(p, Identity{}); })));
  list.push_back(fixed(plain("identity-standardized", Group::others,
                             [](const Problem& p) { return solved(p, Identity{}, Projection::standardize); })));
  for (Estimator& estimator : with_lambdas({options.lambda, options.lambda, options.lambda}, "")) {
    if (estimator.group == Group::papers) estimator.group = Group::variants;
    list.push_back(std::move(estimator));
  }
  const auto add_perturbed = [&](const std::string& name, const Noise& noise, Target target) {
    list.push_back(perturbed_with(name, noise, target, Baseline::none, "", options.sigma));
    list.push_back(perturbed_with(name, noise, target, Baseline::leave_one_out, "-loo", options.sigma));
    list.push_back(perturbed_with(name, noise, target, Baseline::unperturbed, "-unperturbed", options.sigma));
  };
  add_perturbed("gaussian", Normal{}, Target::gaussian);
  add_perturbed("gumbel", Gumbel{}, Target::gumbel);
  add_perturbed("laplace", Laplace{}, Target::laplace);
  return list;
}

std::vector<Estimator> with_warm_up(std::int64_t warm_up) {
  return {aimle("aimle", Side::target, AimleAdaptation::as_paper(), warm_up),
          aimle("aimle-central", Side::central, AimleAdaptation::as_paper(), warm_up)};
}

std::vector<Estimator> with_lambdas(const Lambdas& lambdas, const std::string& suffix) {
  const auto imle = [](const std::string& name, double lambda, Side side) {
    return plain(name, Group::papers,
                 [=](const Problem& p) { return sampled(p, Imle{.lambda = static_cast<real>(lambda), .side = side}); });
  };
  Estimator blackbox = fixed(plain("blackbox" + suffix, Group::others, [lambdas](const Problem& p) {
    return solved(p, Blackbox{.lambda = static_cast<real>(lambdas.blackbox)});
  }));
  return {imle("imle" + suffix, lambdas.imle, Side::target),
          imle("imle-central" + suffix, lambdas.imle_central, Side::central), std::move(blackbox)};
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
