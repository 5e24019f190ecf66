#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include <cotape/engine/base/parallel.h>
#include <cotape/engine/base/random.h>
#include <cotape/solvers/core/oracle.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

struct ChainOptions {
  real temperature = 1;      // t
  std::int64_t moves = 100;  // that are proposed
  std::int64_t burn_in = 0;  // the first of them, after which solutions do not count yet
};

// Throws ValueError unless t is positive and finite, moves ≥ 1 and 0 ≤ burn_in < moves.
void check(const ChainOptions& options);

// A walk over the solutions of an instance by the moves of a local search (Ability::neighbours), which comes to each
// with a probability that tends to ∝ e^⟨θ, y⟩/t: N. Metropolis and W. Hastings' chain. A move to y' is drawn from all
// moves of y, and made with probability min(1, e^(⟨θ, y' − y⟩/t)·|moves of y| / |moves of y'|). Wants moves that lead
// back, and from every solution to every other: it sees no others than those it can come to.
class Chain {
 public:
  // Starts at `start`, and calls see(y, times) for solutions that count: y was there after so many moves in a row.
  // Draws as the generator stands. Scores that are 0 outside of the real entries.
  using See = FunctionRef<void(std::span<const real> y, std::int64_t times)>;
  void walk(std::span<const real> scores, std::span<const real> start, const ChainOptions& options, Rng rng,
            const InstanceSolver& solver, See see);
  // The mean of those solutions.
  void find_mean(std::span<const real> scores, std::span<const real> start, const ChainOptions& options, Rng rng,
                 const InstanceSolver& solver);
  std::span<const double> mean() const { return mean_; }

 private:
  std::vector<real> here_, there_;
  std::vector<double> mean_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
