#pragma once
#include <vector>

#include <cotape/solvers/core/oracle.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Which decision is judged where several are equally good by the predicted costs: the one that the solver takes, or the
// worst of them by the true costs (Elmachtoub & Grigas 2022, definition 2: the unambiguous regret), so that nobody is
// saved by the solver's rule for ties.
enum class TiedDecisions { solvers_own, worst };

struct RegretOptions {
  TiedDecisions ties = TiedDecisions::solvers_own;
  // For `worst`: decisions count as equally good when their predicted values differ by at most this share of the
  // largest |predicted cost| of the instance.
  double tolerance = 1e-6;
};

// What decisions by predicted costs cost more, by the true costs, than the right ones; or are worth less.
struct Regret {
  Tensor decisions = {};             // that were judged: of the costs' shape
  std::vector<double> regrets = {};  // of each instance; ≥ 0 where the solver is exact
  std::vector<double> values = {};   // of the right decision of each instance, by the true costs
  std::int64_t unsettled = 0;        // instances whose worst decision was not found: the solver's own was judged

  double total() const;
  // Σ regret / Σ |value|, the share that PyEPO reports; 0 when there is no regret.
  double share() const;
};

// ⟨c, w*(ĉ)⟩ − z*(c) of predicted costs ĉ and true costs c: a measure, without gradient. One solver call; for the worst
// of tied decisions up to four more: the solver is given ĉ − δc with δ that falls from 2⁻⁸ to 2⁻²⁰. The first answer
// that is among the best by ĉ is then among the worst of these by c. It needs an exact solver and, for a solver with a
// bounded domain, costs that stay within it.
// predicted, costs, decisions: [batch, …solver's shape]; `decisions` are the right ones.
// Throws ShapeError when shapes differ or do not fit the solver, ValueError for costs that are not finite, a tolerance
// that is negative or not a number, and ĉ − δc outside the solver's domain: names the instance.
Regret regret(const BatchOracle& oracle, const Tensor& predicted, const Tensor& costs, const Tensor& decisions,
              const RegretOptions& options = {});
// The same where the right decisions are not known: they are solved for, another call.
Regret regret(const BatchOracle& oracle, const Tensor& predicted, const Tensor& costs,
              const RegretOptions& options = {});

}  // namespace COTAPE_PRECISION
}  // namespace cotape
