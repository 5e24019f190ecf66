#include <cotape/engine/base/error.h>
#include <cotape/engine/base/random.h>
#include <cotape/engine/ops.h>
#include <cotape/solvers/core/oracle.h>
#include <cotape/solvers/layer/differentiable.h>
#include <cotape/solvers/rules/blackbox.h>
#include <cotape/solvers/rules/imle.h>
#include <cotape/solvers/tsp/tsp.h>

#include <doctest/doctest.h>

#include <algorithm>

using namespace cotape;

namespace {

// The largest of n scores, which writes down where it began: 10 + the place of the start's 1, or 0.
struct Noting {
  std::int64_t n = 3;

  SolverTraits traits() const { return {.name = "noting", .sense = Sense::maximise, .shape = {n}}; }
  void solve(std::span<const real> score, std::span<real> solution) const {
    solution[std::max_element(score.begin(), score.end()) - score.begin()] = 1;
  }
  void solve(std::span<const real> score, std::span<const real> start, std::span<real> solution) const {
    solve(score, solution);
    for (std::int64_t i = 0; i < n; ++i)
      if (start[i] != 0) solution[i] += 10;
  }
};

// Symmetric costs [batch, n, n], with a part that changes from step to step.
Tensor drifting_costs(std::int64_t batch, std::int64_t n, real drift, Rng& rng, const Tensor& first) {
  Tensor costs(Shape{batch, n, n}), change(costs.shape());
  rng.normal(change);
  for (std::int64_t b = 0; b < batch; ++b)
    for (std::int64_t i = 0; i < n; ++i)
      for (std::int64_t j = 0; j < i; ++j)
        costs[(b * n + i) * n + j] = costs[(b * n + j) * n + i] =
            first[(b * n + i) * n + j] * (1 + drift * change[(b * n + i) * n + j]);
  return costs;
}

}  // namespace

TEST_CASE("last solutions: an example begins where it ended, of several samples where the first did") {
  Oracle oracle(Noting{3});
  const auto last = std::make_shared<LastSolutions>(4, 3);
  CHECK(last->of(2).empty());
  const Instances batch = Instances().starting_from(last, std::vector<std::int64_t>{2, 0});
  CHECK_FALSE(batch.given());

  Tensor found(Shape{2, 3});
  oracle.argmax(Tensor({2, 3}, {3, 2, 1, 1, 2, 3}), found, Phase::forward, batch);
  CHECK(found == Tensor({2, 3}, {1, 0, 0, 0, 0, 1}));
  CHECK(last->of(1).empty());
  // A backward pass begins there too, and changes nothing.
  for (int pass = 0; pass < 2; ++pass) {
    oracle.argmax(Tensor({2, 3}, {1, 2, 1, 1, 2, 1}), found, Phase::backward, batch);
    CHECK(found == Tensor({2, 3}, {10, 1, 0, 0, 1, 10}));
  }
  // Two samples of each.
  Tensor samples(Shape{2, 2, 3});
  const Tensor scores({2, 2, 3}, {1, 2, 1, 2, 1, 1, 1, 1, 2, 1, 2, 1});
  oracle.argmax(scores, samples, Phase::forward, batch);
  CHECK(samples == Tensor({2, 2, 3}, {10, 1, 0, 11, 0, 0, 0, 0, 11, 0, 1, 10}));
  CHECK(std::vector<real>(last->of(2).begin(), last->of(2).end()) == std::vector<real>{10, 1, 0});
  CHECK(std::vector<real>(last->of(0).begin(), last->of(0).end()) == std::vector<real>{0, 0, 11});
  // Another batch, of an example that was there and one that was not.
  oracle.argmax(Tensor({2, 3}, {3, 2, 1, 3, 2, 1}), found, Phase::forward,
                Instances().starting_from(last, std::vector<std::int64_t>{3, 0}));
  CHECK(found == Tensor({2, 3}, {1, 0, 0, 1, 0, 10}));
}

TEST_CASE("last solutions: what does not fit is refused, a selection has none") {
  Oracle oracle(Noting{3});
  const auto last = std::make_shared<LastSolutions>(2, 3);
  const std::vector<std::int64_t> both = {0, 1}, beyond = {0, 2}, negative = {-1};
  CHECK_THROWS_WITH_AS(Instances().starting_from(last, beyond), "instances: example 2 is outside 0 … 1", ValueError);
  CHECK_THROWS_AS(Instances().starting_from(last, negative), ValueError);
  CHECK_THROWS_AS(LastSolutions(-1, 3), ValueError);
  Tensor found(Shape{3, 3});
  CHECK_THROWS_AS(oracle.argmax(Tensor({3, 3}), found, Phase::forward, Instances().starting_from(last, both)),
                  ValueError);
  const auto other = std::make_shared<LastSolutions>(2, 4);
  Tensor two(Shape{2, 3});
  CHECK_THROWS_WITH_AS(oracle.argmax(Tensor({2, 3}), two, Phase::forward, Instances().starting_from(other, both)),
                       "noting: last solutions of 4 entries for 3", ValueError);
  const Instances data = Instances(std::vector<int>{5, 6}).starting_from(last, both);
  CHECK(data.last_solutions() == last.get());
  CHECK(data.select(both).last_solutions() == nullptr);
}

TEST_CASE("last solutions: tours are the same as without, in training under rules, for any number of threads") {
  constexpr std::int64_t n = 14, examples = 6;
  const auto train = [&](bool warm, int threads) {
    const ThreadLimit limit(threads);
    const auto blackbox = differentiable(Tsp{n}, Blackbox{.lambda = 5});
    const auto imle = differentiable(Tsp{n}, Imle{.lambda = 5, .samples = 2});
    const auto last = std::make_shared<LastSolutions>(examples, n * n);
    Rng rng(3);
    Tensor first(Shape{examples, n, n});
    rng.uniform(first);
    std::vector<real> numbers;
    for (std::int64_t step = 0; step < 6; ++step) {
      const Tensor all = drifting_costs(examples, n, real(0.05), rng, first);
      const std::vector<std::int64_t> batch = {step % examples, (step + 3) % examples, (step + 4) % examples};
      const Instances data = warm ? Instances().starting_from(last, batch) : Instances();
      Tape tape;
      const Var costs = gather_rows(tape.variable(all), batch);
      const Var y = blackbox(costs, data), z = imle(costs, data, rng).mean();
      tape.backward(sum(square(y - z * costs)));
      for (const Tensor& result : {y.value(), z.value()})
        numbers.insert(numbers.end(), result.values().begin(), result.values().end());
    }
    return numbers;
  };
  const std::vector<real> cold = train(false, 1);
  CHECK(train(true, 1) == cold);
  CHECK(train(true, 2) == cold);
}

TEST_CASE("tsp: a tour to start with changes no answer, nor does what is no tour") {
  for (const std::int64_t n : {3, 5, 12, 13, 20, 30}) {
    Rng rng(static_cast<std::uint64_t>(n));
    Tensor first(Shape{1, n, n});
    rng.uniform(first);
    const Tsp tsp{n};
    std::vector<real> start(static_cast<std::size_t>(n * n)), cold(start.size()), warm(start.size());
    for (int step = 0; step < 20; ++step) {
      const Tensor costs = drifting_costs(1, n, step % 2 == 0 ? real(0.02) : real(0.5), rng, first);
      tsp.solve(costs.values(), cold);
      tsp.solve(costs.values(), start, warm);  // no tour at first
      CHECK(warm == cold);
      start = cold;
      if (step == 7) std::fill(start.begin(), start.end(), real(1));
      if (step == 9) start.assign(start.size(), real(0)), start[1] = start[n] = 1;
    }
    if (n < 5) continue;
    // Without the first city.
    TspInstance instance{std::vector<std::uint8_t>(static_cast<std::size_t>(n), 1)};
    instance.cities[0] = 0;
    const Tensor costs = drifting_costs(1, n, 0, rng, first);
    tsp.solve(costs.values(), instance, cold);
    tsp.solve(costs.values(), instance, cold, warm);
    CHECK(warm == cold);
    tsp.solve(costs.values(), instance, start, warm);
    CHECK(warm == cold);
  }
}
