#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/solvers/losses/contrastive.h>
#include <cotape/solvers/losses/solution_pool.h>
#include <cotape/solvers/select/enumerated.h>
#include <cotape/solvers/select/topk.h>

#include <limits>

#include "../rule_runs.h"

using namespace cotape;

namespace {

struct NeedsData {
  struct Instance {};
  SolverTraits traits() const { return {.name = "needs_data", .sense = Sense::maximise, .shape = Shape{2}}; }
  void solve(std::span<const real>, const Instance&, std::span<real> solution) const { solution[0] = 1; }
};

const std::vector<std::int64_t> two_examples = {2, 0};

}  // namespace

TEST_CASE("solution pool: each solution once, in the order in which they came") {
  SolutionPool pool(TopK{.n = 3, .k = 1});
  CHECK(pool.size() == 0);
  CHECK(pool.solutions() == Tensor(Shape{0, 3}));
  CHECK(pool.add(Tensor({3, 3}, {0, 1, 0, 1, 0, 0, 0, 1, 0})) == 2);
  CHECK(pool.add(Tensor({3}, {1, -0.0, 0})) == 0);  // −0 is 0
  CHECK(pool.add(Tensor({3}, {0, 0, 1})) == 1);
  CHECK(pool.size() == 3);
  CHECK(pool.solutions() == Tensor({3, 3}, {0, 1, 0, 1, 0, 0, 0, 0, 1}));
  CHECK(pool.sum(0)[1] == 1);
  const SolutionPool copy = pool;
  CHECK(copy == pool);
  pool.add(Tensor({3}, {1, 1, 0}));
  CHECK(!(copy == pool));
}

TEST_CASE("solution pool: a set for each example") {
  SolutionPool pool(NeedsData{}, 3);
  CHECK(!pool.shared());
  const Tensor both({2, 2}, {1, 0, 0, 1});
  CHECK(pool.add(both, two_examples) == 2);
  CHECK(pool.size(2) == 1);
  CHECK(pool.size(1) == 0);
  CHECK(pool.solutions(0) == Tensor({1, 2}, {0, 1}));
}

TEST_CASE("solution pool: it grows by what costs lead to, with the probability that was asked for") {
  const auto oracle = oracle_of(Enumerated{all_subsets(4, 1), Sense::minimise});
  SolutionPool pool(oracle->solver());
  Rng rng(1);
  CHECK(!pool.grow(oracle, Tensor({1, 4}, {1, 2, 3, 4}), 0, rng));
  CHECK(rng.index() == 1);
  CHECK(pool.grow(oracle, Tensor({2, 4}, {1, 2, 3, 4, 9, 9, 9, 0}), 1, rng));
  CHECK(pool.solutions() == Tensor({2, 4}, {1, 0, 0, 0, 0, 0, 0, 1}));
  CHECK(oracle->diagnostics().calls_forward == 2);
  int solved = 0;
  for (int step = 0; step < 2000; ++step) solved += pool.grow(oracle, Tensor(Shape{1, 4}), 0.05, rng);
  CHECK(solved > 60);  // 100 ± 10
  CHECK(solved < 140);
  CHECK(pool.size() == 2);

  Rng one(7), two(7);
  SolutionPool a(oracle->solver()), b(oracle->solver());
  for (std::uint64_t step = 0; step < 50; ++step) {
    const Tensor costs = standard_normal({3, 4}, step);
    CHECK(a.grow(oracle, costs, 0.3, one) == b.grow(oracle, costs, 0.3, two));
  }
  CHECK(a == b);
  CHECK(a.size() == 4);
}

TEST_CASE("solution pool: kept in a checkpoint") {
  SolutionPool pool(NeedsData{}, 3);
  pool.add(Tensor({2, 2}, {1, 0, 0, 1}), two_examples);
  pool.add(Tensor({2, 2}, {1, 1, 0, 1}), two_examples);
  Checkpoint saved("file");
  pool.save(saved, "pool.");
  SolutionPool read(NeedsData{}, 3);
  read.load(saved, "pool.");
  CHECK(read == pool);
  CHECK(read.add(Tensor({1, 2}, {1, 1}), std::vector<std::int64_t>{2}) == 0);  // known
  CHECK(read.sum(2)[0] == 2);

  SolutionPool empty(TopK{.n = 2, .k = 1});
  Checkpoint nothing("file");
  empty.save(nothing, "");
  empty.load(nothing, "");
  CHECK(empty.size() == 0);

  SolutionPool other(NeedsData{}, 2);
  CHECK_THROWS_WITH_AS(other.load(saved, "pool."), "file: pool.sizes are not there as 2 whole numbers", FileError);
  SolutionPool wide(TopK{.n = 3, .k = 1}, 3);
  CHECK_THROWS_WITH_AS(wide.load(saved, "pool."), doctest::Contains("pool.solutions have the shape [3,2]"), FileError);
  CHECK_THROWS_AS(read.load(Checkpoint("file"), "pool."), FileError);
  const auto with_solutions = [&](const Tensor& all) {
    Checkpoint changed = saved;
    changed.put("pool.solutions", all);
    return changed;
  };
  CHECK_THROWS_WITH_AS(read.load(with_solutions(Tensor({3, 2}, {0, 1, 1, 0, 1, 0})), "pool."),
                       "file: pool.solutions hold one twice, at 2", FileError);
  CHECK_THROWS_WITH_AS(read.load(with_solutions(Tensor({4, 2}, {0, 1, 1, 0, 1, 1, 2, 2})), "pool."),
                       doctest::Contains("do not add up to the 4 solutions"), FileError);
  CHECK_THROWS_WITH_AS(read.load(with_solutions(Tensor({2, 2}, {0, 1, 1, 0})), "pool."),
                       doctest::Contains("do not add up to the 2 solutions"), FileError);
  CHECK_THROWS_WITH_AS(read.load(with_solutions(Tensor({3, 2}, {0, 1, 1, 0, 1, real(NAN)})), "pool."),
                       doctest::Contains("not finite"), FileError);
  CHECK(read == pool);  // as it was
}

TEST_CASE("solution pool: errors say what is wrong") {
  CHECK_THROWS_WITH_AS(SolutionPool(NeedsData{}), doctest::Contains("needs_data has instance data"), ValueError);
  CHECK_THROWS_WITH_AS(SolutionPool(NeedsData{}, 0), "SolutionPool: 0 examples; at least one is needed", ValueError);
  SolutionPool shared(TopK{.n = 2, .k = 1}), keyed(TopK{.n = 2, .k = 1}, 3);
  const Tensor both({2, 2}, {1, 0, 0, 1});
  CHECK_THROWS_WITH_AS(shared.add(Tensor(Shape{2, 3})),
                       "SolutionPool::add: solutions [2,3] do not end in the shape [2] of top_k", ShapeError);
  CHECK_THROWS_WITH_AS(shared.add(both, two_examples),
                       "SolutionPool::add: 2 examples are named, and one set of solutions serves all", ValueError);
  CHECK_THROWS_WITH_AS(keyed.add(both), doctest::Contains("0 examples are named for 2 rows"), ValueError);
  CHECK_THROWS_WITH_AS(keyed.add(both, std::vector<std::int64_t>{0, 3}),
                       "SolutionPool::add: there is no example 3 among 3 sets of solutions", ValueError);
  CHECK_THROWS_WITH_AS(shared.add(Tensor({2}, {0, std::numeric_limits<real>::infinity()})),
                       doctest::Contains("is not finite"), ValueError);
  Rng rng(1);
  for (const double ratio : {-0.1, 1.1, std::numeric_limits<double>::quiet_NaN()})
    CHECK_THROWS_WITH_AS(shared.grow(oracle_of(TopK{.n = 2, .k = 1}), both, ratio, rng),
                         doctest::Contains("is not in [0, 1]"), ValueError);
  CHECK_THROWS_AS(keyed.size(3), ValueError);
}
