#pragma once
#include <string>
#include <vector>

#include <cotape/nn/train/meter.h>
#include <cotape/solvers/core/diagnostics.h>

namespace cotape::app {

// What a solver did in an epoch of training, as columns of metrics.csv:
//   lambda                                        step in use, mean over the training steps
//   alpha                                         of AIMLE, after the epoch
//   solver_calls_forward, solver_calls_backward   instances solved
//   zero_gradient_share                           of instances whose gradient through the solver is exactly zero
//   clamped_share                                 of costs that were moved into the solver's domain
//   tied_share                                    of instances with more than one best answer, where it was asked for
// and of time, over all processes.
std::vector<std::string> solver_columns();
// Columns of time, which come last: solver_seconds_forward, solver_seconds_backward.
std::vector<std::string> solver_time_columns();
// A program's columns, then the solver's, then the program's `times`, then the solver's.
std::vector<std::string> with_solver_columns(std::vector<std::string> own, const std::vector<std::string>& times = {});

// Records one training step: the diagnostics before and after it.
void record_solver_step(Meter& meter, const SolverDiagnostics& before, const SolverDiagnostics& after);
// Records what is known at the end of an epoch: alpha.
void record_solver_epoch(Meter& meter, double alpha);
// The same, and solver_share: of the steps' time that this process spent in the solver. It comes before an evaluation
// that calls the solver.
void record_solver_epoch(Meter& meter, const SolverDiagnostics& solver, double step_seconds);

}  // namespace cotape::app
