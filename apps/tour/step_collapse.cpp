#include <cotape/apps/tour/steps.h>
#include <cotape/engine/base/random.h>
#include <cotape/engine/ops.h>
#include <cotape/nn/optim/sgd.h>
#include <cotape/nn/train/training_step.h>
#include <cotape/solvers/layer/differentiable.h>
#include <cotape/solvers/losses/hamming.h>
#include <cotape/solvers/perturb/margins.h>
#include <cotape/solvers/rules/identity.h>
#include <cotape/solvers/select/topk.h>

#include <algorithm>
#include <cmath>
#include <memory>

namespace cotape::app {
namespace {

constexpr std::int64_t rows = 200, n = 10, k = 3;

// The share of a gradient that can change no answer: top k stays as it is when all scores of a row grow by the same
// number, along (1, …, 1), or by the same factor, along the row itself.
double wasted_share(const Tensor& gradient, const Tensor& scores) {
  double wasted = 0, all = 0;
  for (std::int64_t r = 0; r < rows; ++r) {
    double mean = 0, sum = 0, along = 0, squares = 0;
    for (std::int64_t i = r * n; i < (r + 1) * n; ++i) mean += static_cast<double>(scores[i]) / n;
    for (std::int64_t i = r * n; i < (r + 1) * n; ++i) {
      const auto g = static_cast<double>(gradient[i]), score = static_cast<double>(scores[i]) - mean;
      sum += g;
      along += g * score;
      squares += score * score;
      all += g * g;
    }
    wasted += sum * sum / n + along * along / squares;
  }
  return wasted / all;
}

// What the learned scores are like, and their answers when noise shakes the standardised scores.
struct Judgement {
  double norm = 0;   // of a row
  double gap = 0;    // from the lowest wanted to the highest other, of rows of norm 1
  double right = 0;  // share of answers that noise leaves as they are wanted
};

Judgement judge(const Tensor& scores, const Tensor& wanted, const Tensor& noise) {
  Tape tape{Gradients::off};
  const Tensor unit = standardize(tape.constant(scores)).value();
  Judgement outcome;
  for (std::int64_t r = 0; r < rows; ++r) {
    real squares = 0, lowest[2] = {2, 2}, highest[2] = {-2, -2};  // as they are; shaken
    for (std::int64_t i = r * n; i < (r + 1) * n; ++i) {
      squares += scores[i] * scores[i];
      for (const int shaken : {0, 1}) {
        const real score = unit[i] + (shaken ? 0.02F * noise[i] : 0);
        real& bound = wanted[i] > 0 ? lowest[shaken] : highest[shaken];
        bound = wanted[i] > 0 ? std::min(bound, score) : std::max(bound, score);
      }
    }
    outcome.norm += static_cast<double>(std::sqrt(squares)) / rows;
    outcome.gap += static_cast<double>(lowest[0] - highest[0]) / rows;
    outcome.right += (lowest[1] > highest[1]) * 1.0 / rows;
  }
  return outcome;
}

// Learns scores [rows, n] whose k largest are the wanted ones, under Identity. The gradient of the Hamming loss never
// rests; that of the l1 loss is zero where the answer is right.
void learn(Lesson& lesson, const std::string& name, bool rests, Projection projection, real margin) {
  Tensor start(Shape{rows, n}), hidden(Shape{rows, n}), noise(Shape{rows, n});
  Rng(7).normal(start);
  Rng(8).normal(hidden);
  Rng(9).normal(noise);
  Parameter scores("scores", start);
  Sgd optimizer({&scores}, {.lr = 10});
  const TopK top{.n = n, .k = k};
  const auto choose = differentiable(top, Identity{});
  Tape once;
  const Tensor wanted = choose(once.constant(hidden)).value();
  TrainingStep training(optimizer);
  double wasted = 0;
  auto inspector = std::make_unique<Inspector>(training.tape());
  for (int step = 0; step < 1000; ++step) {
    training.backward(training.forward([&](Tape& tape) {
      Var y_wanted = tape.constant(wanted);
      Var theta = project(tape.parameter(scores), projection, top.traits());
      if (margin > 0) theta = informed_margin(theta, y_wanted, margin, Sense::maximise);
      Var y = choose(theta);
      return rests ? l1_loss(y, y_wanted) : hamming_loss(y, y_wanted);
    }));
    if (step == 0) {
      wasted = wasted_share(scores.gradient(), start);
      Inspection page = inspector->inspection();
      page.title = name;
      lesson.show(page);
      inspector.reset();  // the first step is enough
    }
    training.update();
  }
  const Judgement outcome = judge(scores.value(), wanted, noise);
  lesson.say() << Lesson::cell(name, 44) << Lesson::cell(Lesson::cell(100 * wasted, 0) + " %")
               << Lesson::cell(outcome.norm) << Lesson::cell(outcome.gap) << Lesson::cell(100 * outcome.right, 0)
               << " %\n";
}

}  // namespace

void step_collapse(Lesson& lesson) {
  lesson.say() << Lesson::cell("", 44) << Lesson::cell("wasted") << Lesson::cell("norm") << Lesson::cell("gap")
               << "right when shaken\n";
  learn(lesson, "a loss that never rests", false, Projection::none, 0);
  learn(lesson, "… with a projection", false, Projection::standardize, 0);
  learn(lesson, "a loss that rests when the answer is right", true, Projection::none, 0);
  learn(lesson, "… with a projection", true, Projection::standardize, 0);
  learn(lesson, "… and a margin of 0.2", true, Projection::standardize, 0.2F);
}

}  // namespace cotape::app
