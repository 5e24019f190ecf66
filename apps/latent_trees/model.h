#pragma once
#include <cotape/apps/latent_trees/decoder.h>
#include <cotape/apps/latent_trees/sampler.h>

namespace cotape::app {

// A variational autoencoder whose code is a spanning tree (Paulus et al. 2020, §8.1; Minervini et al. 2023, §5): an
// encoder gives every edge a score from how the nodes move, a solver finds the most valuable tree for perturbed scores,
// and a decoder predicts with it how they move.
class LatentTrees final : public Module {
 public:
  LatentTrees(const LatentTreesOptions& options, Rng& rng);

  // Scores [B, edges] of positions [B, frames, n, 2].
  Var encode(Var positions) { return encoder_(positions); }

  // The terms of the loss, each a node's share of it and a mean over the batch, with what they came from.
  struct Losses {
    Var nll;  // of the predicted positions, up to a constant: Σ d²/(2 variance)/n
    Var kl;  // of Gumbel-perturbed scores u from Gumbel noise alone: Σ (u + e^−u − 1)/n, both directions of an edge
    Var loss;  // their sum, −ELBO
    Var scores;
    Var trees;  // [B, S, edges]
  };
  // Trees as the rule draws them in training, many frames predicted from each given one.
  Losses train_on(Var positions, Rng& rng);
  // For 0/1 trees [B, edges], each frame predicted from the one before; `scores` are those of encode().
  Losses evaluate_on(Var positions, Var scores, Var trees);

  Decoder& decoder() { return decoder_; }
  // How trees are drawn, and what that has learned.
  TreeSampler& sampler() { return sampler_; }
  const TreeSampler& sampler() const { return sampler_; }

 private:
  Losses losses(Var positions, Var scores, Var trees, std::int64_t steps);

  std::int64_t rollout_;
  double variance_;
  Encoder encoder_;
  Decoder decoder_;
  TreeSampler sampler_;
};

}  // namespace cotape::app
