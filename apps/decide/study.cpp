#include <cotape/apps/decide/study.h>
#include <cotape/data/sets/dataset.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/ops.h>
#include <cotape/nn/layers/init.h>
#include <cotape/nn/layers/linear.h>
#include <cotape/nn/optim/adam.h>
#include <cotape/nn/train/training_step.h>
#include <cotape/solvers/core/oracle.h>

#include <chrono>
#include <cmath>

namespace cotape::app {
namespace {

// The best decisions by these costs.
Tensor decide(const Solver& solver, const Tensor& costs, const Instances& data) {
  Tensor scores = costs, decisions(costs.shape());
  if (solver.traits().sense == Sense::minimise)
    for (real& score : scores.values()) score = -score;
  Oracle(solver).argmax(scores, decisions, Phase::forward, data);
  return decisions;
}

// ⟨c, y⟩ of every instance.
std::vector<double> values_of(const Tensor& costs, const Tensor& decisions) {
  std::vector<double> values(static_cast<std::size_t>(costs.shape()[0]));
  const std::int64_t n = values.empty() ? 0 : costs.size() / costs.shape()[0];
  for (std::int64_t i = 0; i < costs.size(); ++i)
    values[static_cast<std::size_t>(i / n)] += static_cast<double>(costs[i]) * static_cast<double>(decisions[i]);
  return values;
}

Tensor as_tensor(const std::vector<double>& values) {
  Tensor out(Shape{std::ssize(values)});
  for (std::int64_t i = 0; i < out.size(); ++i) out[i] = static_cast<real>(values[static_cast<std::size_t>(i)]);
  return out;
}

std::vector<double> row(const Tensor& matrix, std::int64_t i) {
  const std::int64_t n = matrix.size() / matrix.shape()[0];
  return {matrix.data() + i * n, matrix.data() + (i + 1) * n};
}

DecisionProblem checked(DecisionProblem problem) {
  const auto check = [&](const char* which, const Tensor& features, const Tensor& costs) {
    const Shape& solved = problem.solver.traits().shape;
    const bool fits = features.shape().rank() == 2 && costs.shape().rank() > 0 && costs.shape().without(0) == solved;
    if (!fits || costs.shape()[0] != features.shape()[0] || costs.size() == 0 ||
        features.shape()[1] != problem.features.shape()[1])
      fail<ShapeError>("DecisionStudy: ", which, " features ", features.shape(), " and costs ", costs.shape(), " of ",
                       problem.solver.traits().name, ", which takes ", solved,
                       "; [instances, features] and [instances, ...] are wanted, as many features in both sets");
  };
  check("training", problem.features, problem.costs);
  check("test", problem.test_features, problem.test_costs);
  return problem;
}

}  // namespace

DecisionStudy::DecisionStudy(DecisionProblem problem)
    : problem_(checked(std::move(problem))),
      decisions_(decide(problem_.solver, problem_.costs, problem_.data)),
      values_(as_tensor(values_of(problem_.costs, decisions_))),
      test_decisions_(decide(problem_.solver, problem_.test_costs, problem_.test_data)) {}

DecisionResult DecisionStudy::train(const std::string& loss, const StudySettings& settings, std::int64_t shown,
                                    std::uint64_t seed, const std::function<bool()>& stopped) const {
  if (shown < 0 || shown >= problem_.test_costs.shape()[0])
    fail<ValueError>("DecisionStudy::train: instance ", shown, " of ", problem_.test_costs.shape()[0],
                     " is to be shown");
  const Rng rng(seed);
  const Shape& costs = problem_.costs.shape();
  const std::int64_t features = problem_.features.shape()[1], n = costs.size() / costs[0];
  Rng start = rng.split(0), noise = rng.split(1);
  Linear model(features, n, {}, start);
  const real reach = 1 / std::sqrt(static_cast<real>(features));
  for (Parameter* parameter : model.parameters()) init::uniform(parameter->mutable_value(), -reach, reach, start);
  Adam adam(model.parameters(), {.lr = settings.rate});
  TrainingStep training(adam);
  BatchOrder order(costs[0], settings.batch, rng.split(2));
  const DecisionLoss made = make_decision_loss(loss, problem_.solver, settings.losses);

  DecisionResult result{.loss = loss, .regret = {}};
  const std::vector<double> best = values_of(problem_.test_costs, test_decisions_);
  double scale = 0;
  for (const double value : best) scale += std::abs(value);
  const double sign = problem_.solver.traits().sense == Sense::minimise ? 1 : -1;
  Tensor predicted(problem_.test_costs.shape());
  const auto judge = [&] {
    training.tape().clear();
    predicted.copy_from(model(training.tape().view(problem_.test_features)).value());
    const Tensor decisions = decide(problem_.solver, predicted, problem_.test_data);
    const std::vector<double> values = values_of(problem_.test_costs, decisions);
    double regret = 0;
    for (std::size_t i = 0; i < values.size(); ++i) regret += sign * (values[i] - best[i]);
    result.regret.push_back(regret / scale);
    result.predicted = row(predicted, shown);
    result.decision = row(decisions, shown);
  };
  judge();
  for (std::int64_t epoch = 0; epoch < settings.epochs; ++epoch) {
    const auto begin = std::chrono::steady_clock::now();
    for (std::int64_t i = 0; i < order.batches(); ++i) {
      if (stopped && stopped()) return result;
      const auto batch = order.indices(epoch, i);
      training.run([&](Tape& tape) {
        const auto rows = [&](const Tensor& table) { return gather_rows(tape.view(table), batch); };
        const Var x = model(rows(problem_.features));
        return made.loss({.predicted = reshape(x, costs.with(0, std::ssize(batch))),
                          .costs = rows(problem_.costs),
                          .decisions = rows(decisions_),
                          .values = rows(values_),
                          .data = problem_.data.given() ? problem_.data.select(batch) : Instances()},
                         noise);
      });
    }
    result.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    judge();
  }
  result.solves = made.diagnostics().calls();
  return result;
}

}  // namespace cotape::app
