#include <cotape/apps/dvae/model.h>
#include <cotape/apps/dvae/sampler.h>
#include <cotape/engine/ops_shape.h>
#include <cotape/solvers/differentiable.h>
#include <cotape/solvers/perturb.h>
#include <cotape/solvers/relaxations.h>
#include <cotape/solvers/rules/identity.h>
#include <cotape/solvers/rules/imle.h>
#include <cotape/solvers/rules/perturbed.h>
#include <cotape/solvers/rules/straight_through.h>
#include <cotape/solvers/topk.h>

namespace cotape::app {
namespace {

// [B, 20, 20] → [B, 1, 20, 20]
Var with_sample_axis(Var codes) { return reshape(codes, codes.shape().inserted(1, 1)); }

// A rule that draws samples serves training and evaluation alike.
template <class Layer>
void use(Sampler& sampler, const Layer& layer) {
  layer.count_ties(true);
  sampler.diagnostics = &layer.diagnostics();
  sampler.train = [layer](Var scores, Rng& rng, std::int64_t) { return layer(scores, rng); };
}

// A relaxation of S draws: the scores are repeated along the sample axis first.
template <class Relax>
void use_relaxation(Sampler& sampler, std::int64_t samples, Relax relax) {
  sampler.train = [samples, relax](Var scores, Rng& rng, std::int64_t step) {
    const Shape& one = scores.shape();
    const Var repeated = broadcast_to(with_sample_axis(scores), one.inserted(1, samples));
    return relax(repeated, static_cast<real>(Annealing{}(step)), rng);
  };
}

}  // namespace

Sampler make_sampler(const DvaeOptions& options) {
  const TopK solver{.n = dvae_classes, .k = options.k};
  const Noise noise = options.make_noise();
  const auto tau = static_cast<real>(options.tau), lambda = static_cast<real>(options.lambda);
  const std::int64_t samples = options.samples, k = options.k;
  const std::string& rule = options.common.rule;

  Sampler sampler;
  const auto discrete = differentiable(solver, StraightThrough{noise, tau, 1});
  sampler.evaluate = discrete;
  sampler.diagnostics = &discrete.diagnostics();
  if (rule == "identity") {
    const Projection projection = options.projection == "none" ? Projection::none : Projection::standardize;
    const auto layer = differentiable(solver, Identity{}, projection);
    layer.count_ties(true);
    sampler.diagnostics = &layer.diagnostics();
    sampler.evaluate = [layer, noise, tau](Var scores, Rng& rng) {
      return with_sample_axis(layer(perturb(scores, noise, rng, tau)));
    };
    sampler.train = [draw = sampler.evaluate](Var scores, Rng& rng, std::int64_t) { return draw(scores, rng); };
  } else if (rule == "straight-through") {
    use(sampler, differentiable(solver, StraightThrough{noise, tau, samples}));
  } else if (rule == "imle" || rule == "imle-central") {
    const Side side = rule == "imle" ? Side::target : Side::central;
    use(sampler, differentiable(solver, Imle{lambda, noise, tau, samples, side}));
  } else if (rule == "aimle" || rule == "aimle-central") {
    Aimle aimle{.noise = noise,
                .tau = tau,
                .samples = samples,
                .side = rule == "aimle" ? Side::target : Side::central,
                .adaptation = options.as_code ? AimleAdaptation::as_code() : AimleAdaptation::as_paper()};
    sampler.aimle = aimle.state;
    use(sampler, differentiable(solver, aimle));
  } else if (rule == "perturbed") {
    const auto layer = differentiable(solver, Perturbed{noise, tau, samples, Baseline::unperturbed});
    sampler.diagnostics = &layer.diagnostics();
    sampler.train = [layer](Var scores, Rng& rng, std::int64_t) { return with_sample_axis(layer(scores, rng)); };
  } else if (rule == "score-function") {
    sampler.oracle = std::make_shared<Oracle>(solver);
    sampler.diagnostics = &sampler.oracle->diagnostics();
    sampler.score = std::make_shared<const ScoreFunction>(
        ScoreFunction{.noise = noise, .tau = tau, .samples = samples, .baseline = LossBaseline::running_mean});
  } else if (rule == "gumbel-softmax" || rule == "gumbel-softmax-hard") {
    const Relaxed form = rule == "gumbel-softmax" ? Relaxed::soft : Relaxed::hard;
    use_relaxation(sampler, samples, [form](Var scores, real temperature, Rng& rng) {
      return gumbel_softmax(scores, temperature, rng, form);
    });
  } else if (rule == "softsub") {
    use_relaxation(sampler, samples,
                   [k](Var scores, real temperature, Rng& rng) { return softsub(scores, k, temperature, rng); });
  } else {
    use_relaxation(sampler, samples, [k](Var scores, real temperature, Rng& rng) {
      return concrete_subset(scores, k, temperature, rng);
    });
  }
  return sampler;
}

void Sampler::save(Checkpoint& checkpoint) const {
  if (aimle) {
    checkpoint.put_number("rule.alpha", aimle->alpha);
    checkpoint.put_number("rule.sparsity", aimle->sparsity);
    checkpoint.put_number("rule.lambda", aimle->lambda);
    checkpoint.put_integer("rule.steps", aimle->steps);
  }
  if (score) {
    checkpoint.put_number("rule.baseline", score->running->value);
    checkpoint.put_integer("rule.steps", score->running->steps);
  }
}

void Sampler::load(const Checkpoint& checkpoint) {
  if (aimle) {
    *aimle = {.alpha = checkpoint.number("rule.alpha"),
              .sparsity = checkpoint.number("rule.sparsity"),
              .lambda = checkpoint.number("rule.lambda"),
              .steps = checkpoint.integer("rule.steps")};
    diagnostics->lambda = aimle->lambda;
  }
  if (score) {
    score->running->value = checkpoint.number("rule.baseline");
    score->running->steps = checkpoint.integer("rule.steps");
  }
}

}  // namespace cotape::app
