#include <doctest/doctest.h>

#include <cotape/solvers/core/diagnostics.h>

using namespace cotape;

TEST_CASE("diagnostics: shares are of the whole, and 0 of nothing") {
  SolverDiagnostics seen;
  CHECK(seen.zero_share() == 0);
  CHECK(seen.clamped_share() == 0);
  CHECK(seen.tied_share() == 0);
  seen.rows = 8;
  seen.zero_rows = 2;
  seen.entries = 10;
  seen.clamped = 5;
  seen.tie_checked = 4;
  seen.tied = 3;
  CHECK(seen.zero_share() == 0.25);
  CHECK(seen.clamped_share() == 0.5);
  CHECK(seen.tied_share() == 0.75);
}

TEST_CASE("diagnostics: reset clears the counts and keeps λ and α") {
  SolverDiagnostics seen;
  seen.calls_forward = 3;
  seen.calls_backward = 4;
  seen.seconds_forward = 0.5;
  seen.seconds_backward = 0.25;
  seen.lambda = 20;
  seen.alpha = 2;
  CHECK(seen.calls() == 7);
  CHECK(seen.seconds() == 0.75);
  seen.reset();
  CHECK(seen == SolverDiagnostics{.lambda = 20, .alpha = 2});
}
