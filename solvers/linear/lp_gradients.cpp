#include <cotape/engine/base/error.h>
#include <cotape/solvers/linear/lp_gradients.h>
#include <cotape/solvers/linear/proximal.h>

#include <cmath>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

LpGradients zeros(const IlpInstance& instance) {
  const auto variables = static_cast<std::size_t>(instance.variables()),
             rows = static_cast<std::size_t>(instance.rows());
  LpGradients all;
  for (std::vector<double>* one : {&all.costs, &all.lower, &all.upper}) one->assign(variables, 0);
  for (std::vector<double>* one : {&all.row_lower, &all.row_upper}) one->assign(rows, 0);
  all.factors.assign(instance.factors().size(), 0);
  return all;
}

// Adds factor·∇L(z).
void add_gradients(const IlpInstance& instance, const IlpResult& z, double factor, Sense sense, LpGradients& to) {
  // A price belongs to the bound that it keeps the values away from.
  const auto share = [&](double price, double& lower, double& upper) {
    ((price > 0) == (sense == Sense::minimise) ? lower : upper) += factor * price;
  };
  for (std::size_t i = 0; i < z.duals.size(); ++i) share(z.duals[i], to.row_lower[i], to.row_upper[i]);
  for (std::size_t j = 0; j < z.values.size(); ++j) {
    share(z.reduced_costs[j], to.lower[j], to.upper[j]);
    to.costs[j] += factor * z.values[j];
    for (int k = instance.first_factor()[j]; k < instance.first_factor()[j + 1]; ++k)
      to.factors[k] -= factor * z.duals[instance.row_of_factor()[k]] * z.values[j];
  }
}

void check(const IlpInstance& instance, const IlpResult& best, const char* name) {
  for (std::int64_t j = 0; j < instance.variables(); ++j)
    if (instance.integer(j))
      fail<ValueError>(name, ": variable ", j, " is an integer, and only programs without integers have duals");
  if (!best.optimal) fail<ValueError>(name, ": the values are not proven to be the best");
  if (std::ssize(best.values) != instance.variables() || std::ssize(best.reduced_costs) != instance.variables() ||
      std::ssize(best.duals) != instance.rows())
    fail<ShapeError>(name, ": a result of ", best.values.size(), " variables and ", best.duals.size(), " rows for an ",
                     "instance of ", instance.variables(), " and ", instance.rows());
}

void check_numbers(const IlpInstance& instance, std::span<const double> numbers, const char* what) {
  if (std::ssize(numbers) != instance.variables())
    fail<ShapeError>("lpgd: ", numbers.size(), " entries of ", what, " for ", instance.variables(), " variables");
  for (std::size_t j = 0; j < numbers.size(); ++j)
    if (!std::isfinite(numbers[j])) fail<ValueError>("lpgd: entry ", j, " of ", what, " is not finite");
}

}  // namespace

LpGradients value_gradients(const IlpInstance& instance, const IlpResult& best, Sense sense) {
  check(instance, best, "value_gradients");
  LpGradients all = zeros(instance);
  add_gradients(instance, best, 1, sense, all);
  return all;
}

std::vector<LpgdPoint> lpgd_points(const IlpInstance& instance, std::span<const double> costs, const IlpResult& best,
                                   std::span<const double> dx, const LpgdOptions& options, Sense sense) {
  const double tau = options.tau, rho = options.rho;
  const Side side = options.side;
  check(instance, best, "lpgd");
  check_numbers(instance, costs, "the costs");
  check_numbers(instance, dx, "dx");
  if (!(tau > 0) || !std::isfinite(tau)) fail<ValueError>("lpgd: τ = ", tau, " is not a positive number");
  if (!(rho >= 0) || !std::isfinite(rho)) fail<ValueError>("lpgd: ρ = ", rho, " is not a number of 0 or more");
  const double sign = sense == Sense::minimise ? 1 : -1;
  std::vector<double> moved(costs.size());
  const auto moved_by = [&](double step) {
    for (std::size_t j = 0; j < moved.size(); ++j) moved[j] = costs[j] + sign * step * dx[j];
    return rho > 0 ? solve_proximal(instance, moved, best.values, rho, sense) : solve_ilp(instance, moved, sense);
  };
  const double factor = sign / (static_cast<double>(steps_apart(side)) * tau);
  std::vector<LpgdPoint> points;
  points.push_back({factor, side == Side::away ? best : moved_by(tau)});
  points.push_back({-factor, side == Side::target ? best : moved_by(-tau)});
  return points;
}

LpGradients lpgd_gradients(const IlpInstance& instance, std::span<const double> costs, const IlpResult& best,
                           std::span<const double> dx, const LpgdOptions& options, Sense sense) {
  LpGradients all = zeros(instance);
  for (const LpgdPoint& one : lpgd_points(instance, costs, best, dx, options, sense))
    add_gradients(instance, one.point, one.factor, sense, all);
  return all;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
