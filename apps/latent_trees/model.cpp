#include <cotape/apps/latent_trees/model.h>
#include <cotape/engine/ops.h>

#include <algorithm>

namespace cotape::app {

LatentTrees::LatentTrees(const LatentTreesOptions& options, Rng& rng)
    : rollout_(options.rollout != 0 ? options.rollout : std::min<std::int64_t>(10, options.sizes.frames - 1)),
      variance_(options.variance),
      encoder_(options.sizes.nodes, options.sizes.frames, options.hidden, rng),
      decoder_(options.hidden, rng),
      sampler_(make_sampler(options)) {
  add("encoder", encoder_);
  add("decoder", decoder_);
}

LatentTrees::Losses LatentTrees::train_on(Var positions, Rng& rng) {
  const Var scores = encode(positions);
  return losses(positions, scores, sampler_.train(scores, rng), rollout_);
}

LatentTrees::Losses LatentTrees::evaluate_on(Var positions, Var scores, Var trees) {
  return losses(positions, scores, reshape(trees, {trees.shape()[0], 1, -1}), 1);
}

LatentTrees::Losses LatentTrees::losses(Var positions, Var scores, Var trees, std::int64_t steps) {
  const Shape& shape = positions.shape();
  const std::int64_t batch = shape[0], frames = shape[1], nodes = shape[2], samples = trees.shape()[1];
  trees.named("trees");
  const Var predicted = decoder_.predict(positions, reshape(trees, {batch * samples, -1}), steps);
  Var wanted = index_select(positions, 1, predicted_frames(frames, steps));
  if (samples != 1) {
    const Shape repeated{batch, samples, frames - 1, nodes, 2};
    wanted = reshape(broadcast_to(reshape(wanted, {batch, 1, frames - 1, nodes, 2}), repeated), predicted.shape());
  }
  const auto per_node = 1 / static_cast<double>(nodes);
  const Var nll = scale(l2_loss(predicted, wanted), static_cast<real>(per_node / variance_)).named("nll");
  const Var kl = scale(sum(scores + exp(-scores) - 1), static_cast<real>(2 * per_node / static_cast<double>(batch)));
  return {nll, kl.named("kl"), (nll + kl).named("loss"), scores, trees};
}

}  // namespace cotape::app
