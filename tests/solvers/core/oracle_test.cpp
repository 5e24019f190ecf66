#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <vector>

#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/engine/base/random.h>
#include <cotape/solvers/core/oracle.h>
#include <cotape/solvers/select/topk.h>

using namespace cotape;

namespace {

// The cheapest of some items as a one-hot vector; items that cost more than `budget` cannot be had.
struct Cheapest {
  Shape shape = {3};
  Domain domain = {};
  real budget = std::numeric_limits<real>::infinity();

  SolverTraits traits() const {
    return {.name = "cheapest", .sense = Sense::minimise, .shape = shape, .domain = domain, .ties = "the first wins"};
  }
  void solve(std::span<const real> cost, std::span<real> solution) const {
    const auto best = std::min_element(cost.begin(), cost.end());
    if (*best > budget) fail<SolverError>("every item costs more than ", budget);
    std::fill(solution.begin(), solution.end(), real(0));
    solution[static_cast<std::size_t>(best - cost.begin())] = 1;
  }
};

Tensor argmax(Oracle& oracle, const Tensor& scores, Phase phase = Phase::forward) {
  Tensor solutions(scores.shape(), real(-1));
  oracle.argmax(scores, solutions, phase);
  return solutions;
}

Tensor random_scores(const Shape& shape, std::uint64_t seed) {
  Tensor scores(shape);
  Rng rng(seed);
  rng.normal(scores);
  return scores;
}

}  // namespace

TEST_CASE("oracle: scores are maximised whatever the solver's sense") {
  const Tensor scores({2, 3}, {1, 3, 2, -1, -3, -2});
  const Tensor best({2, 3}, {0, 1, 0, 1, 0, 0});
  Oracle minimiser{Cheapest{}}, maximiser{TopK{.n = 3, .k = 1}};
  CHECK(argmax(minimiser, scores) == best);
  CHECK(argmax(maximiser, scores) == best);
}

TEST_CASE("oracle: batch and sample axes stand before the solver's own") {
  Oracle oracle{Cheapest{.shape = {2, 2}}};
  CHECK(oracle.instances({5, 4, 2, 2}) == 20);
  CHECK(oracle.instances({2, 2}) == 1);
  CHECK(oracle.instances({0, 2, 2}) == 0);
  CHECK(argmax(oracle, Tensor({2, 1, 2, 2}, {1, 2, 3, 4, 4, 3, 2, 1})) ==
        Tensor({2, 1, 2, 2}, {0, 0, 0, 1, 1, 0, 0, 0}));
  CHECK(argmax(oracle, Tensor(Shape{0, 2, 2})).size() == 0);
}

TEST_CASE("oracle: shapes that do not fit are named") {
  Oracle oracle{TopK{.n = 20, .k = 10}};
  Tensor solutions(Shape{3, 20});
  CHECK_THROWS_WITH_AS(oracle.argmax(Tensor(Shape{3, 19}), solutions),
                       doctest::Contains("top_k: scores [3,19] do not end in the solver's shape [20]"), ShapeError);
  CHECK_THROWS_WITH_AS(oracle.argmax(Tensor::scalar(1), solutions), doctest::Contains("scores []"), ShapeError);
  CHECK_THROWS_WITH_AS(oracle.argmax(Tensor(Shape{4, 20}), solutions),
                       doctest::Contains("top_k: solutions [3,20] for scores [4,20]"), ShapeError);
  CHECK_THROWS_WITH_AS(oracle.count_gradient(Tensor(Shape{20, 3})), doctest::Contains("[20,3]"), ShapeError);
}

TEST_CASE("oracle: costs outside the domain are clamped to its bounds and counted") {
  // Scores 1 and 2 are costs −1 and −2, both 0 once clamped: the tie rule then decides.
  Oracle oracle{Cheapest{.domain = {.lower = 0}}};
  CHECK(argmax(oracle, Tensor({2, 3}, {-1, 1, 2, -3, -1, -2})) == Tensor({2, 3}, {0, 1, 0, 0, 1, 0}));
  CHECK(oracle.diagnostics().clamped == 2);
  CHECK(oracle.diagnostics().entries == 6);
  CHECK(oracle.diagnostics().clamped_share() == doctest::Approx(1.0 / 3));

  Oracle above{Cheapest{.domain = {.upper = 2}}};
  CHECK(argmax(above, Tensor({3}, {-3, -4, -2})) == Tensor({3}, {1, 0, 0}));
  CHECK(above.diagnostics().clamped == 2);
}

TEST_CASE("oracle: a score that is not finite is refused with its place, the first one whatever the threads do") {
  Oracle oracle{TopK{.n = 4, .k = 2}};
  for (const real bad : {std::numeric_limits<real>::quiet_NaN(), std::numeric_limits<real>::infinity(),
                         -std::numeric_limits<real>::infinity()}) {
    Tensor scores(Shape{5000, 4}), solutions(Shape{5000, 4});
    scores.at({4321, 2}) = bad;
    scores.at({4999, 0}) = bad;
    CHECK_THROWS_WITH_AS(oracle.argmax(scores, solutions), doctest::Contains("at instance 4321, index 2 is not finite"),
                         ValueError);
    CHECK_THROWS_WITH_AS(oracle.argmax(scores, solutions), doctest::Contains("top_k: score "), ValueError);
  }
  CHECK(oracle.diagnostics() == SolverDiagnostics{});
}

TEST_CASE("oracle: an instance without a solution is named, the first one whatever the threads do") {
  Oracle oracle{Cheapest{.budget = 5}};
  Tensor scores(Shape{4000, 3}), solutions(Shape{4000, 3});
  for (const std::int64_t row : {1234, 1235, 3999})
    for (const std::int64_t i : {0, 1, 2}) scores.at({row, i}) = -6;
  CHECK_THROWS_WITH_AS(oracle.argmax(scores, solutions),
                       doctest::Contains("cheapest: instance 1234: every item costs more than 5"), SolverError);
}

TEST_CASE("oracle: calls are counted by pass, gradients by zero rows, ties when asked") {
  Oracle oracle{TopK{.n = 3, .k = 1}};
  const Tensor scores({2, 3}, {1, 1, 0, 2, 1, 1});
  argmax(oracle, scores);
  argmax(oracle, scores);
  argmax(oracle, scores, Phase::backward);
  const SolverDiagnostics& seen = oracle.diagnostics();
  CHECK(seen.calls_forward == 4);
  CHECK(seen.calls_backward == 2);
  CHECK(seen.calls() == 6);
  CHECK(seen.seconds_forward > 0);
  CHECK(seen.seconds_backward > 0);
  CHECK(seen.clamped == 0);
  CHECK(seen.tie_checked == 0);

  oracle.count_ties(true);
  argmax(oracle, scores);
  CHECK(seen.tie_checked == 2);
  CHECK(seen.tied == 1);
  CHECK(seen.tied_share() == 0.5);

  oracle.count_gradient(Tensor({4, 3}, {0, 0, 0, 0, 1, 0, -real(0), 0, 0, 0, 0, -2}));
  CHECK(seen.rows == 4);
  CHECK(seen.zero_rows == 2);
  CHECK(seen.zero_share() == 0.5);

  Oracle silent{Cheapest{}};  // cannot tell ties
  silent.count_ties(true);
  argmax(silent, scores);
  CHECK(silent.diagnostics().tie_checked == 0);
}

TEST_CASE("oracle: a smaller batch after a larger one, and a copy, give the same answers") {
  Oracle oracle{Cheapest{.shape = {7}}};
  const Tensor large = random_scores({300, 7}, 1), small = random_scores({5, 7}, 2);
  const Tensor first = argmax(oracle, small);
  argmax(oracle, large);
  CHECK(argmax(oracle, small) == first);
  Oracle copy = oracle;
  CHECK(argmax(copy, small) == first);
  CHECK(copy.diagnostics().calls_forward == oracle.diagnostics().calls_forward + 5);
}

TEST_CASE("oracle: one thread and two give the same bits and counts") {
  const Tensor scores = random_scores({3000, 20}, 3);
  const auto run = [&](int threads, const Solver& solver) {
    const ThreadLimit limit(threads);
    Oracle oracle(solver);
    oracle.count_ties(true);
    Tensor solutions = argmax(oracle, scores);
    oracle.count_gradient(solutions);
    SolverDiagnostics counts = oracle.diagnostics();
    counts.seconds_forward = 0;
    return std::pair(std::move(solutions), counts);
  };
  for (const Solver& solver : {Solver(TopK{.n = 20, .k = 10}), Solver(Cheapest{.shape = {20}, .domain = {.lower = 0}})})
    CHECK(run(1, solver) == run(2, solver));
}
