#pragma once
#include <span>
#include <string>
#include <vector>

#include <cotape/solvers/core/diagnostics.h>

namespace cotape::app {

// What a solver did in an epoch of training: sums that the training loop keeps, and the columns of metrics.csv that
// they become.
//   lambda                                        step in use, mean over the training steps
//   alpha                                         of AIMLE, after the epoch
//   solver_calls_forward, solver_calls_backward   instances solved
//   zero_gradient_share                           of instances whose gradient through the solver is exactly zero
//   clamped_share                                 of costs that were moved into the solver's domain
//   tied_share                                    of instances with more than one best answer, where it was asked for
inline constexpr std::size_t solver_sum_count = 9;

// Adds one training step: the diagnostics before and after it.
void add_solver_step(const SolverDiagnostics& before, const SolverDiagnostics& after, std::span<double> sums);

std::vector<std::string> solver_columns();
std::vector<double> solver_values(std::span<const double> sums, std::int64_t steps, double alpha);

// Columns of time, which come last: solver_seconds_forward, solver_seconds_backward.
std::vector<std::string> solver_time_columns();
std::vector<double> solver_times(const SolverDiagnostics& solver);

}  // namespace cotape::app
