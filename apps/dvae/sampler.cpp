#include <cotape/apps/dvae/model.h>
#include <cotape/apps/dvae/sampler.h>
#include <cotape/engine/ops/shape.h>
#include <cotape/solvers/perturb/perturb.h>
#include <cotape/solvers/relax/relaxations.h>
#include <cotape/solvers/rules/straight_through.h>
#include <cotape/solvers/select/topk.h>

namespace cotape::app {
namespace {

// A relaxation of S draws: the scores are repeated along the sample axis first.
template <class Relax>
void use_relaxation(Sampler& sampler, std::int64_t samples, Relax relax) {
  sampler.train = [samples, relax](Var scores, Rng& rng, std::int64_t step) {
    const Shape& one = scores.shape();
    const Var repeated = broadcast_to(reshape(scores, one.inserted(1, 1)), one.inserted(1, samples));
    return relax(repeated, static_cast<real>(Annealing{}(step)), rng);
  };
}

}  // namespace

Sampler make_sampler(const DvaeOptions& options) {
  const TopK solver{.n = dvae_classes, .k = options.k};
  const Noise noise = options.make_noise();
  const auto tau = static_cast<real>(options.tau);
  const std::int64_t samples = options.samples, k = options.k;
  const std::string& rule = options.common.rule;

  Sampler sampler;
  const RuleLayer discrete(solver, NamedRule("straight-through", StraightThrough{.noise = noise, .tau = tau}));
  sampler.evaluate = [discrete](Var scores, Rng& rng) { return discrete(scores, rng).all(); };
  sampler.diagnostics = &discrete.diagnostics();
  const auto use = [&](Projection projection) {
    sampler.layer.emplace(solver, options.make_rule(), projection);
    sampler.layer->count_ties(true);
    sampler.diagnostics = &sampler.layer->diagnostics();
  };
  if (rule == "identity") {
    use(options.projection == "none" ? Projection::none : Projection::standardize);
    sampler.evaluate = [layer = *sampler.layer, noise, tau](Var scores, Rng& rng) {
      return layer(perturb(scores, noise, rng, tau), rng).all();
    };
    sampler.train = [draw = sampler.evaluate](Var scores, Rng& rng, std::int64_t) { return draw(scores, rng); };
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
  } else if (rule == "concrete") {
    use_relaxation(sampler, samples, [k](Var scores, real temperature, Rng& rng) {
      return concrete_subset(scores, k, temperature, rng);
    });
  } else {
    use(Projection::none);
    sampler.train = [layer = *sampler.layer](Var scores, Rng& rng, std::int64_t) { return layer(scores, rng).all(); };
  }
  return sampler;
}

std::vector<ShardLearner> Sampler::learners() const {
  std::vector<ShardLearner> all = learners_of(layer);
  if (score) all.push_back(shard_learner(*score));
  return all;
}

void Sampler::save(Checkpoint& checkpoint) const {
  if (layer) layer->save(checkpoint);
  if (score) score->save(checkpoint, "rule.");
}

void Sampler::load(const Checkpoint& checkpoint) {
  if (layer) layer->load(checkpoint);
  if (score) score->load(checkpoint, "rule.");
}

}  // namespace cotape::app
