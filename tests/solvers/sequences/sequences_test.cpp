#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/base/random.h>
#include <cotape/solvers/core/oracle.h>
#include <cotape/solvers/sequences/alignment.h>
#include <cotape/solvers/sequences/segmentation.h>
#include <cotape/solvers/sequences/viterbi.h>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

using namespace cotape;

namespace {

using Numbers = std::vector<real>;

// All solutions of a problem, in the order in which ties are broken: the first best one is the answer.
struct Solutions {
  std::vector<Numbers> all;

  const Numbers& best(const Numbers& cost, Sense sense) const {
    const double sign = sense == Sense::minimise ? -1 : 1;
    std::size_t best = 0;
    for (std::size_t s = 1; s < all.size(); ++s)
      if (sign * value(all[s], cost) > sign * value(all[best], cost)) best = s;
    return all[best];
  }
  static double value(const Numbers& solution, const Numbers& cost) {
    double sum = 0;
    for (std::size_t i = 0; i < cost.size(); ++i)
      sum += static_cast<double>(solution[i]) * static_cast<double>(cost[i]);
    return sum;
  }
};

Solutions labellings(std::int64_t steps, std::int64_t labels, std::int64_t length) {
  Solutions solutions;
  const auto size = static_cast<std::size_t>((steps + labels) * labels);
  const auto go_on = [&](const auto& self, Numbers y, std::int64_t t, std::int64_t last) -> void {
    if (t == length) return solutions.all.push_back(y);
    for (std::int64_t a = 0; a < labels; ++a) {
      Numbers next = y;
      next[t * labels + a] = 1;
      if (t > 0) next[(steps + last) * labels + a] += 1;
      self(self, next, t + 1, a);
    }
  };
  go_on(go_on, Numbers(size, real(0)), 0, 0);
  return solutions;
}

Solutions warpings(std::int64_t second, AlignmentLengths lengths, std::size_t size) {
  Solutions solutions;
  const auto go_on = [&](const auto& self, Numbers y, std::int64_t i, std::int64_t j) -> void {
    if (i >= lengths.first || j >= lengths.second) return;
    y[i * second + j] = 1;
    if (i == lengths.first - 1 && j == lengths.second - 1) return solutions.all.push_back(y);
    self(self, y, i + 1, j + 1);
    self(self, y, i + 1, j);
    self(self, y, i, j + 1);
  };
  go_on(go_on, Numbers(size, real(0)), 0, 0);
  return solutions;
}

Solutions edits(std::int64_t first, std::int64_t second, AlignmentLengths lengths) {
  Solutions solutions;
  const std::int64_t stride = second + 1;
  const auto go_on = [&](const auto& self, Numbers y, std::int64_t i, std::int64_t j) -> void {
    const auto with = [&](std::int64_t place) {
      Numbers next = y;
      next[place] = 1;
      return next;
    };
    if (i == lengths.first && j == lengths.second) return solutions.all.push_back(y);
    if (i < lengths.first && j < lengths.second) self(self, with(i * stride + j), i + 1, j + 1);
    if (i < lengths.first) self(self, with(i * stride + second), i + 1, j);
    if (j < lengths.second) self(self, with(first * stride + j), i, j + 1);
  };
  go_on(go_on, Numbers(static_cast<std::size_t>((first + 1) * stride), real(0)), 0, 0);
  return solutions;
}

Solutions segmentations(std::int64_t max_length, SegmentationSize wanted, std::size_t size) {
  Solutions solutions;
  const auto go_on = [&](const auto& self, Numbers y, std::int64_t t, std::int64_t count) -> void {
    if (t == wanted.steps && (wanted.segments == 0 || count == wanted.segments)) solutions.all.push_back(y);
    for (std::int64_t l = 0; l < max_length && t + l < wanted.steps; ++l) {
      Numbers next = y;
      next[t * max_length + l] = 1;
      self(self, next, t + l + 1, count + 1);
    }
  };
  go_on(go_on, Numbers(size, real(0)), 0, 0);
  return solutions;
}

// Numbers whose sums are exact in double: whole ones (ties), multiples of 1/1024, zeros, and whole multiples of the
// smallest and of a very large number.
constexpr int number_kinds = 5;
Numbers random_numbers(std::int64_t n, int kind, Rng& rng) {
  const real unit = std::array<real, number_kinds>{1, real(1) / 1024, 0, std::numeric_limits<real>::denorm_min(),
                                                   std::numeric_limits<real>::max() / 1024}[kind];
  Numbers x;
  for (std::int64_t i = 0; i < n; ++i) x.push_back(unit * static_cast<real>(rng.below(kind == 1 ? 4000 : 5) - 2));
  return x;
}

template <class S>
Numbers solved(const S& solver, const Numbers& cost, const typename S::Instance& instance) {
  Numbers solution(cost.size(), real(7));
  solver.solve(cost, instance, solution);
  return solution;
}
template <class S>
Numbers solved(const S& solver, const Numbers& cost) {
  Numbers solution(cost.size(), real(7));
  solver.solve(cost, solution);
  return solution;
}

// Whether every solution is 0 outside the mask.
template <class S>
bool covers(const S& solver, const typename S::Instance& instance, const Solutions& solutions) {
  Numbers mask(static_cast<std::size_t>(solver.traits().shape.size()), real(0));
  solver.mask(instance, mask);
  for (const Numbers& solution : solutions.all)
    for (std::size_t i = 0; i < mask.size(); ++i)
      if (solution[i] != 0 && mask[i] == 0) return false;
  return true;
}

}  // namespace

TEST_CASE("viterbi: the best of all labellings, the first in order of equal ones, on 20,000 instances") {
  Rng rng(1);
  for (int config = 0; config < 200; ++config) {
    const Viterbi solver{.steps = 1 + rng.below(5), .labels = 1 + rng.below(3)};
    const SequenceLength length{config % 2 ? solver.steps : rng.below(solver.steps + 1)};
    const Solutions all = labellings(solver.steps, solver.labels, length.steps);
    REQUIRE(covers(solver, length, all));
    for (int i = 0; i < 100; ++i) {
      const Numbers score = random_numbers(solver.traits().shape.size(), i % number_kinds, rng);
      const Numbers found = solved(solver, score, length);
      REQUIRE(found == all.best(score, Sense::maximise));
      if (length.steps == solver.steps) REQUIRE(found == solved(solver, score));
    }
  }
}

TEST_CASE("viterbi: marginals are the mean over all labellings") {
  Rng rng(2);
  for (int i = 0; i < 300; ++i) {
    const Viterbi solver{.steps = 1 + rng.below(5), .labels = 1 + rng.below(3)};
    const SequenceLength length{rng.below(solver.steps + 1)};
    const Solutions all = labellings(solver.steps, solver.labels, length.steps);
    const Numbers score = random_numbers(solver.traits().shape.size(), i % 3, rng);
    std::vector<double> expected(score.size(), 0);
    double weights = 0;
    for (const Numbers& y : all.all) {
      const double weight = std::exp(Solutions::value(y, score));
      weights += weight;
      for (std::size_t j = 0; j < y.size(); ++j) expected[j] += weight * static_cast<double>(y[j]);
    }
    Numbers mean(score.size(), real(7));
    solver.marginals(score, length, mean);
    for (std::size_t j = 0; j < mean.size(); ++j)
      REQUIRE(static_cast<double>(mean[j]) == doctest::Approx(expected[j] / weights).epsilon(1e-5));
  }
  Numbers mean(6);
  Viterbi{.steps = 1, .labels = 2}.marginals(Numbers{1000, 990, 0, 0, 0, 0}, mean);
  CHECK(static_cast<double>(mean[0]) == doctest::Approx(1 / (1 + std::exp(-10.0))));  // e^1000 would overflow
}

TEST_CASE("time_warping and edit_alignment: the best of all, the first in order of equal ones, on 20,000 instances") {
  Rng rng(3);
  for (int config = 0; config < 200; ++config) {
    const TimeWarping warping{.first = 1 + rng.below(4), .second = 1 + rng.below(4)};
    const AlignmentLengths some{1 + rng.below(warping.first), 1 + rng.below(warping.second)};
    const auto size = static_cast<std::size_t>(warping.first * warping.second);
    const Solutions ways = warpings(warping.second, some, size);
    REQUIRE(covers(warping, some, ways));
    const EditAlignment alignment{.first = warping.first, .second = warping.second};
    const AlignmentLengths any{rng.below(alignment.first + 1), rng.below(alignment.second + 1)};
    const Solutions changes = edits(alignment.first, alignment.second, any);
    REQUIRE(covers(alignment, any, changes));
    for (int i = 0; i < 100; ++i) {
      const Numbers cost = random_numbers(warping.first * warping.second, i % number_kinds, rng);
      REQUIRE(solved(warping, cost, some) == ways.best(cost, Sense::minimise));
      if (some.first == warping.first && some.second == warping.second)
        REQUIRE(solved(warping, cost) == ways.best(cost, Sense::minimise));
      const Numbers edit_cost = random_numbers(alignment.traits().shape.size(), i % number_kinds, rng);
      REQUIRE(solved(alignment, edit_cost, any) == changes.best(edit_cost, Sense::minimise));
    }
  }
}

TEST_CASE("segmentation: the best of all cuts, the first in order of equal ones, on 20,000 instances") {
  Rng rng(4);
  for (int config = 0; config < 200; ++config) {
    const std::int64_t steps = 1 + rng.below(7);
    const Segmentation solver{.steps = steps, .max_length = 1 + rng.below(steps)};
    SegmentationSize size{1 + rng.below(steps), 0};
    const std::int64_t fewest = (size.steps + solver.max_length - 1) / solver.max_length;
    if (config % 2) size.segments = fewest + rng.below(size.steps - fewest + 1);
    const Solutions all = segmentations(solver.max_length, size, static_cast<std::size_t>(steps * solver.max_length));
    REQUIRE(covers(solver, size, all));
    for (int i = 0; i < 100; ++i) {
      const Numbers cost = random_numbers(steps * solver.max_length, i % number_kinds, rng);
      REQUIRE(solved(solver, cost, size) == all.best(cost, Sense::minimise));
    }
  }
}

TEST_CASE("sequences: small cases by hand, tiny and huge costs") {
  constexpr real largest = std::numeric_limits<real>::max(), smallest = std::numeric_limits<real>::denorm_min();
  for (const real unit : {smallest, real(1), largest / 16}) {
    // Label 1 is better at each step, going back and forth is better still.
    CHECK(solved(Viterbi{.steps = 3, .labels = 2}, {0, unit, 0, unit, 0, unit, 0, 3 * unit, 3 * unit, 0}) ==
          Numbers{0, 1, 1, 0, 0, 1, 0, 1, 1, 0});
    CHECK(solved(TimeWarping{.first = 2, .second = 3}, {unit, 9 * unit, 9 * unit, unit, unit, unit}) ==
          Numbers{1, 0, 0, 0, 1, 1});
    // Replacing costs 3, deleting and inserting 1 each; one pair matches.
    CHECK(solved(EditAlignment{.first = 1, .second = 2}, {3 * unit, 0, unit, unit, unit, 0}) ==
          Numbers{0, 1, 0, 1, 0, 0});
    CHECK(solved(Segmentation{.steps = 3, .max_length = 2}, {unit, 4 * unit, unit, unit, 4 * unit, 0}) ==
          Numbers{1, 0, 0, 1, 0, 0});
  }
  CHECK(solved(Segmentation{.steps = 3, .max_length = 2, .segments = 3}, {1, 4, 1, 1, 4, 0}) ==
        Numbers{1, 0, 1, 0, 1, 0});
}

TEST_CASE("sequences: what they say of themselves, and refusals") {
  CHECK(Viterbi{.steps = 4, .labels = 3}.traits().shape == Shape{7, 3});
  CHECK(Viterbi{.steps = 4, .labels = 3}.traits().constant_sum);
  CHECK(TimeWarping{.first = 4, .second = 3}.traits().shape == Shape{4, 3});
  CHECK(EditAlignment{.first = 4, .second = 3}.traits().shape == Shape{5, 4});
  CHECK(Segmentation{.steps = 4, .max_length = 3}.traits().shape == Shape{4, 3});
  CHECK_THROWS_WITH_AS(Solver(Viterbi{.steps = 0, .labels = 3}), doctest::Contains("viterbi: 0 steps"), ValueError);
  CHECK_THROWS_WITH_AS(Solver(TimeWarping{.first = 0}), doctest::Contains("time_warping: 0 x 1"), ValueError);
  CHECK_THROWS_WITH_AS(Solver(EditAlignment{.second = 0}), doctest::Contains("edit_alignment: 1 x 0"), ValueError);
  CHECK_THROWS_WITH_AS(Solver(Segmentation{.steps = 4, .max_length = 5}), doctest::Contains("segments of up to 5"),
                       ValueError);
  CHECK_THROWS_WITH_AS(Solver(Segmentation{.steps = 4, .max_length = 2, .segments = 1}),
                       "segmentation: 4 steps cannot be cut into 1 segments of 1 … 2 steps", ValueError);

  const auto refuses = [](const Solver& solver, const Instances& data, const char* message) {
    Oracle oracle(solver);
    const Tensor scores(solver.traits().shape.inserted(0, 2));
    Tensor solutions(scores.shape());
    CHECK_THROWS_WITH_AS(oracle.argmax(scores, solutions, Phase::forward, data), message, SolverError);
  };
  using Lengths = std::vector<SequenceLength>;
  refuses(Viterbi{.steps = 4, .labels = 3}, Lengths{{4}, {5}},
          "viterbi: instance 1: a length of 5 steps is outside 0 … 4");
  using Pairs = std::vector<AlignmentLengths>;
  refuses(TimeWarping{.first = 4, .second = 3}, Pairs{{1, 1}, {0, 1}},
          "time_warping: instance 1: lengths 0 and 1 are outside 1 … 4 and 1 … 3");
  refuses(EditAlignment{.first = 4, .second = 3}, Pairs{{0, 0}, {0, 4}},
          "edit_alignment: instance 1: lengths 0 and 4 are outside 0 … 4 and 0 … 3");
  using Sizes = std::vector<SegmentationSize>;
  refuses(Segmentation{.steps = 4, .max_length = 2}, Sizes{{0, 0}, {3, 1}},
          "segmentation: instance 1: 3 steps cannot be cut into 1 segments of 1 … 2 steps");
}
