#include <cotape/engine/base/error.h>
#include <cotape/engine/kernels/map.h>
#include <cotape/engine/kernels/rows.h>
#include <cotape/solvers/core/score_range.h>
#include <cotape/solvers/losses/inner_product.h>
#include <cotape/solvers/losses/regret.h>

#include <cmath>
#include <limits>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr double first_delta = 0x1p-8, last_delta = 0x1p-20, delta_factor = 0x1p-4;

// Costs in score form, y = argmax ⟨θ, y⟩, padding 0.
Tensor scores_of(const BatchOracle& oracle, const Tensor& costs) {
  Tensor scores(costs.shape());
  const real sign = oracle.traits().sense == Sense::minimise ? real(-1) : real(1);
  map(
      scores, [sign](real a) { return sign * a; }, costs);
  if (oracle.padded()) {
    Tensor mask(Shape{oracle.data().size(), oracle.traits().shape.size()});
    oracle.fill_mask(mask);
    oracle.clear_padding(scores, mask);
  }
  oracle.check_finite(scores);
  return scores;
}

void check(const BatchOracle& oracle, const Tensor& predicted, const Tensor& costs, const RegretOptions& options) {
  if (predicted.shape() != costs.shape())
    fail<ShapeError>("regret: shapes differ: predicted ", predicted.shape(), " costs ", costs.shape());
  if (!(options.tolerance >= 0) || std::isinf(options.tolerance))
    fail<ValueError>("regret: tolerance = ", options.tolerance, " is not a finite number of 0 or more");
  oracle.check(costs.shape());
}

double largest(const real* x, std::int64_t n) {
  double top = 0;
  for (std::int64_t i = 0; i < n; ++i) top = std::max(top, std::abs(static_cast<double>(x[i])));
  return top;
}

// moved = θ̂ − δ·θ, θ scaled to the size of θ̂. Where θ̂ is 0, everything is equally good.
void move_against(const BatchOracle& oracle, const Tensor& predicted, const Tensor& right, double delta,
                  Tensor& moved) {
  const std::int64_t n = oracle.traits().shape.size();
  for_rows(moved.size() / n, n, [&](std::int64_t row) {
    const real *theta = predicted.data() + row * n, *truth = right.data() + row * n;
    const double size = largest(theta, n), true_size = largest(truth, n);
    const double step = true_size > 0 ? (size > 0 ? delta * size : 1) / true_size : 0;
    for (std::int64_t i = 0; i < n; ++i)
      moved[row * n + i] = static_cast<real>(static_cast<double>(theta[i]) - step * static_cast<double>(truth[i]));
  });
  const ScoreRange range(oracle.traits());
  for (std::int64_t i = 0; i < moved.size(); ++i)
    if (moved[i] != predicted[i] && !range.holds(moved[i])) {
      const real cost = oracle.traits().sense == Sense::minimise ? -moved[i] : moved[i];
      fail<ValueError>("regret: the worst of several best decisions is looked for by other costs, and ",
                       oracle.traits().name, " takes none like ", cost, " at instance ", i / n, ", index ", i % n);
    }
}

// Puts the worst of the equally good decisions in the place of the solver's own. Returns for how many instances none
// was found.
std::int64_t take_worst(const BatchOracle& oracle, Tensor predicted, const Tensor& right, double tolerance,
                        Tensor& decisions) {
  const ScoreRange range(oracle.traits());
  for (real& score : predicted.values()) score = range.nearest(score);  // what was solved
  const std::int64_t n = oracle.traits().shape.size(), rows = n > 0 ? decisions.size() / n : 0;
  Tensor moved(predicted.shape()), found(predicted.shape());
  std::vector<bool> settled(static_cast<std::size_t>(rows), false);
  std::int64_t left = rows;
  for (double delta = first_delta; delta >= last_delta && left > 0; delta *= delta_factor) {
    move_against(oracle, predicted, right, delta, moved);
    oracle.argmax(moved, found);
    for (std::int64_t row = 0; row < rows; ++row) {
      if (settled[row]) continue;
      const real *theta = predicted.data() + row * n, *truth = right.data() + row * n, *other = found.data() + row * n;
      real* own = decisions.data() + row * n;
      const double lost = inner_product(theta, own, n) - inner_product(theta, other, n);
      if (lost > tolerance * largest(theta, n)) continue;
      settled[row] = true;
      --left;
      if (inner_product(truth, other, n) < inner_product(truth, own, n)) std::copy_n(other, n, own);
    }
  }
  return left;
}

}  // namespace

double Regret::total() const {
  double sum = 0;
  for (const double regret : regrets) sum += regret;
  return sum;
}

double Regret::share() const {
  double size = 0;
  for (const double value : values) size += std::abs(value);
  const double regret = total();
  return regret == 0 ? 0 : regret / size;
}

Regret regret(const BatchOracle& oracle, const Tensor& predicted, const Tensor& costs, const Tensor& decisions,
              const RegretOptions& options) {
  check(oracle, predicted, costs, options);
  if (decisions.shape() != costs.shape())
    fail<ShapeError>("regret: shapes differ: costs ", costs.shape(), " decisions ", decisions.shape());
  const Tensor theta = scores_of(oracle, predicted), truth = scores_of(oracle, costs);
  Regret result;
  result.decisions = Tensor(costs.shape());
  oracle.argmax(theta, result.decisions);
  if (options.ties == TiedDecisions::worst)
    result.unsettled = take_worst(oracle, theta, truth, options.tolerance, result.decisions);
  const std::int64_t n = oracle.traits().shape.size();
  const double sign = oracle.traits().sense == Sense::minimise ? -1 : 1;
  for (std::int64_t first = 0; first < costs.size(); first += n) {
    const double best = inner_product(truth.data() + first, decisions.data() + first, n);
    result.values.push_back(sign * best);
    result.regrets.push_back(best - inner_product(truth.data() + first, result.decisions.data() + first, n));
  }
  return result;
}

Regret regret(const BatchOracle& oracle, const Tensor& predicted, const Tensor& costs, const RegretOptions& options) {
  check(oracle, predicted, costs, options);
  Tensor decisions(costs.shape());
  oracle.argmax(scores_of(oracle, costs), decisions);
  return regret(oracle, predicted, costs, decisions, options);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
