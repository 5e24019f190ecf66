#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <memory>

#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/engine/base/random.h>
#include <cotape/solvers/core/oracle.h>
#include <cotape/solvers/layer/differentiable.h>
#include <cotape/solvers/layer/named_rule.h>
#include <cotape/solvers/rules/identity.h>
#include <cotape/solvers/select/topk.h>

#include "../cheapest.h"
#include "../problems_with_data.h"

using namespace cotape;

namespace {

// The best item, chosen with every ability; it sets the one and leaves the rest.
struct Able {
  std::int64_t n;

  SolverTraits traits() const { return {.name = "able", .sense = Sense::maximise, .shape = {n}, .constant_sum = true}; }
  void solve(Costs score, Solution y) const { y[best(score)] = 1; }
  void solve(Costs score, Costs start, Solution y) const {
    starts->fetch_add(start[best(start)] == 1 ? 1 : 0);
    y[best(score)] = 1;
  }
  std::optional<bool> tied(Costs score, Costs y) const {
    return std::count(score.begin(), score.end(), score[best(y)]) > 1;
  }
  void marginals(Costs score, Solution mean) const {
    real total = 0;
    for (const real s : score) total += std::exp(s);
    for (std::size_t i = 0; i < score.size(); ++i) mean[i] = std::exp(score[i]) / total;
  }
  void draw(Costs, Costs uniform, Solution y) const { y[uniform[0] < real(0.5) ? 0 : 1] = 1; }
  void covariance(Costs, Costs direction, Solution product) const { product[0] += 2 * direction[1]; }
  std::int64_t neighbour_count(Costs) const { return n - 1; }
  void neighbour(Costs y, std::int64_t which, Solution other) const {
    other[(best(y) + 1 + static_cast<std::size_t>(which)) % y.size()] = 1;
  }
  void normals(Costs y, Normals& to) const {
    to.begin_inequality();
    to.add(static_cast<std::int64_t>(best(y)), 1);
  }
  double value(Costs score) const { return static_cast<double>(score[best(score)]); }

  static std::size_t best(Costs x) {
    return static_cast<std::size_t>(std::max_element(x.begin(), x.end()) - x.begin());
  }

  std::shared_ptr<std::atomic<int>> starts = std::make_shared<std::atomic<int>>(0);
};

// The same with data: items before `first` cannot be had.
struct AbleFrom {
  std::int64_t n;
  struct Instance {
    std::int64_t first;
  };

  SolverTraits traits() const { return {.name = "able_from", .sense = Sense::maximise, .shape = {n}}; }
  void solve(Costs score, const Instance& at, Solution y) const { y[best(score, at)] = 1; }
  void solve(Costs score, const Instance& at, Costs, Solution y) const { y[best(score, at)] = 2; }
  std::optional<bool> tied(Costs, const Instance& at, Costs) const { return at.first == 0; }
  void marginals(Costs, const Instance& at, Solution mean) const { mean[static_cast<std::size_t>(at.first)] = 1; }
  void draw(Costs, const Instance& at, Costs, Solution y) const { y[static_cast<std::size_t>(at.first)] = 1; }
  void covariance(Costs, const Instance& at, Costs direction, Solution product) const {
    product[static_cast<std::size_t>(at.first)] += direction[0];
  }
  std::int64_t neighbour_count(Costs, const Instance& at) const { return n - at.first - 1; }
  void neighbour(Costs, const Instance& at, std::int64_t which, Solution other) const {
    other[static_cast<std::size_t>(at.first + which)] = 1;
  }
  void normals(Costs, const Instance& at, Normals& to) const {
    to.begin_equation();
    to.add(at.first, 2);
  }
  double value(Costs score, const Instance& at) const { return static_cast<double>(score[best(score, at)]); }

  std::size_t best(Costs x, const Instance& at) const {
    return static_cast<std::size_t>(std::max_element(x.begin() + at.first, x.end()) - x.begin());
  }
};

// Walks from solution to solution.
struct Walk {
  static constexpr std::array needs{Ability::neighbours};
  Var operator()(Var scores, const BatchOracle& oracle) const { return Identity{}(scores, oracle); }
};

static_assert(has_ability<Able>(Ability::neighbours) && has_ability<AbleFrom>(Ability::neighbours));
static_assert(!has_ability<CheapestOrNothing>(Ability::neighbours) && has_ability<TopK>(Ability::ties));
static_assert(has_ability<Able>(Ability::draw) && has_ability<AbleFrom>(Ability::covariance));
static_assert(has_ability<BestOfSome>(Ability::mask) && !has_ability<Able>(Ability::mask));

}  // namespace

TEST_CASE("solver: what a solver may offer is found and can be called, with data and without") {
  const std::vector<real> score = {1, 3, 2, 3};
  std::vector<real> y(4, 7);

  const Able able{4};
  const Solver plain = able;
  for (const Ability what : {Ability::ties, Ability::marginals, Ability::draw, Ability::covariance, Ability::warm_start,
                             Ability::neighbours, Ability::normals, Ability::value})
    CHECK(plain.can(what));
  CHECK_FALSE(plain.can(Ability::mask));
  plain.solve(score, y);
  CHECK(y == std::vector<real>{0, 1, 0, 0});
  CHECK(plain.tied(score, y) == true);
  CHECK(plain.neighbour_count(y) == 3);
  std::vector<real> other(4, 7);
  plain.neighbour(y, 1, other);
  CHECK(other == std::vector<real>{0, 0, 0, 1});
  plain.solve_from(y, score, other);
  CHECK(other == y);
  CHECK(*able.starts == 1);
  CHECK(plain.value(score) == 3);
  Normals normals;
  plain.normals(y, normals);
  plain.normals(y, normals);  // which does not add to what was there
  CHECK(normals.count() == 1);
  CHECK_FALSE(normals.is_equation(0));
  CHECK(normals.terms(0)[0].entry == 1);
  plain.marginals(std::vector<real>(4), other);
  CHECK(other == std::vector<real>(4, real(0.25)));
  plain.draw(score, std::vector<real>(4, real(0.6)), other);
  CHECK(other == std::vector<real>{0, 1, 0, 0});
  plain.covariance(score, std::vector<real>{1, 2, 3, 4}, other);
  CHECK(other == std::vector<real>{4, 0, 0, 0});

  const Solver with_data = AbleFrom{4};
  const Instances data = std::vector<AbleFrom::Instance>{{2}};
  with_data.solve(score, y, data[0]);
  CHECK(y == std::vector<real>{0, 0, 0, 1});
  with_data.solve_from(y, score, other, data[0]);
  CHECK(other == std::vector<real>{0, 0, 0, 2});
  CHECK(with_data.tied(score, y, data[0]) == false);
  with_data.normals(y, normals, data[0]);
  CHECK(normals.is_equation(0));
  CHECK(normals.length(0) == 2);
  CHECK(with_data.neighbour_count(y, data[0]) == 1);
  with_data.neighbour(y, 0, other, data[0]);
  CHECK(other == std::vector<real>{0, 0, 1, 0});
  with_data.marginals(score, other, data[0]);
  CHECK(other == std::vector<real>{0, 0, 1, 0});
  with_data.draw(score, score, other, data[0]);
  CHECK(other == std::vector<real>{0, 0, 1, 0});
  with_data.covariance(score, score, other, data[0]);
  CHECK(other == std::vector<real>{0, 0, 1, 0});
  CHECK(with_data.value(score, data[0]) == 3);
}

TEST_CASE("solver: an ability without data does not answer for a problem with data") {
  // Solves with data and without; tells ties and values of the problem without data alone.
  struct Either {
    using Instance = std::int64_t;
    SolverTraits traits() const { return {.name = "either", .sense = Sense::maximise, .shape = {3}}; }
    void solve(Costs score, Solution y) const { y[Able::best(score)] = 1; }
    void solve(Costs, const Instance& only, Solution y) const { y[static_cast<std::size_t>(only)] = 1; }
    std::optional<bool> tied(Costs, Costs) const { return true; }
    double value(Costs score) const { return static_cast<double>(score[Able::best(score)]); }
  };
  const Solver either = Either{};
  const Instances data = std::vector<std::int64_t>{0};
  const std::vector<real> score = {1, 3, 2};
  std::vector<real> y(3);
  CHECK_FALSE(either.needs_instance());
  either.solve(score, y);
  CHECK(y == std::vector<real>{0, 1, 0});
  CHECK(either.tied(score, y) == true);
  CHECK(either.value(score) == 3);
  either.solve(score, y, data[0]);
  CHECK(y == std::vector<real>{1, 0, 0});
  CHECK(either.tied(score, y, data[0]) == std::nullopt);
  CHECK_THROWS_WITH_AS(either.value(score, data[0]), doctest::Contains("either"), ValueError);
}

TEST_CASE("solver: what it cannot do is refused by name, and a rule that needs it refuses the solver") {
  const Solver only = CheapestOrNothing{.shape = {4}};
  std::vector<real> y(4);
  CHECK_THROWS_WITH_AS(only.value(y), doctest::Contains("cheapest_or_nothing"), ValueError);
  CHECK_THROWS_WITH_AS(only.value(y), doctest::Contains("value"), ValueError);
  CHECK_THROWS_WITH_AS(only.marginals(y, y), doctest::Contains("marginals"), ValueError);
  CHECK_THROWS_WITH_AS(only.draw(y, y, y), doctest::Contains("draw"), ValueError);
  CHECK_THROWS_WITH_AS(only.covariance(y, y, y), doctest::Contains("covariance"), ValueError);
  CHECK_THROWS_WITH_AS(only.neighbour_count(y), doctest::Contains("neighbours"), ValueError);
  CHECK_THROWS_WITH_AS(differentiable(only, Walk{}),
                       "differentiable: it needs a solver with the ability 'neighbours' (neighbour_count() and "
                       "neighbour()), which cheapest_or_nothing does not have",
                       ValueError);
  CHECK_THROWS_WITH_AS(differentiable(only, NamedRule("walk", Walk{})), doctest::Contains("walk"), ValueError);
  // Without a warm start, a start is left alone.
  const std::vector<real> score = {1, 2, 3, 4};
  const Solver top = TopK{.n = 4, .k = 2};
  top.solve_from(y, score, y);
  CHECK(y == std::vector<real>{0, 0, 1, 1});

  Tape tape;
  CHECK(differentiable(Able{3}, Walk{})(tape.variable(Tensor({3}, {1, 3, 2}))).value() == Tensor({3}, {0, 1, 0}));
}

TEST_CASE("solver: a solution starts as zeros in every call") {
  Oracle oracle{Able{4}};
  Tensor y({2, 4}, real(7));
  for (const Tensor& scores : {Tensor({2, 4}, {4, 3, 2, 1, 1, 2, 3, 4}), Tensor({2, 4}, {1, 2, 4, 3, 1, 4, 3, 2})}) {
    oracle.argmax(scores, y);
    for (std::int64_t row = 0; row < 2; ++row) {
      real sum = 0;
      for (std::int64_t i = 0; i < 4; ++i) sum += y.at({row, i});
      CHECK(sum == 1);
    }
  }
}

TEST_CASE("oracle: what a solver throws once reaches the caller") {
  // Fails at its nth call, as a time limit does, and would succeed when asked again.
  struct Limited {
    int fails_at;
    std::shared_ptr<std::atomic<int>> calls = std::make_shared<std::atomic<int>>(0);
    SolverTraits traits() const { return {.name = "limited", .sense = Sense::maximise, .shape = {3}}; }
    void solve(Costs score, Solution y) const {
      if (++*calls == fails_at) fail<SolverError>("time limit");
      y[Able::best(score)] = 1;
    }
  };
  for (const int threads : {1, 2})
    for (const int fails_at : {1, 2, 17, 4096}) {
      const ThreadLimit limit(threads);
      Oracle oracle{Limited{fails_at}};
      Tensor scores(Shape{4096, 3}), y(scores.shape());
      Rng(1).normal(scores);
      CHECK_THROWS_WITH_AS(oracle.argmax(scores, y), doctest::Contains("time limit"), SolverError);
      // Asked again, every row is solved.
      oracle.argmax(scores, y);
      for (std::int64_t row = 0; row < 4096; ++row) REQUIRE(y.at({row, 0}) + y.at({row, 1}) + y.at({row, 2}) == 1);
    }
}

TEST_CASE("instances: selections share the values and refuse indices outside") {
  const Instances data = std::vector<AbleFrom::Instance>{{5}, {6}, {7}};
  const Instances some = data.select(std::vector<std::int64_t>{2, 0, 2});
  CHECK(some.size() == 3);
  CHECK(some[0].data == data[2].data);
  CHECK(some[1].data == data[0].data);
  const Instances again = some.select(std::vector<std::int64_t>{1});
  CHECK(again[0].data == data[0].data);
  CHECK_THROWS_AS(some.select(std::vector<std::int64_t>{3}), ValueError);
  CHECK_THROWS_AS(data.select(std::vector<std::int64_t>{-1}), ValueError);
  CHECK_FALSE(Instances().given());
  CHECK(Instances(std::vector<double>()).given());
}
