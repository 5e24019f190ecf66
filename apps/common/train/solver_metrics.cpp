#include <cotape/apps/common/train/solver_metrics.h>

namespace cotape::app {

std::vector<std::string> solver_columns() {
  return {"lambda",        "alpha",     "solver_calls_forward", "solver_calls_backward", "zero_gradient_share",
          "clamped_share", "tied_share"};
}

std::vector<std::string> solver_time_columns() { return {"solver_seconds_forward", "solver_seconds_backward"}; }

std::vector<std::string> with_solver_columns(std::vector<std::string> own, const std::vector<std::string>& times) {
  for (const auto& more : {solver_columns(), times, solver_time_columns()})
    own.insert(own.end(), more.begin(), more.end());
  return own;
}

void record_solver_step(Meter& meter, const SolverDiagnostics& before, const SolverDiagnostics& after) {
  const auto added = [&](std::int64_t SolverDiagnostics::*what) {
    return static_cast<double>(after.*what - before.*what);
  };
  using D = SolverDiagnostics;
  meter.mean("lambda", after.lambda);
  meter.sum("solver_calls_forward", added(&D::calls_forward));
  meter.sum("solver_calls_backward", added(&D::calls_backward));
  meter.share("zero_gradient_share", added(&D::zero_rows), added(&D::rows));
  meter.share("clamped_share", added(&D::clamped), added(&D::entries));
  meter.share("tied_share", added(&D::tied), added(&D::tie_checked));
  meter.sum("solver_seconds_forward", after.seconds_forward - before.seconds_forward);
  meter.sum("solver_seconds_backward", after.seconds_backward - before.seconds_backward);
}

void record_solver_epoch(Meter& meter, double alpha) { meter.latest("alpha", alpha); }

void record_solver_epoch(Meter& meter, const SolverDiagnostics& solver, double step_seconds) {
  meter.latest("solver_share", step_seconds > 0 ? solver.seconds() / step_seconds : 0);
  record_solver_epoch(meter, solver.alpha);
}

}  // namespace cotape::app
