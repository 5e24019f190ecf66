#pragma once
#include <cotape/apps/latent_trees/encoder.h>

namespace cotape::app {

// Predicts how nodes move (Kipf et al. 2018): every node is told something by every other, over edges of the tree by
// one net and over all others by a second one, and moves by what a third net makes of the sum.
class Decoder final : public Module {
 public:
  // Weights and biases are uniform in ±1/√inputs of their layer.
  Decoder(std::int64_t hidden, Rng& rng);

  // The positions [graphs, n, 2] one frame later, for trees [sets, n (n − 1)/2], 1 for an edge of the tree; each serves
  // graphs/sets graphs that follow one another.
  Var operator()(Var positions, Var trees);

  // Predictions for frames [B, frames, n, 2] under trees [B · S, n (n − 1)/2]: from frames 0, steps, 2·steps, …, which
  // are given, `steps` frames each, one from the other. [B · S, frames − 1, n, 2], in the order of predicted_frames().
  Var predict(Var frames, Var trees, std::int64_t steps);

 private:
  // What one net says over all pairs of nodes, weighted by coefficients.
  struct Messages : Module {
    Messages(std::int64_t hidden, Rng& rng);
    Var operator()(Var positions, Var coefficients);
    PairLinear fc1;
    Linear fc2;
  };

  Messages tree_, rest_;
  Linear fc1_, fc2_, fc3_;
};

// Which frames Decoder::predict predicts, in its order.
std::vector<std::int64_t> predicted_frames(std::int64_t frames, std::int64_t steps);

}  // namespace cotape::app
