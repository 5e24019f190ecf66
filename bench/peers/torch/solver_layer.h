#pragma once
#include <torch/types.h>

#include <cotape/solvers/core/oracle.h>

namespace cotape::bench::peer {

// A combinatorial solver under the rule Identity, as an op of libtorch's autograd. libtorch has no such solvers, so it
// is cotape's that runs, for a batch and on all threads as there: both engines then solve the same instances alike.
class SolverLayer {
 public:
  explicit SolverLayer(Solver solver) : oracle_(std::move(solver)) {}

  // Solutions of x, which ends in the solver's shape: scores of a maximising solver, costs of a minimising one. The
  // gradient of the solutions becomes that of the scores.
  torch::Tensor operator()(const torch::Tensor& x);

  // From now on solves nothing and gives these solutions: numbers that two engines compute differ in their last digits,
  // and a solution may hang on them.
  void replay(const torch::Tensor& solutions) { replayed_ = solutions; }

  bool minimises() const { return oracle_.traits().sense == Sense::minimise; }
  // What the op computes.
  torch::Tensor solve(const torch::Tensor& x);

 private:
  Oracle oracle_;
  Tensor scores_, solutions_;  // kept from call to call for their memory
  torch::Tensor replayed_;
};

}  // namespace cotape::bench::peer
