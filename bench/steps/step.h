#pragma once
#include <memory>

#include <cotape/bench/steps/catalogue.h>
#include <cotape/engine/tape/tape.h>
#include <cotape/nn/layers/module.h>
#include <cotape/nn/optim/optimizer.h>
#include <cotape/solvers/core/diagnostics.h>

namespace cotape::bench {

// A training step of one of the programs, on a fixed batch: its net, its objective with the solver, Adam; the settings
// are the program's defaults. The program's step without the reading of data and the sums for its metrics.
class Step {
 public:
  virtual ~Step() = default;

  // What the forward pass leaves on the tape.
  struct Values {
    Var output;  // of the net: logits of pixels, costs, distances
    Var loss;
  };

  // The whole step; returns the loss.
  double run();
  // Its three parts. Each forward pass starts on a cleared tape.
  Values forward();
  void backward(Var loss) { tape_.backward(loss); }
  void update();

  Tape& tape() { return tape_; }
  virtual Module& net() = 0;
  virtual const SolverDiagnostics& diagnostics() const = 0;
  // What the solver found in the last forward pass.
  const Tensor& solutions();
  // The noise that the next forward pass adds to the scores, [batch, 20, 20] in the DVAE; no elements elsewhere.
  virtual Tensor next_noise() const { return {}; }

 private:
  virtual Values record(Tape& tape) = 0;
  virtual Optimizer& optimizer() = 0;

  Tape tape_;
};

// The step with freshly initialised weights, the same ones each time.
std::unique_ptr<Step> make_step(const StepInfo& step);

// One function for each net, in a file of its own.
std::unique_ptr<Step> make_dvae_step(const StepInfo& step);
std::unique_ptr<Step> make_warcraft_step(const StepInfo& step);
std::unique_ptr<Step> make_globe_step(const StepInfo& step);

}  // namespace cotape::bench
