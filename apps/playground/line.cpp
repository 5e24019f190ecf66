#include <cotape/apps/playground/line.h>
#include <cotape/apps/playground/losses.h>
#include <cotape/engine/inspect/inspection.h>

#include <algorithm>
#include <cmath>

namespace cotape::app {
namespace {

// Scores in front of a rule, within the solver's domain.
Tensor scores_at(const Setup& setup, const Tensor& x) {
  Tensor costs = costs_at(setup.problem, x);
  move_into_domain(setup.problem, costs);
  Tape tape{Gradients::off};
  return projected_scores(setup, tape.view(costs)).value();
}

// What the solver has for scores that were moved: the value of its best solution, within its domain.
double best_value(const Setup& setup, std::span<const real> scores, std::span<const real> solution) {
  const Domain domain = setup.problem.traits().domain;
  const bool minimises = setup.problem.minimises();
  double sum = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const real cost = std::clamp(minimises ? -scores[i] : scores[i], domain.lower, domain.upper);
    sum += static_cast<double>((minimises ? -cost : cost) * solution[i]);
  }
  return sum;
}

std::span<const real> row_of(const Tensor& x, std::int64_t row, std::int64_t size) {
  return x.values().subspan(static_cast<std::size_t>(row * size), static_cast<std::size_t>(size));
}

// Points of a line through x, against a gradient.
struct Line {
  std::int64_t points = 61, here = 20;
  std::vector<double> t = {};
  Tensor x = {};  // [points, ...]
};

Line line_through(const Tensor& x, const Shape& shape, const Tensor& gradient) {
  Line line;
  const double norm = statistics(gradient).norm, length = statistics(x).norm;
  if (!(norm > 0) || !std::isfinite(norm)) return line;
  const double reach = 0.5 * (length > 0 ? length : 1);
  line.x = Tensor(shape.inserted(0, line.points));
  for (std::int64_t p = 0; p < line.points; ++p) {
    line.t.push_back(reach * static_cast<double>(p - line.here) / static_cast<double>(line.here));
    for (std::int64_t i = 0; i < x.size(); ++i)
      line.x[p * x.size() + i] = x[i] - static_cast<real>(line.t.back() / norm) * gradient[i];
  }
  return line;
}

// As many noisy copies at each point as are solved within a few milliseconds.
std::int64_t copies_for(const Setup& setup, const Line& line) {
  const std::int64_t most_calls = std::max<std::int64_t>(300, static_cast<std::int64_t>(6e5 / setup.problem.work));
  return std::clamp<std::int64_t>(most_calls / line.points, 4, 32);
}

}  // namespace

Json line(const Setup& setup, const std::string& rule, const Tensor& gradient) {
  const PlaygroundProblem& problem = setup.problem;
  Json answer = {{"rule", rule}};
  const Line way = line_through(problem.x, problem.shape, gradient);
  if (way.t.empty()) return answer;
  const std::int64_t entries = setup.wanted.size(), copies = copies_for(setup, way);
  const Tensor scores = scores_at(setup, way.x), solutions = solved(setup.problem, scores);

  // f(y) ≈ f(y₀) + ⟨dy₀, y − y₀⟩ with the solution y₀ here; exact for the Hamming loss and the regret.
  const Tensor here(problem.costs_shape(1), row_of(solutions, way.here, entries));
  const Tensor dy = loss_gradient(setup, here);
  double constant = loss_of(setup, here.values());
  for (std::int64_t i = 0; i < entries; ++i) constant -= static_cast<double>(dy[i] * here[i]);
  const double lambda = setting_or<double>(setup, "lambda", 20), sigma = setting_or<double>(setup, "sigma", 1);
  Tensor moved = scores;
  for (std::int64_t i = 0; i < moved.size(); ++i) moved[i] -= static_cast<real>(lambda) * dy[i % entries];
  const Tensor moved_solutions = solved(setup.problem, moved);

  // The same noise at every point.
  Tensor noise(problem.costs_shape(copies)), shaken(problem.costs_shape(way.points * copies));
  Rng rng(setup.seed);
  rng.normal(noise);
  for (std::int64_t p = 0; p < way.points; ++p)
    for (std::int64_t i = 0; i < copies * entries; ++i)
      shaken[p * copies * entries + i] = scores[p * entries + i % entries] + static_cast<real>(sigma) * noise[i];
  const Tensor shaken_solutions = solved(setup.problem, shaken);

  std::vector<double> loss, blackbox, smooth;
  for (std::int64_t p = 0; p < way.points; ++p) {
    const auto of = [&](const Tensor& all, std::int64_t row) { return loss_of(setup, row_of(all, row, entries)); };
    loss.push_back(of(solutions, p));
    blackbox.push_back(constant + (best_value(setup, row_of(scores, p, entries), row_of(solutions, p, entries)) -
                                   best_value(setup, row_of(moved, p, entries), row_of(moved_solutions, p, entries))) /
                                      lambda);
    double sum = 0;
    for (std::int64_t c = 0; c < copies; ++c) sum += of(shaken_solutions, p * copies + c);
    smooth.push_back(sum / static_cast<double>(copies));
  }
  answer["t"] = numbers_json(way.t);
  answer["loss"] = numbers_json(loss);
  answer["blackbox"] = numbers_json(blackbox);
  answer["smooth"] = numbers_json(smooth);
  answer["lambda"] = number_json(lambda);
  answer["sigma"] = number_json(sigma);
  answer["samples"] = copies;
  return answer;
}

Json own_line(const Setup& setup, const Tensor& gradient) {
  const PlaygroundProblem& problem = setup.problem;
  Json answer = {{"rule", name_of(setup.loss)}};
  Line way = line_through(problem.x, problem.shape, gradient);
  if (way.t.empty()) return answer;
  if (!problem.on_map) move_into_domain(problem, way.x);
  FenchelYoungOptions options = fenchel_young_options(setup), without = options;
  options.samples = std::min(options.samples, copies_for(setup, way));
  without.epsilon = 0;
  const auto oracle = std::make_shared<Oracle>(problem.solver);
  std::vector<double> loss, perceptron;
  for (std::int64_t p = 0; p < way.points; ++p) {
    const Tensor x(problem.shape.inserted(0, 1), row_of(way.x, p, problem.x.size()));
    const auto value = [&](const FenchelYoungOptions& of) {
      Tape tape{Gradients::off};
      Rng rng(setup.seed);  // the same noise at every point
      return static_cast<double>(own_loss(setup, oracle, tape.view(x), of, rng).loss.value().item());
    };
    loss.push_back(value(options));
    perceptron.push_back(value(without));
  }
  answer["t"] = numbers_json(way.t);
  answer["loss"] = numbers_json(loss);
  answer["perceptron"] = numbers_json(perceptron);
  answer["sigma"] = number_json(options.epsilon);
  answer["samples"] = options.samples;
  return answer;
}

}  // namespace cotape::app
