#pragma once
#include <cotape/apps/dvae/sampler.h>
#include <cotape/nn/layers/sequential.h>

namespace cotape::app {

// The code of an image: so many rows of so many classes, k of which are 1.
inline constexpr std::int64_t dvae_rows = 20;
inline constexpr std::int64_t dvae_classes = 20;

// The discrete VAE of Sahoo et al. 2023, §4.1: an encoder gives scores, top-k with noise turns each row of them into a
// k-hot code, a decoder turns the code into an image again.
class Dvae : public Module {
 public:
  // `features` is the number of pixels. Weights are Glorot-uniform, biases 0.
  Dvae(std::int64_t features, const DvaeOptions& options, Rng& rng);

  // Scores [B, 20, 20] of images [B, features], before noise.
  Var encode(Var images);
  // Logits of pixels [n, features] from codes [n, 20, 20] (or any shape with as many elements).
  Var decode(Var codes);

  // The terms of the loss, means over the batch, in nats, with what they came from.
  struct Losses {
    Var bce;     // binary cross-entropy of the pixels, mean over samples
    Var kl;      // of the rows' categorical distributions from uniform
    Var loss;    // their sum, the N-ELBO
    Var scores;  // before noise
    Var codes;
    Var logits;  // of the pixels
  };
  // With codes as the rule draws them in training; `step` counts training steps from 0.
  Losses train_on(Var images, Rng& rng, std::int64_t step);
  // With one 0/1 code an image.
  Losses evaluate_on(Var images, Rng& rng);

  // How codes are drawn, and what that has learned.
  Sampler& sampler() { return sampler_; }
  const Sampler& sampler() const { return sampler_; }

 private:
  // Logits of pixels, and the targets repeated for each sample.
  struct Decoded {
    Var logits;
    Var targets;
  };
  Decoded decode_samples(Var images, Var codes);
  // The loss of one set of codes, through which the gradient flows.
  Losses losses(Var images, Var scores, Var codes);
  // The same where the score function makes the gradient of the scores.
  Losses score_function_losses(Var images, Var scores, Rng& rng);

  Sequential encoder_;
  Sequential decoder_;
  Sampler sampler_;
};

}  // namespace cotape::app
