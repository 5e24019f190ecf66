#include <cotape/apps/latent_trees/sampler.h>
#include <cotape/engine/ops/shape.h>
#include <cotape/solvers/perturb/perturb.h>
#include <cotape/solvers/relax/relaxed_tree.h>
#include <cotape/solvers/rules/straight_through.h>
#include <cotape/solvers/trees/spanning_tree.h>

namespace cotape::app {

TreeSampler make_sampler(const LatentTreesOptions& options) {
  const SparseGraph graph = SparseGraph::complete(options.sizes.nodes);
  const SpanningTree solver(graph, {Sense::maximise});
  const Noise noise = options.make_noise();
  const auto tau = static_cast<real>(options.tau);

  TreeSampler sampler;
  const RuleLayer discrete(solver, NamedRule("straight-through", StraightThrough{.noise = noise, .tau = tau}));
  sampler.evaluate = [discrete](Var scores, Rng& rng) { return discrete(scores, rng).all(); };
  sampler.diagnostics = &discrete.diagnostics();
  if (options.relaxes()) {
    const Relaxed form = options.common.rule == "sst" ? Relaxed::soft : Relaxed::hard;
    const auto temperature = static_cast<real>(options.temperature);
    sampler.train = [tree = RelaxedSpanningTree(graph), form, temperature, samples = options.samples](Var scores,
                                                                                                      Rng& rng) {
      const Shape& one = scores.shape();
      const Var repeated = broadcast_to(reshape(scores, one.inserted(1, 1)), one.inserted(1, samples));
      return tree(repeated, temperature, rng, form);
    };
    return sampler;
  }
  sampler.layer.emplace(solver, options.make_rule(), projection_named(options.projection));
  sampler.layer->count_ties(true);
  sampler.diagnostics = &sampler.layer->diagnostics();
  sampler.train = [layer = *sampler.layer, noise, tau, draws = options.rule_draws()](Var scores, Rng& rng) {
    return layer(draws ? scores : perturb(scores, noise, rng, tau), rng).all();
  };
  return sampler;
}

void TreeSampler::save(Checkpoint& checkpoint) const {
  if (layer) layer->save(checkpoint);
}

void TreeSampler::load(const Checkpoint& checkpoint) {
  if (layer) layer->load(checkpoint);
}

}  // namespace cotape::app
