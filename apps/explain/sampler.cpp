#include <cotape/apps/explain/sampler.h>
#include <cotape/engine/ops/shape.h>
#include <cotape/solvers/perturb/perturb.h>
#include <cotape/solvers/relax/relaxations.h>
#include <cotape/solvers/rules/identity.h>

namespace cotape::app {
namespace {

// Each text `samples` times, one after the other.
Instances repeated(const Instances& subsets, std::int64_t samples) {
  std::vector<std::int64_t> places;
  for (std::int64_t i = 0; i < subsets.size() * samples; ++i) places.push_back(i / samples);
  return subsets.select(places);
}

// A relaxation of S draws: the scores are repeated along the sample axis first.
std::function<Var(Var, const Instances&, Rng&)> relaxed_draws(const ExplainOptions& options) {
  const std::string& rule = options.common.rule;
  const bool subtract = rule.starts_with("softsub");
  const Relaxed form = rule.ends_with("-hard") ? Relaxed::hard : Relaxed::soft;
  const auto temperature = static_cast<real>(options.temperature);
  return [=, samples = options.samples](Var scores, const Instances& subsets, Rng& rng) {
    const Shape& one = scores.shape();
    const Var each = broadcast_to(reshape(scores, one.inserted(1, 1)), one.inserted(1, samples));
    const Instances of_each = samples == 1 ? subsets : repeated(subsets, samples);
    return subtract ? softsub(each, of_each, temperature, rng, form)
                    : concrete_subset(each, of_each, temperature, rng, form);
  };
}

}  // namespace

WordSampler make_sampler(const ExplainOptions& options) {
  const TopK solver{.n = options.length, .k = options.k};
  WordSampler sampler;
  if (options.relaxes()) {
    sampler.train = relaxed_draws(options);
    // Never called; its counts are zeros.
    sampler.layer.emplace(solver, rule_named("identity"));
  } else {
    sampler.layer.emplace(solver, options.make_rule(), projection_named(options.projection));
    const bool draws = options.rule_draws() || options.noise == "none";
    sampler.train = [layer = *sampler.layer, noise = options.make_noise(), tau = static_cast<real>(options.tau), draws](
                        Var scores, const Instances& subsets, Rng& rng) {
      const Var y = layer(draws ? scores : perturb(scores, noise, rng, tau), subsets, rng).all();
      return y.shape().rank() == 3 ? y : reshape(y, y.shape().inserted(1, 1));
    };
  }
  sampler.diagnostics = &sampler.layer->diagnostics();
  return sampler;
}

void WordSampler::save(Checkpoint& checkpoint) const { layer->save(checkpoint); }

void WordSampler::load(const Checkpoint& checkpoint) { layer->load(checkpoint); }

BestWords::BestWords(std::int64_t length) : oracle_(std::make_shared<Oracle>(TopK{.n = length, .k = 1})) {}

Var BestWords::operator()(Var scores, const Instances& subsets) const {
  return reshape(Identity{}(scores, BatchOracle(oracle_, subsets)), scores.shape().inserted(1, 1));
}

}  // namespace cotape::app
