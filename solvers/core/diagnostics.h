#pragma once
#include <cstdint>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// What a differentiable solver did since the last reset. Counts are the same for any number of threads.
struct SolverDiagnostics {
  std::int64_t calls_forward = 0;  // instances solved
  std::int64_t calls_backward = 0;
  double seconds_forward = 0;  // wall-clock time in the solver, all threads together
  double seconds_backward = 0;
  std::int64_t rows = 0;         // gradient rows seen, one an instance
  std::int64_t zero_rows = 0;    // … whose elements are all exactly zero
  std::int64_t entries = 0;      // costs handed to the solver
  std::int64_t clamped = 0;      // … moved into its domain
  std::int64_t tie_checked = 0;  // instances for which the solver could tell whether the optimum is unique
  std::int64_t tied = 0;         // … and it is not
  double lambda = 0;             // step in use by the rule, 0 where it has none
  double alpha = 0;              // factor of λ that the rule adapts, 0 where it adapts none

  std::int64_t calls() const { return calls_forward + calls_backward; }
  double seconds() const { return seconds_forward + seconds_backward; }

  // Shares of the whole, 0 when nothing was seen.
  double zero_share() const { return share(zero_rows, rows); }
  double clamped_share() const { return share(clamped, entries); }
  double tied_share() const { return share(tied, tie_checked); }

  // Starts counting anew; λ and α stay.
  void reset() { *this = SolverDiagnostics{.lambda = lambda, .alpha = alpha}; }

  bool operator==(const SolverDiagnostics&) const = default;

 private:
  static double share(std::int64_t part, std::int64_t whole) {
    return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0;
  }
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
