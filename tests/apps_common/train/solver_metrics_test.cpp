#include <cotape/apps/common/train/solver_metrics.h>
#include <doctest/doctest.h>

using namespace cotape;
using namespace cotape::app;

TEST_CASE("solver metrics: sums of steps become columns") {
  SolverDiagnostics before{.calls_forward = 10, .rows = 10, .entries = 100, .lambda = 1};
  SolverDiagnostics after{.calls_forward = 14,
                          .calls_backward = 8,
                          .rows = 14,
                          .zero_rows = 1,
                          .entries = 180,
                          .clamped = 20,
                          .tie_checked = 4,
                          .tied = 2,
                          .lambda = 3};
  std::vector<double> sums(solver_sum_count);
  add_solver_step(before, after, sums);
  after.lambda = 5;
  add_solver_step(after, after, sums);  // a step that solved nothing
  CHECK(solver_columns().size() == solver_values(sums, 2, 0).size());
  //                                                  λ, α, calls forward and backward, zero, clamped, tied
  CHECK(solver_values(sums, 2, 0.5) == std::vector<double>{4, 0.5, 4, 8, 0.25, 0.25, 0.5});
  CHECK(solver_values(std::vector<double>(solver_sum_count), 1, 0) == std::vector<double>(7));
  CHECK(solver_times({.seconds_forward = 1, .seconds_backward = 2}) == std::vector<double>{1, 2});
}
