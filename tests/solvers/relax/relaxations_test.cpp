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

namespace {

using SubsetRelaxation = std::function<Var(Var, const Instances&, real, Rng&, Relaxed)>;
const std::pair<const char*, SubsetRelaxation> of_instances[] = {
    {"softsub",
     [](Var x, const Instances& of, real t, Rng& rng, Relaxed form) { return softsub(x, of, t, rng, form); }},
    {"concrete_subset",
     [](Var x, const Instances& of, real t, Rng& rng, Relaxed form) { return concrete_subset(x, of, t, rng, form); }}};

}  // namespace

TEST_CASE("relaxations: instances that are all alike are those without instances") {
  const Tensor scores = standard_normal({30, 6}, 1);
  const std::vector<TopKInstance> alike(30, TopKInstance{.k = 3});
  for (const Relaxed form : {Relaxed::soft, Relaxed::hard}) {
    const Drawn plain = draw([&](Var x, Rng& rng) { return softsub(x, 3, real(0.7), rng, form); }, scores);
    const Drawn same = draw([&](Var x, Rng& rng) { return softsub(x, alike, real(0.7), rng, form); }, scores);
    CHECK(same.y == plain.y);
    CHECK(same.gradient == plain.gradient);
    const Drawn concrete = draw([&](Var x, Rng& rng) { return concrete_subset(x, 3, real(0.7), rng, form); }, scores);
    const Drawn again = draw([&](Var x, Rng& rng) { return concrete_subset(x, alike, real(0.7), rng, form); }, scores);
    CHECK(again.y == concrete.y);
    CHECK(again.gradient == concrete.gradient);
  }
}

TEST_CASE("softsub: an instance with padding is the smaller instance in closed form, whatever the padding's scores") {
  // Noise is drawn for the padding too, columns 0 and 3.
  Tensor scores = standard_normal({2, 6}, 1), noise(scores.shape());
  Rng same(3);
  Noise(Gumbel{}).sample(noise, same);
  const std::vector<TopKInstance> padded(2, TopKInstance{.k = 2, .allowed = {0, 1, 1, 0, 1, 1}});
  const std::int64_t places[] = {1, 2, 4, 5};
  for (const real padding : {real(0), real(1e20), real(-1e20)}) {
    for (std::int64_t i = 0; i < scores.size(); ++i)
      if (i % 6 == 0 || i % 6 == 3) scores[i] = padding;
    const Drawn drawn = draw([&](Var x, Rng& rng) { return softsub(x, padded, real(0.7), rng); }, scores);
    // p + softmax((θ + log(1 − p))/τ) with p = softmax(θ/τ)
    for (std::int64_t b = 0; b < 2; ++b) {
      double raised[4], p[4], q[4], first = 0, second = 0;
      for (int i = 0; i < 4; ++i) {
        const std::int64_t at = b * 6 + places[i];
        raised[i] = static_cast<double>(scores[at] + noise[at]);
        first += p[i] = std::exp(raised[i] / 0.7);
      }
      for (int i = 0; i < 4; ++i) second += q[i] = std::exp((raised[i] + std::log(1 - (p[i] /= first))) / 0.7);
      for (int i = 0; i < 4; ++i)
        CHECK(static_cast<double>(drawn.y[b * 6 + places[i]]) == doctest::Approx(p[i] + q[i] / second).epsilon(1e-4));
      for (const std::int64_t i : {b * 6, b * 6 + 3}) {
        CHECK(drawn.y[i] == 0);
        CHECK(drawn.gradient[i] == 0);
      }
    }
    CHECK(drawn.gradient.finite());
  }
}

TEST_CASE("relaxations: instances of different k and marks") {
  const std::vector<TopKInstance> different = {{.k = 3, .allowed = {}},
                                               {.k = 1, .allowed = {1, 0, 1, 0, 1}},
                                               {.k = 2, .allowed = {0, 1, 0, 0, 1}},  // no choice
                                               {.k = 0, .allowed = {1, 1, 1, 1, 1}},
                                               {.k = 0, .allowed = {0, 0, 0, 0, 0}}};
  const Tensor scores = standard_normal({5, 5}, 1);
  for (const auto& [name, relaxation] : of_instances) {
    const std::string called = name;
    CAPTURE(called);
    const auto run = [&, f = &relaxation](Relaxed form) {
      return draw([&, f](Var x, Rng& rng) { return (*f)(x, different, real(0.6), rng, form); }, scores);
    };
    const Drawn soft = run(Relaxed::soft), hard = run(Relaxed::hard);
    Tensor expected(soft.y.shape());
    oracle_of(TopK{.n = 5, .k = 1})->argmax(soft.y, expected, Phase::forward, different);
    CHECK(hard.y == expected);
    CHECK(hard.gradient == soft.gradient);
    CHECK(soft.gradient.finite());
    for (std::int64_t row = 0; row < 5; ++row) {
      const TopKInstance& one = different[static_cast<std::size_t>(row)];
      double total = 0, moved = 0;
      for (std::int64_t i = 0; i < 5; ++i) {
        const bool may = one.allowed.empty() || one.allowed[static_cast<std::size_t>(i)] != 0;
        if (!may) CHECK(soft.y[row * 5 + i] == 0);
        total += static_cast<double>(soft.y[row * 5 + i]);
        moved += std::abs(static_cast<double>(soft.gradient[row * 5 + i]));
      }
      CHECK((total > 0.9 || one.k == 0));
      CHECK(total < static_cast<double>(one.k) + 1e-4);
      CHECK((moved > 0) == (row < 2));  // the others leave no choice
    }
    CHECK(soft.y[11] == 1);
    CHECK(soft.y[14] == 1);
    CHECK(static_cast<double>(soft.y[5] + soft.y[7] + soft.y[9]) == doctest::Approx(1).epsilon(1e-5));
  }
}

TEST_CASE("relaxations: instances that do not fit are refused") {
  Tape tape;
  Rng rng(1);
  const Var x = tape.constant(standard_normal({2, 4}, 1));
  for (const auto& [name, relaxation] : of_instances) {
    const auto refusal = [&, f = &relaxation](const Instances& instances) -> std::string {
      try {
        (*f)(x, instances, 1, rng, Relaxed::soft);
      } catch (const ValueError& error) {
        return error.what();
      }
      return "nothing";
    };
    const std::string start = std::string(name) + ": ";
    CHECK(refusal({}) == start + "the instances are no TopKInstance");
    CHECK(refusal(std::vector<int>{1, 2}) == start + "the instances are no TopKInstance");
    CHECK(refusal(std::vector<TopKInstance>(3)) == start + "3 instances for 2 rows of [2,4]");
    CHECK(refusal(std::vector<TopKInstance>{{}, {.k = 2, .allowed = {1, 0, 0, 0}}}) ==
          start + "instance 1: k = 2 is outside 0 … 1 scores that may be chosen");
    CHECK(refusal(std::vector<TopKInstance>{{.k = 1, .allowed = {1}}, {}}) ==
          start + "instance 0: 1 marks for 4 scores");
  }
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
