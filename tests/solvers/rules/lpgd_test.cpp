#include <doctest/doctest.h>

#include <limits>

#include <cotape/engine/base/error.h>
#include <cotape/solvers/layer/differentiable.h>
#include <cotape/solvers/rules/blackbox.h>
#include <cotape/solvers/rules/lpgd.h>
#include <cotape/solvers/select/enumerated.h>
#include <cotape/solvers/select/ranking.h>
#include <cotape/solvers/select/topk.h>

#include "../../near.h"
#include "../rule_runs.h"

using namespace cotape;

namespace {

// argmax_y' ⟨θ + step·dy, y'⟩ − ρ/2·‖y' − y‖² over the rows of a list, by the formula of the paper.
Tensor proximal_point(const Tensor& set, const Tensor& theta, const Tensor& dy, double step, double rho,
                      const Tensor& y) {
  const std::int64_t n = theta.size();
  std::int64_t best = 0;
  double most = -std::numeric_limits<double>::infinity();
  for (std::int64_t r = 0; r < set.shape()[0]; ++r) {
    double value = 0;
    for (std::int64_t i = 0; i < n; ++i) {
      const auto x = static_cast<double>(set[r * n + i]), from = static_cast<double>(y[i]);
      value +=
          (static_cast<double>(theta[i]) + step * static_cast<double>(dy[i])) * x - rho / 2 * (x - from) * (x - from);
    }
    if (value > most) {
      most = value;
      best = r;
    }
  }
  return Tensor({n}, set.values().subspan(static_cast<std::size_t>(best * n), static_cast<std::size_t>(n)));
}

// Any 0/1 vectors of length 6.
Tensor some_vectors(std::uint64_t seed) {
  Rng rng(seed);
  Tensor set(Shape{9, 6});
  for (real& entry : set.values()) entry = static_cast<real>(rng.below(2));
  return set;
}

}  // namespace

TEST_CASE("lpgd: the proximal points of all solutions, one by one") {
  std::int64_t held_back = 0, moved = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const Tensor set = some_vectors(seed), theta = standard_normal({6}, seed + 1000),
                 dy = standard_normal({6}, seed + 2000);
    const auto oracle = oracle_of(Enumerated{set});
    const Tensor y = solve(oracle, theta);
    const real tau = 2, rho = 1.5;
    const Tensor worse = proximal_point(set, theta, dy, 2, 1.5, y), better = proximal_point(set, theta, dy, -2, 1.5, y);
    Tensor target(Shape{6}), away(Shape{6}), central(Shape{6});
    for (std::int64_t i = 0; i < 6; ++i) {
      target[i] = (y[i] - better[i]) / 2;
      away[i] = (worse[i] - y[i]) / 2;
      central[i] = (worse[i] - better[i]) / 4;
    }
    CHECK(run_rule(Lpgd{tau, rho}, oracle, theta, dy).gradient == target);
    CHECK(run_rule(Lpgd{tau, rho, Side::away}, oracle, theta, dy).gradient == away);
    CHECK(run_rule(Lpgd{tau, rho, Side::central}, oracle, theta, dy).gradient == central);
    moved += better != y;
    held_back += better == y && run_rule(Blackbox{tau}, oracle, theta, dy).gradient != Tensor(Shape{6});
  }
  CHECK(moved > 20);
  CHECK(held_back > 20);
}

TEST_CASE("lpgd: without ρ it is Blackbox, bit for bit, for any solutions") {
  for (const Solver& solver : {Solver(TopK{.n = 6, .k = 2}), Solver(Ranking{.n = 6})})
    for (const Side side : {Side::target, Side::away, Side::central}) {
      const auto oracle = oracle_of(solver);
      const Tensor theta = standard_normal({20, 6}, 1), dy = standard_normal({20, 6}, 2);
      const RuleRun lpgd = run_rule(Lpgd{.tau = 3, .rho = 0, .side = side}, oracle, theta, dy);
      const RuleRun blackbox = run_rule(Blackbox{.lambda = 3, .side = side}, oracle, theta, dy);
      CHECK(lpgd.y == blackbox.y);
      CHECK(lpgd.gradient == blackbox.gradient);
    }
}

TEST_CASE("lpgd: in cost form it is [y(ω + τ·dy + ρ/2·(1 − 2y)) − y] / τ") {
  const auto cheapest = differentiable(Enumerated{all_subsets(3, 1), Sense::minimise}, Lpgd{.tau = 2, .rho = 1});
  for (const real reach : {real(0.9), real(1.1)}) {  // ω + 2dy = (2·reach, 0, 9): 1 is to be overcome
    Tape tape;
    const Var costs = tape.variable(Tensor({3}, {-1, 0, 9}));
    const Var y = cheapest(costs);
    tape.backward(y, Tensor({3}, {reach, 0, 0}));
    const real moved = 2 * reach - 1 > 1 ? real(0.5) : 0;
    CHECK(costs.gradient() == Tensor({3}, {-moved, moved, 0}));
  }
  CHECK(cheapest.diagnostics().lambda == 2);
  CHECK(cheapest.diagnostics().calls_forward == 2);
  CHECK(cheapest.diagnostics().calls_backward == 2);
}

TEST_CASE("lpgd: solutions other than of 0 and 1 are refused, where they are seen") {
  Tape tape;
  CHECK_THROWS_WITH_AS(Lpgd{}(tape.variable(Tensor({3}, {1, 2, 3})), oracle_of(Ranking{.n = 3})),
                       doctest::Contains("lpgd: with ρ = 0.1 solutions of 0 and 1 are needed, and ranking has 2 at "
                                         "instance 0, index 1"),
                       ValueError);
  // Two of the first item are what the moved scores ask for.
  const auto oracle = oracle_of(Enumerated{Tensor({3, 2}, {1, 0, 0, 1, 2, -1})});
  for (const Side side : {Side::target, Side::away, Side::central}) {
    const Var theta = tape.variable(Tensor({2, 2}, {0, 1, 0, 1}));
    const Var y = Lpgd{.tau = 3, .rho = 1, .side = side}(theta, oracle);
    CHECK(y.value() == Tensor({2, 2}, {0, 1, 0, 1}));
    const real towards = side == Side::away ? real(1) : real(-1);
    CHECK_THROWS_WITH_AS(tape.backward(y, Tensor({2, 2}, {0, 0, 2 * towards, -towards})),
                         doctest::Contains("enumerated has 2 at instance 1, index 0"), ValueError);
  }
}

TEST_CASE("lpgd: errors say what is wrong") {
  const auto oracle = oracle_of(TopK{.n = 3, .k = 1});
  Tape tape;
  const Var x = tape.variable(Tensor(Shape{3}));
  CHECK_THROWS_WITH_AS(Lpgd{.tau = 0}(x, oracle), doctest::Contains("lpgd: τ = 0 is not a positive number"),
                       ValueError);
  for (const real bad : {real(-1), std::numeric_limits<real>::infinity(), std::numeric_limits<real>::quiet_NaN()})
    CHECK_THROWS_WITH_AS((Lpgd{.rho = bad}(x, oracle)), doctest::Contains("is not a number of 0 or more"), ValueError);
}
