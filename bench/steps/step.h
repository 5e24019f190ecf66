#pragma once
#include <memory>

#include <cotape/bench/steps/catalogue.h>
#include <cotape/nn/layers/module.h>
#include <cotape/nn/train/training_step.h>
#include <cotape/solvers/core/diagnostics.h>

namespace cotape::bench {

// A training step on a fixed batch: the very step that a program runs, under its default settings, without the reading
// of data and the sums for its metrics; or that of a net without a solver.
class Step {
 public:
  virtual ~Step() = default;

  // What the forward pass leaves on the tape.
  struct Values {
    Var output;  // of the net: logits of pixels, costs, distances
    Var loss;
  };

  // The whole step; returns the loss.
  virtual double run() = 0;
  // Its three parts. Each forward pass starts on a cleared tape.
  virtual Values forward() = 0;
  void backward(Var loss) { parts().backward(loss); }
  void update() { parts().update(); }

  Tape& tape() { return parts().tape(); }
  virtual Module& net() = 0;
  // Whether there is a solver in it.
  virtual bool solves() const { return true; }
  // The solver's; all 0 where there is none.
  virtual const SolverDiagnostics& diagnostics() const;
  // What the solver found in the last forward pass; no elements where the noise alone decides it.
  virtual const Tensor& solutions();
  // The noise that the next forward pass adds to the scores, [batch, 20, 20] in the DVAE, [batch, draws, 10] in
  // Fenchel–Young's loss; no elements elsewhere.
  virtual Tensor next_noise() const { return {}; }

 private:
  virtual TrainingStep& parts() = 0;
};

// The step with freshly initialised weights, the same ones each time.
std::unique_ptr<Step> make_step(const StepInfo& step);

// One function for each net, in a file of its own.
std::unique_ptr<Step> make_dvae_step(const StepInfo& step);
std::unique_ptr<Step> make_warcraft_step(const StepInfo& step);
std::unique_ptr<Step> make_globe_step(const StepInfo& step);
std::unique_ptr<Step> make_latent_trees_step(const StepInfo& step);
std::unique_ptr<Step> make_retrieval_step(const StepInfo& step);
std::unique_ptr<Step> make_classify_step(const StepInfo& step);
std::unique_ptr<Step> make_lstm_step(const StepInfo& step);
std::unique_ptr<Step> make_gpt_step(const StepInfo& step);
std::unique_ptr<Step> make_cnn_step(const StepInfo& step);

}  // namespace cotape::bench
