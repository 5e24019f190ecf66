#pragma once
#include <functional>
#include <vector>

#include <cotape/apps/dvae/options.h>
#include <cotape/nn/sequential.h>
#include <cotape/solvers/diagnostics.h>

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
  // Codes [B, S, 20, 20] from scores: noise, projection, top-k under the rule.
  Var sample(Var scores, Rng& rng) const { return sample_(scores, rng); }
  // Logits of pixels [n, features] from codes [n, 20, 20] (or any shape with as many elements).
  Var decode(Var codes);

  // The terms of the loss, means over the batch, in nats, with what they came from.
  struct Losses {
    Var bce;     // binary cross-entropy of the pixels, mean over samples
    Var kl;      // of the rows' categorical distributions from uniform
    Var nelbo;   // their sum
    Var scores;  // before noise
    Var codes;
    Var logits;  // of the pixels
  };
  Losses operator()(Var images, Rng& rng);

  // Of the differentiable solver.
  SolverDiagnostics& diagnostics() const { return *diagnostics_; }

 private:
  Sequential encoder_;
  Sequential decoder_;
  SolverDiagnostics* diagnostics_ = nullptr;  // lives in sample_, which sets it
  std::function<Var(Var scores, Rng& rng)> sample_;
};

}  // namespace cotape::app
