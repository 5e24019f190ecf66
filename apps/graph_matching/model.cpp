#include <cotape/apps/graph_matching/model.h>
#include <cotape/engine/ops.h>
#include <cotape/solvers/perturb/projections.h>

namespace cotape::app {
namespace {

// Affinities begin as inner products.
void make_identity(Linear& layer) {
  Tensor& weight = layer.weight().mutable_value();
  for (std::int64_t i = 0; i < weight.shape()[0]; ++i)
    for (std::int64_t j = 0; j < weight.shape()[1]; ++j) weight[i * weight.shape()[1] + j] = i == j ? 1 : 0;
}

}  // namespace

MessagePass::MessagePass(std::int64_t features, bool sees_places, Rng& rng)
    : message_(features, features, {}, rng), update_(2 * features, features, {.activation = Activation::relu}, rng) {
  add("message", message_);
  add("update", update_);
  if (sees_places) add("place", place_.emplace(3, features, LinearOptions{.bias = false}, rng));
}

Var MessagePass::operator()(Var x, Var offsets, const PairBatch& batch) {
  const Recording recording = record_on(x.tape());
  Var sent = gather_rows(message_(x), batch.from);
  if (place_) sent = sent + (*place_)(offsets);
  const Var heard = slice(segment_mean(relu(sent), batch.hears, batch.rows() + 1), 0, 0, batch.rows());
  return x + update_(concat({x, heard}, 1));
}

Matcher::Matcher(const MatchingOptions& options, Rng& rng)
    : nodes_only_(options.nodes_only),
      hidden_(options.hidden),
      conv1_(1, 16, 5, {.stride = 2, .activation = Activation::relu}, rng),
      conv2_(16, 32, 3, {.stride = 2, .activation = Activation::relu}, rng),
      conv3_(32, 64, 3, {.stride = 2, .activation = Activation::relu}, rng),
      features_(4 * 4 * 64, options.hidden, {}, rng),
      node_affinity_(options.hidden, options.hidden, {.bias = false}, rng) {
  add("conv1", conv1_);
  add("conv2", conv2_);
  add("conv3", conv3_);
  add("features", features_);
  for (std::int64_t k = 0; k < options.passes; ++k) {
    passes_.push_back(std::make_unique<MessagePass>(hidden_, !options.appearance_only, rng));
    add("pass" + std::to_string(k + 1), *passes_.back());
  }
  add("node_affinity", node_affinity_);
  make_identity(node_affinity_);
  if (nodes_only_) return;
  add("edge_first", edge_first_.emplace(hidden_, hidden_, LinearOptions{}, rng));
  add("edge_second", edge_second_.emplace(hidden_, hidden_, LinearOptions{.bias = false}, rng));
  if (!options.appearance_only) add("edge_place", edge_place_.emplace(3, hidden_, LinearOptions{.bias = false}, rng));
  add("edge_affinity", edge_affinity_.emplace(hidden_, hidden_, LinearOptions{.bias = false}, rng));
  make_identity(*edge_affinity_);
}

Var Matcher::operator()(Var patches, const PairBatch& batch) {
  const Recording recording = record_on(patches.tape());
  const std::int64_t pairs = batch.pairs, points = batch.points;
  const Var offsets = patches.tape().constant(batch.offsets);
  Var x = features_(reshape(conv3_(conv2_(conv1_(patches))), {batch.rows(), -1}));
  for (const auto& pass : passes_) x = (*pass)(x, offsets, batch);
  const Var unit = unit_norm(x);
  const Var left = reshape(slice(unit, 0, 0, pairs * points), {pairs, points, hidden_});
  const Var right = reshape(node_affinity_(slice(unit, 0, pairs * points, batch.rows())), {pairs, points, hidden_});
  const Var node_costs = reshape(neg(matmul(left, right, {.b = true})), {pairs, points * points}).named("node_costs");
  if (nodes_only_ || batch.edges == 0) return node_costs;
  return concat({node_costs, edge_costs(x, offsets, batch).named("edge_costs")}, 1).named("costs");
}

Var Matcher::edge_costs(Var x, Var offsets, const PairBatch& batch) {
  const std::int64_t pairs = batch.pairs, edges = batch.edges;
  Var ends = gather_rows((*edge_first_)(x), batch.from) + gather_rows((*edge_second_)(x), batch.to);
  if (edge_place_) ends = ends + (*edge_place_)(offsets);
  const Var unit = unit_norm(relu(ends));
  const Var left = reshape(slice(unit, 0, 0, 2 * pairs * edges), {pairs, 2 * edges, hidden_});
  const Var right =
      reshape((*edge_affinity_)(slice(unit, 0, 2 * pairs * edges, 4 * pairs * edges)), {pairs, 2 * edges, hidden_});
  const Var all = matmul(left, right, {.b = true});
  const auto part = [&](bool left_back, bool right_back) {
    const auto half = [&](Var from, int axis, bool back) {
      return slice(from, axis, back ? edges : 0, back ? 2 * edges : edges);
    };
    return half(half(all, 1, left_back), 2, right_back);
  };
  const Var straight = part(false, false) + part(true, true), crossed = part(false, true) + part(true, false);
  return reshape(scale(stack({straight, crossed}, 3), real(-0.5)), {pairs, 2 * edges * edges});
}

}  // namespace cotape::app
