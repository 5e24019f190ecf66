#include <cotape/solvers/ilp/cbc.h>

#include <CbcBranchDynamic.hpp>
#include <CbcHeuristic.hpp>
#include <CbcModel.hpp>
#include <CbcSimpleIntegerDynamicPseudoCost.hpp>
#include <CglFlowCover.hpp>
#include <CglGomory.hpp>
#include <CglKnapsackCover.hpp>
#include <CglMixedIntegerRounding2.hpp>
#include <CglTwomir.hpp>
#include <CglZeroHalf.hpp>
#include <ClpSimplex.hpp>
#include <OsiClpSolverInterface.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace ilp {
namespace {

constexpr int keep_interrupt = 2;   // number of one of Clp's options
constexpr double tolerance = 1e-9;  // of constraints, of reduced costs, of whole numbers, and of improvements

bool infinite(double bound) { return std::isinf(bound); }
double for_cbc(double bound) { return infinite(bound) ? std::copysign(COIN_DBL_MAX, bound) : bound; }

// A linear program without its integers.
class Relaxation {
 public:
  Relaxation(const IlpInstance& instance, std::span<const double> cost) : instance_(instance) {
    const auto bounds = [](std::span<const double> from) {
      std::vector<double> to(from.size());
      std::transform(from.begin(), from.end(), to.begin(), for_cbc);
      return to;
    };
    lp_.messageHandler()->setLogLevel(0);
    lp_.getModelPtr()->setLogLevel(0);
    lp_.setHintParam(OsiDoReducePrint, true, OsiHintDo);
    lp_.setHintParam(OsiDoPresolveInInitial, false, OsiHintDo);
    ClpSolve options;
    options.setSpecialOption(keep_interrupt, 1);     // Clp would take Ctrl-C from the program while it solves
    options.setPresolveType(ClpSolve::presolveOff);  // it leaks
    lp_.setSolveOptions(options);
    lp_.loadProblem(static_cast<int>(instance.variables()), static_cast<int>(instance.rows()),
                    instance.first_factor().data(), instance.row_of_factor().data(), instance.factors().data(),
                    bounds(instance.lower()).data(), bounds(instance.upper()).data(), cost.data(),
                    bounds(instance.row_lower()).data(), bounds(instance.row_upper()).data());
    lp_.setDblParam(OsiPrimalTolerance, tolerance);
    lp_.setDblParam(OsiDualTolerance, tolerance);
  }

  OsiClpSolverInterface& lp() { return lp_; }

  Status solve() {
    lp_.initialSolve();
    if (status() == Status::failed) {  // once more, from nothing and in another way
      lp_.getModelPtr()->allSlackBasis(true);
      lp_.getModelPtr()->scaling(0);
      lp_.getModelPtr()->primal();
    }
    return status();
  }
  std::vector<double> values() const {
    const double* x = lp_.getColSolution();
    std::vector<double> out(x, x + instance_.variables());
    for (std::size_t j = 0; j < out.size(); ++j)
      out[j] = std::clamp(out[j], instance_.lower()[j], instance_.upper()[j]);
    return out;
  }
  void mark_integers() {
    for (int j = 0; j < lp_.getNumCols(); ++j)
      if (instance_.integer(j)) lp_.setInteger(j);
  }
  void fix(int variable, double value) { lp_.setColBounds(variable, value, value); }

 private:
  Status status() const {
    if (lp_.isProvenOptimal()) return Status::optimal;
    if (lp_.isProvenPrimalInfeasible()) return Status::infeasible;
    return lp_.isProvenDualInfeasible() ? Status::unbounded : Status::failed;
  }

  const IlpInstance& instance_;
  OsiClpSolverInterface lp_;
};

bool bounds_cross(const IlpInstance& instance) {
  const auto cross = [](std::span<const double> lower, std::span<const double> upper) {
    for (std::size_t i = 0; i < lower.size(); ++i)
      if (lower[i] > upper[i]) return true;
    return false;
  };
  return cross(instance.lower(), instance.upper()) || cross(instance.row_lower(), instance.row_upper());
}

// Integers become whole and the others what is best for them. False when that misses a constraint.
bool make_whole(const IlpInstance& instance, std::span<const double> cost, std::vector<double>& values) {
  Relaxation with_integers_fixed(instance, cost);
  for (std::int64_t j = 0; j < instance.variables(); ++j) {
    double& x = values[static_cast<std::size_t>(j)];
    if (!instance.integer(j)) continue;
    x = std::round(x) + 0.0;  // not −0
    with_integers_fixed.fix(static_cast<int>(j), x);
  }
  if (with_integers_fixed.solve() != Status::optimal) return false;
  const std::vector<double> best = with_integers_fixed.values();
  for (std::int64_t j = 0; j < instance.variables(); ++j)
    if (!instance.integer(j)) values[static_cast<std::size_t>(j)] = best[static_cast<std::size_t>(j)];
  return true;
}

bool whole(const IlpInstance& instance, const std::vector<double>& values) {
  for (std::int64_t j = 0; j < instance.variables(); ++j) {
    const double x = values[static_cast<std::size_t>(j)];
    if (instance.integer(j) && std::abs(x - std::round(x)) > tolerance) return false;
  }
  return true;
}

// For smaller programs more cuts and better branching take longer than finding the optimum without them.
bool large(const CbcModel& model) { return model.getNumRows() >= 50; }

// Not CglProbing: with it, CBC 2.10.8 proves wrong values for 1 small instance in 4,000.
void add_cuts(CbcModel& model) {
  CglGomory gomory;
  gomory.setLimit(300);
  CglKnapsackCover covers;
  CglMixedIntegerRounding2 rounding;
  CglFlowCover flow_covers;
  CglTwomir two_step_rounding;
  CglZeroHalf zero_half;
  constexpr int while_they_help = -1;
  if (large(model)) {
    gomory.setLimitAtRoot(1000);
    gomory.setAway(0.005);
  }
  model.addCutGenerator(&gomory, while_they_help, "gomory");
  model.addCutGenerator(&covers, while_they_help, "covers");
  model.addCutGenerator(&rounding, while_they_help, "rounding");
  model.addCutGenerator(&flow_covers, while_they_help, "flow covers");
  if (large(model)) {
    model.addCutGenerator(&two_step_rounding, while_they_help, "two-step rounding");
    model.addCutGenerator(&zero_half, while_they_help, "zero-half");
    constexpr int stop_when_the_bound_stays = -100;  // passes at most
    model.setMaximumCutPassesAtRoot(stop_when_the_bound_stays);
  }
}

// Branches on the variable whose branches have raised the bound most so far.
void branch_by_pseudo_costs(CbcModel& model) {
  std::vector<std::unique_ptr<CbcObject>> owners;
  std::vector<CbcObject*> objects;
  for (int j = 0; j < model.getNumCols(); ++j) {
    if (!model.isInteger(j)) continue;
    owners.push_back(std::make_unique<CbcSimpleIntegerDynamicPseudoCost>(&model, j, 1.0, 1.0));
    objects.push_back(owners.back().get());
  }
  model.addObjects(static_cast<int>(objects.size()), objects.data());
  CbcBranchDynamicDecision by_pseudo_costs;
  model.setBranchingMethod(&by_pseudo_costs);
}

// Branch and cut from a relaxation that has been solved.
Answer branch(const IlpInstance& instance, std::span<const double> cost, const IlpLimits& limits,
              Relaxation& relaxation) {
  relaxation.mark_integers();
  CbcModel model(relaxation.lp());
  model.setLogLevel(0);
  model.solver()->messageHandler()->setLogLevel(0);
  model.setDblParam(CbcModel::CbcIntegerTolerance, tolerance);
  model.setDblParam(CbcModel::CbcAllowableGap, 0);
  model.setDblParam(CbcModel::CbcAllowableFractionGap, 0);
  model.setDblParam(CbcModel::CbcCutoffIncrement, tolerance);
  model.setMaximumNodes(static_cast<int>(std::min<std::int64_t>(limits.nodes, std::numeric_limits<int>::max())));
  if (std::isfinite(limits.seconds)) {
    model.setUseElapsedTime(true);
    model.setMaximumSeconds(limits.seconds);
  }
  // No strong branching, whose "hot start" ends the program by a failed assertion on some instances of two rows.
  model.setNumberStrong(0);
  model.setNumberBeforeTrust(0);
  if (large(model)) branch_by_pseudo_costs(model);
  add_cuts(model);
  CbcRounding round(model);
  model.addHeuristic(&round, "rounding");
  model.branchAndBound();

  Answer answer;
  answer.nodes = model.getNodeCount();
  if (const double* best = model.bestSolution()) {
    answer.values.assign(best, best + instance.variables());
    if (!make_whole(instance, cost, answer.values)) return {};
  }
  if (model.isProvenOptimal() && !answer.values.empty()) {
    answer.status = Status::optimal;
  } else if (model.isProvenInfeasible()) {
    answer.status = Status::infeasible;
  } else if (model.isNodeLimitReached() || model.isSecondsLimitReached()) {
    answer.status = Status::limit;
    answer.bound = model.getBestPossibleObjValue();
  }
  return answer;
}

}  // namespace

Answer minimise(const IlpInstance& instance, std::span<const double> cost, const IlpLimits& limits) {
  if (bounds_cross(instance)) return {.status = Status::infeasible};
  Relaxation relaxation(instance, cost);
  Answer answer{.status = relaxation.solve()};
  if (answer.status == Status::unbounded) {  // or infeasible: which of them does not depend on the costs
    const std::vector<double> nothing(cost.size(), 0);
    const Status status = minimise(instance, nothing, limits).status;
    if (status != Status::optimal) return {.status = status};
  }
  if (answer.status != Status::optimal) return answer;
  answer.values = relaxation.values();
  if (!instance.has_integers()) {
    const double* duals = relaxation.lp().getRowPrice();
    const double* reduced = relaxation.lp().getReducedCost();
    answer.duals.assign(duals, duals + instance.rows());
    answer.reduced_costs.assign(reduced, reduced + instance.variables());
    return answer;
  }
  if (whole(instance, answer.values) && make_whole(instance, cost, answer.values)) return answer;
  return branch(instance, cost, limits, relaxation);
}

}  // namespace ilp
}  // namespace COTAPE_PRECISION
}  // namespace cotape
