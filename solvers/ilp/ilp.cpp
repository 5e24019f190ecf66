#include <cotape/engine/base/error.h>
#include <cotape/solvers/ilp/cbc.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr int exponent_of_largest = 6;  // costs come to CBC with the largest from 64 on and below 128

void check_limits(const IlpLimits& limits) {
  if (limits.nodes < 1) fail<ValueError>("ilp: a limit of ", limits.nodes, " nodes is not positive");
  if (!(limits.seconds > 0)) fail<ValueError>("ilp: a limit of ", limits.seconds, " s is not positive");
}

// CBC's answer for costs that are multiplied by a power of two, as all numbers in it are; throws when there is none.
struct Scaled {
  ilp::Answer answer;
  int exponent = 0;

  double unscaled(double number) const { return std::ldexp(number, -exponent); }
};

Scaled find_best(const IlpInstance& instance, std::vector<double>& costs, Sense sense, const IlpLimits& limits) {
  double largest = 0;
  for (const double c : costs) largest = std::max(largest, std::abs(c));
  Scaled scaled{.answer = {}, .exponent = largest == 0 ? 0 : exponent_of_largest - std::ilogb(largest)};
  for (double& c : costs) c = std::ldexp(sense == Sense::minimise ? c : -c, scaled.exponent);
  scaled.answer = ilp::minimise(instance, costs, limits);
  switch (scaled.answer.status) {
    case ilp::Status::infeasible:
      fail<SolverError>("no values satisfy all ", instance.rows(), " constraints and the bounds of the variables");
    case ilp::Status::unbounded:
      fail<SolverError>("the objective is unbounded: whatever the values, there are better ones");
    case ilp::Status::failed:
      fail<SolverError>(
          "CBC found no solution that holds, and no proof that there is none: the numbers differ too much "
          "in size");
    case ilp::Status::optimal:
    case ilp::Status::limit:
      break;
  }
  return scaled;
}

double sum_of_products(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace

SolverTraits Ilp::traits() const {
  if (n < 1) fail<ValueError>("ilp: n = ", n, " is not positive");
  if (fixed.variables() > n) fail<ValueError>("ilp: ", fixed.variables(), " fixed variables for n = ", n);
  check_limits(limits);
  return {.name = "ilp",
          .sense = sense,
          .shape = {n},
          .ties = "the solution that the search meets, always the same for the same instance and costs"};
}

void Ilp::solve(std::span<const real> costs, const Instance& instance, std::span<real> solution) const {
  if (instance.variables() == 0) fail<SolverError>("there are no variables: give instance data, or `fixed`");
  if (instance.variables() > n) fail<SolverError>(instance.variables(), " variables for n = ", n);
  std::vector<double> wide(costs.begin(), costs.begin() + instance.variables());
  const Scaled found = find_best(instance, wide, sense, limits);
  const ilp::Answer& answer = found.answer;
  if (answer.status == ilp::Status::limit) {
    const double sign = sense == Sense::minimise ? 1 : -1;
    const double bound = sign * found.unscaled(answer.bound);
    const char* better = sense == Sense::minimise ? " costs less than " : " is worth more than ";
    if (answer.values.empty())
      fail<SolverError>("stopped at its limit after ", answer.nodes, " nodes: no solution", better, bound,
                        ", and none was found");
    fail<SolverError>("stopped at its limit after ", answer.nodes, " nodes: no solution", better, bound,
                      ", the best one found gives ", sign * found.unscaled(sum_of_products(wide, answer.values)));
  }
  std::fill(solution.begin(), solution.end(), real(0));
  for (std::size_t j = 0; j < answer.values.size(); ++j) solution[j] = static_cast<real>(answer.values[j]);
}

void Ilp::normals(std::span<const real> solution, const Instance& instance, Normals& to) const {
  if (instance.variables() > n) fail<SolverError>(instance.variables(), " variables for n = ", n);
  std::vector<std::vector<Normals::Term>> rows(static_cast<std::size_t>(instance.rows()));
  for (std::int64_t j = 0; j < instance.variables(); ++j)
    for (int k = instance.first_factor()[j]; k < instance.first_factor()[j + 1]; ++k)
      rows[instance.row_of_factor()[k]].push_back({j, instance.factors()[k]});
  // Adds the constraint, or the bounds, of these terms as far as their sum reaches them.
  const auto add = [&](std::span<const Normals::Term> terms, double lower, double upper) {
    constexpr double rounding = std::max(1e-8, 16 * static_cast<double>(std::numeric_limits<real>::epsilon()));
    double sum = 0, size = 0;
    for (const Normals::Term& term : terms) {
      const double part = term.factor * static_cast<double>(solution[term.entry]);
      sum += part;
      size += std::abs(part);
    }
    const auto reaches = [&](double bound) {
      return std::isfinite(bound) && std::abs(sum - bound) <= rounding * std::max(size, std::abs(bound));
    };
    const bool at_lower = reaches(lower), at_upper = reaches(upper);
    if (!at_lower && !at_upper) return;
    at_lower&& at_upper ? to.begin_equation() : to.begin_inequality();
    for (const Normals::Term& term : terms) to.add(term.entry, at_upper ? term.factor : -term.factor);
  };
  for (std::int64_t i = 0; i < instance.rows(); ++i) add(rows[i], instance.row_lower()[i], instance.row_upper()[i]);
  for (std::int64_t j = 0; j < instance.variables(); ++j) {
    const Normals::Term variable{j, 1};
    add({&variable, 1}, instance.lower()[j], instance.upper()[j]);
  }
}

void Ilp::mask(const Instance& instance, std::span<real> mask) const {
  std::fill_n(mask.begin(), std::min(instance.variables(), n), real(1));
}

IlpResult solve_ilp(const IlpInstance& instance, std::span<const double> costs, Sense sense, const IlpLimits& limits) {
  const auto start = std::chrono::steady_clock::now();
  check_limits(limits);
  if (std::ssize(costs) != instance.variables())
    fail<ShapeError>("solve_ilp: ", costs.size(), " costs for ", instance.variables(), " variables");
  for (std::size_t j = 0; j < costs.size(); ++j)
    if (!std::isfinite(costs[j])) fail<ValueError>("solve_ilp: cost ", costs[j], " of variable ", j, " is not finite");
  IlpResult result;
  if (instance.variables() == 0) fail<SolverError>("solve_ilp: there are no variables");
  std::vector<double> scaled(costs.begin(), costs.end());
  Scaled found = find_best(instance, scaled, sense, limits);
  ilp::Answer& answer = found.answer;
  const double sign = sense == Sense::minimise ? 1 : -1;
  result.optimal = answer.status == ilp::Status::optimal;
  result.nodes = answer.nodes;
  result.values = std::move(answer.values);
  if (!result.values.empty()) result.objective = sum_of_products(costs, result.values);
  result.bound = result.optimal ? result.objective : sign * found.unscaled(answer.bound);
  result.duals = std::move(answer.duals);
  result.reduced_costs = std::move(answer.reduced_costs);
  for (std::vector<double>* all : {&result.duals, &result.reduced_costs})
    for (double& price : *all) price = sign * found.unscaled(price);
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return result;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
