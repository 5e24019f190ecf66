#include <cotape/engine/base/error.h>
#include <cotape/engine/kernels/map.h>
#include <cotape/engine/ops/arithmetic.h>
#include <cotape/solvers/core/shown_calls.h>
#include <cotape/solvers/losses/fenchel_young.h>
#include <cotape/solvers/losses/spo_plus.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// The best solutions by these costs. Nothing is differentiated.
Var best_solutions(const BatchOracle& oracle, Var costs) {
  return record(
      {"best_solutions", "none"}, {costs},
      [&](Forward& c) {
        oracle.check(c.in(0).shape());
        Tensor scores = c.scratch(c.in(0).shape());
        const real sign = oracle.traits().sense == Sense::minimise ? real(-1) : real(1);
        map(
            scores, [sign](real a) { return sign * a; }, c.in(0));
        const ShownCalls shown(*oracle.oracle(), costs);
        oracle.argmax(scores, c.out(c.in(0).shape()));
      },
      no_gradient);
}

void check_same_shape(Var predicted, Var costs) {
  if (predicted.shape() != costs.shape())
    fail<ShapeError>("spo_plus: shapes differ: predicted ", predicted.shape(), " costs ", costs.shape());
}

}  // namespace

Var spo_plus(const BatchOracle& oracle, Var predicted, Var costs, Var decisions) {
  check_same_shape(predicted, costs);
  Rng none(0);  // without noise nothing is drawn
  return fenchel_young(oracle, 2 * predicted - costs, decisions, {.epsilon = 0}, none);
}

Var spo_plus(const BatchOracle& oracle, Var predicted, Var costs) {
  check_same_shape(predicted, costs);
  return spo_plus(oracle, predicted, costs, best_solutions(oracle, costs));
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
