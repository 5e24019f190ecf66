#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/solvers/relax/relaxations.h>
#include <cotape/solvers/select/topk.h>

#include "../../near.h"
#include "../rule_runs.h"

using namespace cotape;

namespace {

const Tensor theta({4}, {1, real(0.3), real(-0.5), 0});

struct Drawn {
  Tensor y, gradient;
};

Drawn draw(const std::function<Var(Var, Rng&)>& f, const Tensor& scores) {
  Tape tape;
  Rng rng(3);
  const Var x = tape.variable(scores);
  const Var y = f(x, rng);
  tape.backward(y, standard_normal(y.shape(), 2));
  return {y.value(), x.gradient()};
}

}  // namespace

TEST_CASE("gumbel_softmax: hard draws follow softmax") {
  // Frequencies over 20,000 independent rows within 4.5 standard errors; −Gumbel noise would be far off.
  const Drawn drawn =
      draw([](Var x, Rng& rng) { return gumbel_softmax(x, real(0.5), rng, Relaxed::hard); }, tiled(theta, 20000));
  Tape tape;
  CHECK(worst_deviation(drawn.y, softmax(tape.constant(theta)).value()) < 4.5);
  for (std::int64_t i = 0; i < 400; ++i) CHECK((drawn.y[i] == 0 || drawn.y[i] == 1));
}

TEST_CASE("relaxations: hard takes the largest of soft and keeps its gradient; soft tends to hard") {
  const Tensor scores = standard_normal({200, 6}, 1);
  using Relaxation = std::function<Var(Var, real, Rng&, Relaxed)>;
  const std::pair<std::int64_t, Relaxation> all[] = {
      {1, [](Var x, real t, Rng& rng, Relaxed form) { return gumbel_softmax(x, t, rng, form); }},
      {3, [](Var x, real t, Rng& rng, Relaxed form) { return softsub(x, 3, t, rng, form); }},
      {3, [](Var x, real t, Rng& rng, Relaxed form) { return concrete_subset(x, 3, t, rng, form); }}};
  for (const auto& [k, relaxation] : all) {
    const auto run = [&, f = &relaxation](real temperature, Relaxed form) {
      return draw([=](Var x, Rng& rng) { return (*f)(x, temperature, rng, form); }, scores);
    };
    const Drawn soft = run(1, Relaxed::soft), hard = run(1, Relaxed::hard);
    CHECK(hard.y == solve(oracle_of(TopK{.n = 6, .k = k}), soft.y));
    CHECK(hard.gradient == soft.gradient);
    CHECK(soft.gradient.finite());
    const Drawn cold = run(real(1e-3), Relaxed::soft);
    CHECK(cold.y.finite());
    CHECK(cold.gradient.finite());
    double whole = 0;  // entries at 0 or 1
    for (const real value : cold.y.values()) whole += value < 1e-3 || std::abs(value - 1) < 1e-3;
    CHECK(whole / static_cast<double>(cold.y.size()) > 0.98);
  }
}

TEST_CASE("softsub: entries sum to k, and cold it takes the k largest perturbed scores") {
  const Tensor scores = standard_normal({100, 6}, 1);
  Tape tape;
  Rng rng(3), same(3);
  const Var soft = softsub(tape.constant(scores), 3, real(0.8), rng);
  for (const real total : sum(soft, 1).value().values()) CHECK(total == doctest::Approx(3).epsilon(1e-5));
  Tensor noise(scores.shape());
  Noise(Gumbel{}).sample(noise, same);
  for (std::int64_t i = 0; i < noise.size(); ++i) noise[i] += scores[i];
  Rng again(3);
  const Var cold = softsub(tape.constant(scores), 3, real(1e-4), again, Relaxed::hard);
  CHECK(cold.value() == solve(oracle_of(TopK{.n = 6, .k = 3}), noise));
}

TEST_CASE("concrete_subset: entries lie in 0 … 1, sum to at most k; k = 1 is gumbel_softmax") {
  const Tensor scores = standard_normal({100, 6}, 1);
  Tape tape;
  Rng rng(3), same(3), again(3);
  const Var soft = concrete_subset(tape.constant(scores), 3, real(0.5), rng);
  for (const real total : sum(soft, 1).value().values()) CHECK((total > 0.9 && total < 3.001));
  CHECK(concrete_subset(tape.constant(scores), 1, real(0.5), same).value() ==
        gumbel_softmax(tape.constant(scores), real(0.5), again).value());
}

TEST_CASE("annealing: from start to end, and no further") {
  const Annealing temperature{.start = 1, .end = 0.5, .rate = 0.1};
  CHECK(temperature(0) == 1);
  CHECK(temperature(3) == doctest::Approx(std::exp(-0.3)));
  CHECK(temperature(7) == 0.5);
  CHECK(Annealing{}(10000) == doctest::Approx(std::exp(-0.3)));
  CHECK_THROWS_WITH_AS(temperature(-1), doctest::Contains("annealing: step -1 is negative"), ValueError);
}

TEST_CASE("relaxations: errors say what is wrong") {
  Tape tape;
  Rng rng(1);
  const Var x = tape.constant(theta);
  CHECK_THROWS_WITH_AS(gumbel_softmax(x, 0, rng), doctest::Contains("gumbel_softmax: temperature 0 is not a positive"),
                       ValueError);
  CHECK_THROWS_WITH_AS(softsub(x, 5, 1, rng), doctest::Contains("softsub: k = 5 is outside 1 … n = 4"), ValueError);
  CHECK_THROWS_WITH_AS(concrete_subset(x, 0, 1, rng), doctest::Contains("concrete_subset: k = 0"), ValueError);
  CHECK_THROWS_WITH_AS(softsub(x, 2, real(NAN), rng), doctest::Contains("temperature"), ValueError);
  CHECK_THROWS_WITH_AS(gumbel_softmax(tape.constant(Tensor::scalar(1)), 1, rng), doctest::Contains("a scalar"),
                       ShapeError);
}
