#include <cotape/apps/classify/class_loss.h>
#include <cotape/apps/classify/model.h>
#include <cotape/apps/classify/step.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/engine/ops.h>

#include <doctest/doctest.h>

#include <cmath>
#include <iterator>
#include <numbers>
#include <sstream>

#include "../../normal_tensor.h"

using namespace cotape;

namespace {

app::ClassifyOptions options_of(const std::string& arguments) {
  app::CommandLine line;
  app::ClassifyOptions options;
  options.add_to(line);
  std::istringstream words(arguments);
  line.parse({std::istream_iterator<std::string>(words), {}});
  return options;
}

constexpr std::int64_t classes = 4;
const std::vector<std::int64_t> labels = {2, 0, 3};

}  // namespace

TEST_CASE("vanilla_cnn has the published parameters") {
  Rng rng(1);
  const auto count = [&](const app::ClassifierSizes& sizes) {
    app::VanillaCnn net(sizes, rng);
    std::int64_t sum = 0;
    for (const Parameter* parameter : net.parameters()) sum += parameter->value().size();
    return sum;
  };
  CHECK(count({32, 32, 3, 10}) == 1250858);  // as Keras counts its CIFAR-10 example, the same net
  CHECK(count({28, 28, 1, 10}) == 1250858 - 576 - (2304 - 1600) * 512);
  CHECK_THROWS_WITH_AS(app::VanillaCnn({9, 28, 1, 10}, rng), doctest::Contains("9 × 28 pixels"), ValueError);
}

TEST_CASE("the Fenchel-Young loss with Gumbel noise is the cross-entropy of softmax(θ/ε), in expectation") {
  const double epsilon = 0.7, draws = 20000;
  const Tensor logits = normal_tensor({3, classes});
  const app::ClassLoss loss(options_of("--loss fenchel-young --noise gumbel --epsilon 0.7 --samples 20000"), classes);
  CHECK(loss.temperature() == real(0.7));
  Rng rng(5);
  Tape tape;
  const Var x = tape.variable(logits);
  const Var perturbed = loss(x, labels, rng);
  tape.backward(perturbed);

  Tape exact;
  const Var y = exact.variable(logits);
  const Var nats = cross_entropy(y / real(epsilon), labels);
  exact.backward(nats * real(epsilon));
  const double expected = epsilon * (nats.value().item() + std::numbers::egamma);
  // The value's deviation is at most ε times Gumbel's; that of a share is at most ½.
  CHECK(std::abs(perturbed.value().item() - expected) < 5 * epsilon * 1.29 / std::sqrt(3 * draws));
  for (std::int64_t i = 0; i < 3 * classes; ++i)
    CHECK(std::abs(x.gradient()[i] - y.gradient()[i]) < 5 * 0.5 / std::sqrt(draws) / 3);
  const Tensor shares = loss.probabilities(tape.constant(logits), rng).value();
  const Tensor softened = softmax(tape.constant(logits) / real(epsilon)).value();
  for (std::int64_t i = 0; i < 3 * classes; ++i) CHECK(std::abs(shares[i] - softened[i]) < 5 * 0.5 / std::sqrt(1000.0));
}

TEST_CASE("the discrete loss is the chance of a wrong class, and ReinMax's gradient that of it") {
  const double draws = 10000;
  const Tensor logits = normal_tensor({3, classes});
  const app::ClassLoss loss(options_of("--loss discrete --samples 10000"), classes);
  Rng rng(6);
  Tape tape;
  const Var x = tape.variable(logits);
  const Var drawn = loss(x, labels, rng);
  tape.backward(drawn);
  Tape exact;
  const Var y = exact.variable(logits);
  const std::vector<std::int64_t> places = {2, 0, 3};
  const Var wrong = mean(1 - gather(softmax(y), 1, places, {3, 1}));
  exact.backward(wrong);
  CHECK(std::abs(drawn.value().item() - wrong.value().item()) < 5 * 0.5 / std::sqrt(3 * draws));
  for (std::int64_t i = 0; i < 3 * classes; ++i)
    CHECK(std::abs(x.gradient()[i] - y.gradient()[i]) < 5 * 1.0 / std::sqrt(draws) / 3);
}

TEST_CASE("every loss makes the step that it says, with probabilities that add up to 1") {
  for (const char* arguments :
       {"--loss cross-entropy", "--loss sparsemax", "--loss fenchel-young --samples 50", "--loss discrete",
        "--loss fenchel-young --epsilon 0", "--loss discrete --rule imle --epsilon 0.5",
        "--loss discrete --rule perturbed --samples 3"}) {
    CAPTURE(arguments);
    const auto run = [&](int threads) {
      const ThreadLimit limit(threads);
      app::ClassifyStep step({12, 12, 1, classes}, options_of(arguments), Rng(1), Rng(2));
      const Tensor images = normal_tensor({3, 12, 12, 1});
      const app::ClassifyStep::Images on_tape = [&](Tape& tape) { return tape.view(images); };
      step.run(on_tape, labels);
      step.run(on_tape, labels);
      const auto before = step.frame().parts().tape().allocations();
      const auto values = step.run(on_tape, labels);
      CHECK(step.frame().parts().tape().allocations() == before);
      Rng rng(9);
      const Tensor p = step.loss().probabilities(values.logits, rng).value();
      for (std::int64_t r = 0; r < 3; ++r) {
        double sum = 0;
        for (std::int64_t c = 0; c < classes; ++c) {
          CHECK(p[r * classes + c] >= 0);
          sum += static_cast<double>(p[r * classes + c]);
        }
        CHECK(std::abs(sum - 1) < 1e-5);
      }
      return values.logits.value();
    };
    CHECK(run(1) == run(2));
  }
}
