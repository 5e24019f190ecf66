#include <cotape/apps/graph_matching/objective.h>
#include <cotape/engine/ops.h>
#include <cotape/solvers/assignment/assignment.h>
#include <cotape/solvers/losses/fenchel_young.h>
#include <cotape/solvers/losses/hamming.h>
#include <cotape/solvers/perturb/margins.h>
#include <cotape/solvers/perturb/projections.h>

namespace cotape::app {
namespace {

// What the solver wants beside costs; an assignment wants nothing.
Instances instances_of(const MatchingOptions& options, const PairBatch& batch) {
  return options.nodes_only ? Instances() : Instances(batch.graphs);
}

// Costs [pairs, size] as the solver takes them.
Var shaped(Var costs, const MatchingOptions& options, const GraphMatchingLayout& layout) {
  return options.nodes_only ? reshape(costs, {-1, layout.left_nodes, layout.right_nodes}) : costs;
}

}  // namespace

Solver make_solver(const MatchingOptions& options, const GraphMatchingLayout& layout, bool partial) {
  std::optional<real> unassigned;
  if (partial) unassigned = real(0);
  if (options.nodes_only)
    return Assignment{.rows = layout.left_nodes, .columns = layout.right_nodes, .unassigned_cost = unassigned};
  if (options.solver == "exact")
    return GraphMatching{
        .layout = layout, .unassigned_cost = unassigned, .limits = {.seconds = options.solver_seconds}};
  return GraphMatchingSearch{
      .layout = layout, .unassigned_cost = unassigned, .starts = options.search_starts, .steps = options.search_steps};
}

MatchingObjective::MatchingObjective(const MatchingOptions& options, const GraphMatchingLayout& layout, bool partial)
    : options_(options), layout_(layout) {
  const Solver solver = make_solver(options, layout, partial);
  if (options.common.rule == "fenchel-young")
    oracle_ = std::make_shared<Oracle>(solver);
  else
    layer_.emplace(solver, options.rule.make(options.common.rule));
}

MatchingObjective::Result MatchingObjective::operator()(Var costs, const PairBatch& batch, Rng& rng) const {
  Tape& tape = costs.tape();
  const Var prepared = shaped(prepare(costs, batch, rng), options_, layout_);
  const Var wanted = tape.view(batch.wanted);
  if (oracle_) {
    const BatchOracle oracle(oracle_, instances_of(options_, batch));
    return {fenchel_young(oracle, prepared, shaped(wanted, options_, layout_), options_.rule.fenchel_young(), rng), {}};
  }
  const Samples drawn = (*layer_)(prepared, instances_of(options_, batch), rng);
  const Var all = reshape(drawn.all(), {batch.pairs * drawn.count(), layout_.size()}).named("matchings");
  const Var beside = reshape(drawn.beside(shaped(wanted, options_, layout_)), all.shape());
  const std::int64_t nodes = layout_.left_nodes * layout_.right_nodes;
  const Var found = slice(all, 1, 0, nodes), truth = slice(beside, 1, 0, nodes);
  const Var loss = options_.loss == "l1"   ? l1_loss(found, truth)
                   : options_.loss == "l2" ? l2_loss(found, truth)
                                           : hamming_loss(found, truth);
  return {loss, reshape(all, {batch.pairs, drawn.count(), layout_.size()})};
}

Var MatchingObjective::prepare(Var costs, const PairBatch& batch, Rng& rng) const {
  Var x = costs;
  if (options_.projection == "norm") x = unit_norm(x, batch.real_entries, 1);
  if (options_.projection == "standardize") x = standardize(x, 1);
  if (options_.noise_margin > 0) x = noise_margin(x, static_cast<real>(options_.noise_margin), rng);
  if (options_.informed_margin > 0)
    x = informed_margin(x, x.tape().view(batch.wanted), static_cast<real>(options_.informed_margin), Sense::minimise);
  return x;
}

void MatchingObjective::save(Checkpoint& checkpoint) const {
  if (layer_) layer_->save(checkpoint);
}

void MatchingObjective::load(const Checkpoint& checkpoint) {
  if (layer_) layer_->load(checkpoint);
}

}  // namespace cotape::app
