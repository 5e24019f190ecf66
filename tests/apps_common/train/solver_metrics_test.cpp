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
  Meter meter;
  record_solver_step(meter, before, after);
  after.lambda = 5;
  SolverDiagnostics later = after;  // of a step that took time alone
  later.seconds_forward = after.seconds_forward + 1;
  later.seconds_backward = after.seconds_backward + 2;
  record_solver_step(meter, after, later);
  record_solver_epoch(meter, 0.5);
  const auto values = [](const Meter& of, const std::vector<std::string>& names) {
    std::vector<double> found;
    for (const std::string& name : names) found.push_back(of.value(name));
    return found;
  };
  //                                                λ, α, calls forward and backward, zero, clamped, tied
  CHECK(values(meter, solver_columns()) == std::vector<double>{4, 0.5, 4, 8, 0.25, 0.25, 0.5});
  CHECK(values(meter, solver_time_columns()) == std::vector<double>{1, 2});
  Meter idle;
  record_solver_step(idle, {}, {});
  record_solver_epoch(idle, 0);
  CHECK(values(idle, solver_columns()) == std::vector<double>(7));
}

TEST_CASE("solver metrics: a program's columns, its times, and the solver's share of the steps") {
  const std::vector<std::string> all = with_solver_columns({"loss", "accuracy"}, {"solver_share"});
  CHECK(all == std::vector<std::string>{"loss", "accuracy", "lambda", "alpha", "solver_calls_forward",
                                        "solver_calls_backward", "zero_gradient_share", "clamped_share", "tied_share",
                                        "solver_share", "solver_seconds_forward", "solver_seconds_backward"});
  SolverDiagnostics solver{.seconds_forward = 1, .seconds_backward = 2};
  solver.alpha = 0.25;
  Meter meter;
  record_solver_epoch(meter, solver, 12);
  CHECK(meter.value("solver_share") == 0.25);
  CHECK(meter.value("alpha") == 0.25);
  record_solver_epoch(meter, solver, 0);
  CHECK(meter.value("solver_share") == 0);
}
