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
#include <limits>
#include <utility>

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

// [rows, features] of as many predictions as the model is asked for, and their costs [instances, ...] again.
Var predict(Linear& model, Var features, const DecisionProblem& problem) {
  const Shape& shape = features.shape();
  const Var rows = shape.rank() == 3 ? reshape(features, {shape[0] * shape[1], shape[2]}) : features;
  const Var costs = reshape(model(rows), problem.costs.shape().with(0, shape[0]));
  return problem.typical_cost ? *problem.typical_cost * exp(costs) : costs;
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
    const Shape &solved = problem.solver.traits().shape, &given = features.shape();
    const bool by_cost = given.rank() == 3 && given[1] == solved.size();
    const bool fits = (given.rank() == 2 || by_cost) && costs.shape().rank() > 0 && costs.shape().without(0) == solved;
    if (!fits || costs.shape()[0] != given[0] || costs.size() == 0 ||
        given.without(0) != problem.features.shape().without(0))
      fail<ShapeError>(
          "DecisionStudy: ", which, " features ", given, " and costs ", costs.shape(), " of ",
          problem.solver.traits().name, ", which takes ", solved,
          "; [instances, features] or [instances, costs, features], and costs [instances, ...] are wanted, "
          "as many features in all sets");
  };
  check("training", problem.features, problem.costs);
  check("test", problem.test_features, problem.test_costs);
  if (problem.validation_costs.size() > 0) check("validation", problem.validation_features, problem.validation_costs);
  return problem;
}

}  // namespace

std::vector<double> numbers_of(const DecisionResult& result) {
  std::vector<double> numbers = {static_cast<double>(result.chosen), result.seconds, static_cast<double>(result.solves),
                                 static_cast<double>(result.predicted.size())};
  for (const auto& more : {result.predicted, result.decision, result.regret})
    numbers.insert(numbers.end(), more.begin(), more.end());
  return numbers;
}

DecisionResult decision_result(const std::string& loss, std::span<const double> numbers) {
  DecisionResult result{.loss = loss,
                        .regret = {},
                        .chosen = static_cast<std::int64_t>(numbers[0]),
                        .seconds = numbers[1],
                        .solves = static_cast<std::int64_t>(numbers[2])};
  const auto costs = static_cast<std::size_t>(numbers[3]);
  const auto part = [&](std::size_t begin, std::size_t count) {
    const auto of = numbers.subspan(begin, count);
    return std::vector<double>(of.begin(), of.end());
  };
  result.predicted = part(4, costs);
  result.decision = part(4 + costs, costs);
  result.regret = part(4 + 2 * costs, numbers.size() - 4 - 2 * costs);
  return result;
}

DecisionStudy::DecisionStudy(DecisionProblem problem)
    : problem_(checked(std::move(problem))),
      decisions_(decide(problem_.solver, problem_.costs, problem_.data)),
      values_(as_tensor(values_of(problem_.costs, decisions_))),
      test_decisions_(decide(problem_.solver, problem_.test_costs, problem_.test_data)),
      validation_decisions_(problem_.validation_costs.size() > 0
                                ? decide(problem_.solver, problem_.validation_costs, problem_.validation_data)
                                : Tensor()) {}

DecisionResult DecisionStudy::train(const std::string& loss, const StudySettings& settings, std::int64_t shown,
                                    std::uint64_t seed, const std::function<bool()>& stopped) const {
  if (shown < 0 || shown >= problem_.test_costs.shape()[0])
    fail<ValueError>("DecisionStudy::train: instance ", shown, " of ", problem_.test_costs.shape()[0],
                     " is to be shown");
  const bool validates = validation_decisions_.size() > 0;
  if (settings.plateau && !validates)
    fail<ValueError>(
        "DecisionStudy::train: the learning rate is to fall with the regret on a validation set, and there "
        "is none");
  const Rng rng(seed);
  const Shape &costs = problem_.costs.shape(), &given = problem_.features.shape();
  const std::int64_t features = given[given.rank() - 1], entries = costs.size() / costs[0];
  Rng start = rng.split(0), noise = rng.split(1);
  Linear model(features, given.rank() == 3 ? 1 : entries, {}, start);
  const real reach = 1 / std::sqrt(static_cast<real>(features));
  for (Parameter* parameter : model.parameters()) init::uniform(parameter->mutable_value(), -reach, reach, start);
  Adam adam(model.parameters(), {.lr = settings.rate});
  std::optional<Plateau> plateau;
  if (settings.plateau) {
    PlateauOptions options = *settings.plateau;
    options.rate = settings.rate;
    plateau.emplace(options);
  }
  TrainingStep training(adam);
  BatchOrder order(costs[0], settings.batch, rng.split(2));
  const DecisionLoss made =
      decision_loss(loss).make({problem_.solver, decisions_, problem_.data.given(),
                                problem_.polytope ? &*problem_.polytope : nullptr, problem_.typical_cost.has_value()},
                               settings.losses);

  std::shared_ptr<LastSolutions> last;
  if (settings.warm_starts && problem_.solver.can(Ability::warm_start)) {
    last = std::make_shared<LastSolutions>(costs[0], entries);
    for (std::int64_t i = 0; i < costs[0]; ++i) last->keep(i, decisions_.values().subspan(i * entries, entries));
  }
  const auto data_of = [&](std::span<const std::int64_t> batch) {
    const Instances data = problem_.data.given() ? problem_.data.select(batch) : Instances();
    return last ? data.starting_from(last, batch) : data;
  };

  DecisionResult result{.loss = loss, .regret = {}};
  const auto judge = [&](const Tensor& known, const Tensor& true_costs, const Tensor& right, const Instances& data) {
    training.tape().clear();
    Tensor predicted(true_costs.shape());
    predicted.copy_from(predict(model, training.tape().view(known), problem_).value());
    Regret judged = regret(BatchOracle(std::make_shared<Oracle>(problem_.solver), data), predicted, true_costs, right,
                           {.ties = settings.ties});
    return std::pair(std::move(judged), std::move(predicted));
  };
  const DecisionPolicy policy = [&](const Tensor& known) {
    training.tape().clear();
    return decide(problem_.solver, predict(model, training.tape().view(known), problem_).value(), {});
  };
  double best = std::numeric_limits<double>::infinity();
  const auto judge_epoch = [&](std::int64_t epoch) {
    const auto [judged, predicted] =
        judge(problem_.test_features, problem_.test_costs, test_decisions_, problem_.test_data);
    result.regret.push_back(problem_.test_regret ? problem_.test_regret(policy) : judged.share());
    if (validates) {
      const double share = judge(problem_.validation_features, problem_.validation_costs, validation_decisions_,
                                 problem_.validation_data)
                               .first.share();
      if (plateau && epoch > 0) adam.set_learning_rate(plateau->update(share));
      if (epoch > 0 && !(share < best)) return;
      if (epoch > 0) best = share;
    }
    result.chosen = epoch;
    result.predicted = row(predicted, shown);
    result.decision = row(judged.decisions, shown);
  };
  judge_epoch(0);
  for (std::int64_t epoch = 0; epoch < settings.epochs; ++epoch) {
    const auto begin = std::chrono::steady_clock::now();
    for (std::int64_t i = 0; i < order.batches(); ++i) {
      if (stopped && stopped()) return result;
      const auto batch = order.indices(epoch, i);
      training.run([&](Tape& tape) {
        const auto rows = [&](const Tensor& table) { return gather_rows(tape.view(table), batch); };
        return made.loss({.predicted = predict(model, rows(problem_.features), problem_),
                          .costs = rows(problem_.costs),
                          .decisions = rows(decisions_),
                          .values = rows(values_),
                          .data = data_of(batch),
                          .examples = batch},
                         noise);
      });
    }
    result.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    judge_epoch(epoch + 1);
  }
  result.solves = made.diagnostics().calls();
  return result;
}

}  // namespace cotape::app
