#pragma once
#include <cstdint>
#include <functional>

#include <cotape/engine/base/tensor.h>
#include <cotape/solvers/core/diagnostics.h>
#include <cotape/solvers/core/solver.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Which pass a solver call is counted under.
enum class Phase { forward, backward };

// A solver for batches, in score form: y(θ) = argmax_y ⟨θ, y⟩ whatever the solver's own sense. It owns what every
// gradient rule would otherwise repeat: the sign, the clamp into the solver's domain, the loop over instances, the
// rejection of non-finite scores, the counting. Used from one thread at a time; works with all of them.
class Oracle {
 public:
  explicit Oracle(Solver solver) : solver_(std::move(solver)) {}

  const Solver& solver() const { return solver_; }
  const SolverTraits& traits() const { return solver_.traits(); }

  // Number of instances in scores of this shape: the last axes are the solver's shape, those before count instances.
  // Throws ShapeError when the last axes differ.
  std::int64_t instances(const Shape& scores) const;

  // Solves every instance; `solutions` has the shape of `scores`. A minimising solver is given cost = −score. Costs
  // outside the solver's domain are moved to its nearest bound and counted in diagnostics().clamped. Same bits for
  // any number of threads; no heap memory once the largest batch has been seen.
  // Throws ShapeError when shapes do not fit, ValueError for a NaN or infinite score, SolverError when an instance
  // has no solution; the latter two name the first such instance, and `solutions` is then partly written.
  void argmax(const Tensor& scores, Tensor& solutions, Phase phase = Phase::forward);

  // Counts the instances of a gradient with respect to scores, and those whose elements are all exactly zero.
  // Throws ShapeError as instances() does.
  void count_gradient(const Tensor& gradient);

  // Whether argmax asks the solver about ties (diagnostics().tied); off at first, because it takes time.
  void count_ties(bool on) { count_ties_ = on; }

  // Calls `see` after each argmax with what went in and came out, for inspection; an empty function: nobody sees.
  using Seen = std::function<void(const Tensor& scores, const Tensor& solutions, Phase phase)>;
  void on_argmax(Seen see) { seen_ = std::move(see); }

  SolverDiagnostics& diagnostics() { return diagnostics_; }
  const SolverDiagnostics& diagnostics() const { return diagnostics_; }

 private:
  Solver solver_;
  SolverDiagnostics diagnostics_;
  Seen seen_;
  bool count_ties_ = false;
  Tensor costs_;  // of the whole batch, when they are not the scores themselves; kept from call to call
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
