#include <cotape/apps/common/train/solver_metrics.h>

namespace cotape::app {
namespace {

enum Sum : std::size_t {
  sum_lambda,
  sum_calls_forward,
  sum_calls_backward,
  sum_rows,
  sum_zero_rows,
  sum_entries,
  sum_clamped,
  sum_tie_checked,
  sum_tied,
  sum_count
};
static_assert(sum_count == solver_sum_count);

}  // namespace

void add_solver_step(const SolverDiagnostics& before, const SolverDiagnostics& after, std::span<double> sums) {
  const auto add = [&](Sum sum, std::int64_t SolverDiagnostics::*what) {
    sums[sum] += static_cast<double>(after.*what - before.*what);
  };
  sums[sum_lambda] += after.lambda;
  add(sum_calls_forward, &SolverDiagnostics::calls_forward);
  add(sum_calls_backward, &SolverDiagnostics::calls_backward);
  add(sum_rows, &SolverDiagnostics::rows);
  add(sum_zero_rows, &SolverDiagnostics::zero_rows);
  add(sum_entries, &SolverDiagnostics::entries);
  add(sum_clamped, &SolverDiagnostics::clamped);
  add(sum_tie_checked, &SolverDiagnostics::tie_checked);
  add(sum_tied, &SolverDiagnostics::tied);
}

std::vector<std::string> solver_columns() {
  return {"lambda",        "alpha",     "solver_calls_forward", "solver_calls_backward", "zero_gradient_share",
          "clamped_share", "tied_share"};
}

std::vector<double> solver_values(std::span<const double> sums, std::int64_t steps, double alpha) {
  const auto share = [&](Sum part, Sum whole) { return sums[whole] > 0 ? sums[part] / sums[whole] : 0; };
  return {sums[sum_lambda] / static_cast<double>(steps),
          alpha,
          sums[sum_calls_forward],
          sums[sum_calls_backward],
          share(sum_zero_rows, sum_rows),
          share(sum_clamped, sum_entries),
          share(sum_tied, sum_tie_checked)};
}

std::vector<std::string> solver_time_columns() { return {"solver_seconds_forward", "solver_seconds_backward"}; }

std::vector<double> solver_times(const SolverDiagnostics& solver) {
  return {solver.seconds_forward, solver.seconds_backward};
}

}  // namespace cotape::app
