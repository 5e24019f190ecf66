#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/engine/base/random.h>
#include <cotape/engine/ops/arithmetic.h>
#include <cotape/solvers/core/oracle.h>
#include <cotape/solvers/perturb/perturb.h>
#include <cotape/solvers/perturb/projections.h>
#include <cotape/solvers/select/topk.h>

#include "../../near.h"
#include "../../normal_tensor.h"
#include "../cheapest.h"
#include "../rule_runs.h"

using namespace cotape;

namespace {

using Map = std::function<Var(Var)>;

Tensor value(const Map& f, const Tensor& x) {
  Tape tape(Gradients::off);
  return f(tape.constant(x)).value();
}

Tensor gradient(const Map& f, const Tensor& x, const Tensor& cotangent) {
  Tape tape;
  const Var v = tape.variable(x);
  tape.backward(f(v), cotangent);
  return v.gradient();
}

// Largest |⟨a, row⟩| of the rows of x over their norm.
double along(const Tensor& x, const std::vector<double>& a) {
  const auto n = static_cast<std::int64_t>(a.size());
  double worst = 0;
  for (std::int64_t begin = 0; begin < x.size(); begin += n) {
    double product = 0, squares = 0;
    for (std::int64_t i = 0; i < n; ++i) {
      product += a[static_cast<std::size_t>(i)] * static_cast<double>(x[begin + i]);
      squares += static_cast<double>(x[begin + i]) * static_cast<double>(x[begin + i]);
    }
    worst = std::max(worst, std::abs(product) / std::sqrt(squares));
  }
  return worst;
}

const Tensor& normal_of_plane() {
  static const Tensor a({4}, {real(0.1), real(-0.7), real(0.5), real(0.5)});
  return a;
}

Tensor argmax(const Solver& solver, const Tensor& scores) {
  Tensor solutions(scores.shape());
  Oracle(solver).argmax(scores, solutions);
  return solutions;
}

const Map centred = [](Var x) { return center(x); };
const Map normed = [](Var x) { return unit_norm(x); };
const Map standardized = [](Var x) { return standardize(x); };
const Map in_plane = [](Var x) { return orthogonal_to(x, normal_of_plane()); };

}  // namespace

TEST_CASE("projections: values, an instance being the last one or two axes") {
  CHECK(value(centred, Tensor({2, 3}, {1, 2, 6, -1, -1, -1})) == Tensor({2, 3}, {-2, -1, 3, 0, 0, 0}));
  CHECK(value(normed, Tensor({2, 2}, {3, 4, 0, -2})) == Tensor({2, 2}, {real(3) / 5, real(4) / 5, 0, -1}));
  CHECK(value([](Var x) { return center(x, 2); }, Tensor({2, 1, 2, 2}, {1, 2, 3, 6, 0, 0, 0, 4})) ==
        Tensor({2, 1, 2, 2}, {-2, -1, 0, 3, -1, -1, -1, 3}));
  CHECK(value([](Var x) { return unit_norm(x, 2); }, Tensor({2, 2, 2}, {1, 1, 1, 1, 0, 0, 0, 4})) ==
        Tensor({2, 2, 2}, {real(0.5), real(0.5), real(0.5), real(0.5), 0, 0, 0, 1}));
  CHECK(relative_distance(value(standardized, Tensor({3}, {1, 2, 3})),
                          Tensor({3}, {-std::sqrt(real(0.5)), 0, std::sqrt(real(0.5))})) < 1e-6);
  CHECK(value(
            [](Var x) {
              return orthogonal_to(x, Tensor({2}, {0, 1}));
            },
            Tensor({2, 2}, {3, 4, 5, 6})) == Tensor({2, 2}, {3, 0, 5, 0}));
  CHECK(value(
            [](Var x) {
              return orthogonal_to(x, Tensor({2, 2}, {0, 0, 1, 0}), 2);
            },
            Tensor({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8})) == Tensor({2, 2, 2}, {1, 2, 0, 4, 5, 6, 0, 8}));
}

TEST_CASE("projections: a second time changes nothing, to 1e-6 of the scores' size") {
  const Tensor x = normal_tensor({500, 4}, 1);
  for (const Map& p : {centred, in_plane, normed, standardized})
    CHECK(relative_distance(value([&](Var v) { return p(p(v)); }, x), value(p, x)) < 1e-6);
  CHECK(relative_distance(value(centred, x), x) > 0.1);
}

TEST_CASE("projections: values and gradients are orthogonal to the removed direction, to 1e-5 of their size") {
  const Tensor x = normal_tensor({500, 4}, 2), dy = normal_tensor({500, 4}, 3);
  const std::vector<double> ones(4, 1.0);
  const std::vector<double> plane(normal_of_plane().values().begin(), normal_of_plane().values().end());
  for (const Map& p : {centred, standardized}) {
    CHECK(along(value(p, x), ones) < 1e-5);
    CHECK(along(gradient(p, x, dy), ones) < 1e-5);
  }
  CHECK(along(value(in_plane, x), plane) < 1e-5);
  CHECK(along(gradient(in_plane, x, dy), plane) < 1e-5);
  // Of unit_norm it is the direction of each instance itself.
  for (std::int64_t row = 0; row < 50; ++row) {
    const Tensor one({4}, x.values().subspan(static_cast<std::size_t>(4 * row), 4));
    const Tensor unit = value(normed, one);
    const std::vector<double> direction(unit.data(), unit.data() + unit.size());
    CHECK(along(gradient(normed, one, normal_tensor({4}, 100 + row)), direction) < 1e-5);
  }
}

TEST_CASE("projections: no valid one changes an answer, on 4,000 instances for each k") {
  const Tensor x = normal_tensor({4000, 9}, 4);
  for (const std::int64_t k : {1, 4, 8}) {
    const Solver solver = TopK{.n = 9, .k = k};
    for (const Projection projection :
         {Projection::none, Projection::center, Projection::unit_norm, Projection::standardize})
      CHECK(argmax(solver, value([&](Var v) { return project(v, projection, solver.traits()); }, x)) ==
            argmax(solver, x));
  }
}

TEST_CASE("projections: values, gradients and answers for scores of any size") {
  const Solver solver = TopK{.n = 3, .k = 1};
  const Tensor x({3}, {3, 4, 0}), dy({3}, {1, 2, 4}), mask({3}, 1);
  const Map padded = [&](Var v) { return unit_norm(v, mask, 1); };
  const Map padded_standard = [&](Var v) { return unit_norm(center(v, mask, 1), mask, 1); };
  for (const int power : {-147, -130, -100, -80, -40, 0, 40, 63, 100, 125}) {  // scaling by powers of two is exact
    CAPTURE(power);
    Tensor scaled = x, faint = dy;
    for (real& value : scaled.values()) value = std::scalbn(value, power);
    for (real& value : faint.values()) value = std::scalbn(value, std::clamp(power, -100, 100));
    for (const Map& p : {normed, padded}) {
      CHECK(value(p, scaled) == value(p, x));
      Tensor expected = gradient(p, x, dy);
      for (real& g : expected.values()) g = std::scalbn(g, std::clamp(power, -100, 100) - power);
      CHECK(gradient(p, scaled, faint) == expected);
    }
    for (const Map& p : {standardized, padded_standard})
      CHECK(argmax(solver, value(p, scaled)) == Tensor({3}, {0, 1, 0}));
  }
  // The sum of these overflows, their mean does not.
  const real large = real(3e38);
  CHECK(relative_distance(value(centred, Tensor({3}, {large, large, large / 3})),
                          Tensor({3}, {large / 9 * 2, large / 9 * 2, -large / 9 * 4})) < 1e-6);
  CHECK(argmax(solver, value(standardized, Tensor({3}, {large / 2, large, large / 3}))) == Tensor({3}, {0, 1, 0}));
}

TEST_CASE("projections: an instance of zeros, or of one number after centring, gets zeros and no gradient") {
  const Tensor dy = normal_tensor({2, 20}, 5);
  Tensor zero_first({2, 20});
  for (std::int64_t i = 20; i < 40; ++i) zero_first[i] = real(i);
  for (const Map& p : {normed, standardized}) {
    const Tensor y = value(p, zero_first), dx = gradient(p, zero_first, dy);
    CHECK(y.finite());
    CHECK(dx.finite());
    for (std::int64_t i = 0; i < 20; ++i) {
      CHECK(y[i] == 0);
      CHECK(dx[i] == 0);
      CHECK(y[20 + i] != 0);
    }
  }
  // 20 × 0.1 / 20 is not 0.1 in floats, nor for most other numbers: what rounding leaves must not be taken for scores.
  for (const std::int64_t n : {3, 7, 20, 33})
    for (const real constant : {real(0.1), real(-0.7), real(1e-20), real(3e20), real(12345.678)}) {
      CAPTURE(n);
      CAPTURE(constant);
      const Tensor x({n}, constant), cotangent = normal_tensor({n}, 6);
      CHECK(value(standardized, x) == Tensor({n}));
      CHECK(gradient(standardized, x, cotangent) == Tensor({n}));
    }
}

TEST_CASE("projections: NaN and infinity are passed on, not hidden") {
  for (const real bad : {std::numeric_limits<real>::quiet_NaN(), std::numeric_limits<real>::infinity()})
    for (const Map& p : {centred, normed, standardized}) CHECK_FALSE(value(p, Tensor({4}, {1, 2, bad, 3})).finite());
}

TEST_CASE("projections: an empty batch stays empty") {
  for (const Map& p : {centred, normed, standardized, in_plane}) {
    CHECK(value(p, Tensor(Shape{0, 4})).shape() == Shape{0, 4});
    CHECK(gradient(p, Tensor(Shape{0, 4}), Tensor(Shape{0, 4})).shape() == Shape{0, 4});
  }
}

TEST_CASE("projections: shapes and normals that do not fit are named, with the module") {
  Tape tape;
  const Scope scope = tape.scope("encoder");
  const Var x = tape.constant(Tensor(Shape{2, 3}));
  const auto half = Tensor({3}, {real(0.5), 0, 0});
  CHECK_THROWS_WITH_AS(center(x, 3), "center: an instance of 3 axes does not fit shape [2,3] in encoder", ShapeError);
  CHECK_THROWS_WITH_AS(unit_norm(x, 0), "unit_norm: an instance of 0 axes does not fit shape [2,3] in encoder",
                       ShapeError);
  CHECK_THROWS_WITH_AS(center(tape.constant(Tensor(Shape{2, 0}))), "center: shape [2,0] has empty instances in encoder",
                       ShapeError);
  CHECK_THROWS_WITH_AS(orthogonal_to(x, half), "orthogonal_to: the normal has length 0.5, not 1 in encoder",
                       ValueError);
  CHECK_THROWS_WITH_AS(orthogonal_to(x, Tensor({3}, std::numeric_limits<real>::quiet_NaN())),
                       "orthogonal_to: the normal has length nan, not 1 in encoder", ValueError);
  CHECK_THROWS_WITH_AS(orthogonal_to(x, normal_of_plane()),
                       "orthogonal_to: normal [4] for instances of shape [2,3] (last 1 axes) in encoder", ShapeError);
  CHECK_THROWS_WITH_AS(orthogonal_to(x, Tensor({3}, {1, 0, 0}), 2),
                       "orthogonal_to: normal [3] for instances of shape [2,3] (last 2 axes) in encoder", ShapeError);
}

TEST_CASE("project: what a solver's answers depend on is not projected away") {
  const Solver solver = CheapestOrNothing{};
  Tape tape;
  const Var x = tape.constant(Tensor({2, 3}, {1, 2, 3, -3, -2, -1}));
  const char* sum =
      "project: solutions of cheapest_or_nothing differ in their sum, so centring would change its answers";
  CHECK_THROWS_WITH_AS(project(x, Projection::center, solver.traits()), sum, ValueError);
  CHECK_THROWS_WITH_AS(project(x, Projection::standardize, solver.traits()), sum, ValueError);
  CHECK_THROWS_WITH_AS(
      project(x, Projection::unit_norm, solver.traits()),
      "project: answers of cheapest_or_nothing depend on the scale of the scores, which unit norm removes", ValueError);
  CHECK(project(x, Projection::none, solver.traits()).id() == x.id());
  // It is right to refuse: the best score must be 1 or more.
  CHECK(argmax(solver, x.value()) == Tensor({2, 3}, {0, 0, 1, 0, 0, 0}));
  CHECK(argmax(solver, center(x).value()) == Tensor({2, 3}, {0, 0, 1, 0, 0, 1}));
  CHECK(argmax(solver, unit_norm(x).value()) == Tensor({2, 3}));
}

TEST_CASE("projections: an instance is the solver's whole shape") {
  SolverTraits traits = TopK{.n = 4, .k = 1}.traits();
  traits.shape = {2, 2};
  Tape tape;
  const Var x = tape.constant(normal_tensor({3, 2, 2}, 8));
  CHECK(project(x, Projection::standardize, traits).value() == standardize(x, 2).value());
  CHECK(project(x, Projection::standardize, traits).value() != standardize(x, 1).value());
}

TEST_CASE("projections and perturb: one thread and two give the same bits") {
  const Tensor x = normal_tensor({3000, 20}, 9), dy = normal_tensor({3000, 20}, 10);
  const auto run = [&](int threads) {
    const ThreadLimit limit(threads);
    const Map f = [](Var v) {
      Rng rng(3);
      return standardize(perturb(v, Gumbel{}, rng, 2));
    };
    return std::pair(value(f, x), gradient(f, x, dy));
  };
  CHECK(run(1) == run(2));
}

TEST_CASE("perturb: adds τ times the noise, advances the generator, passes the gradient on") {
  Rng rng(4), same(4);
  const Tensor x = normal_tensor({30, 5}, 11), dy = normal_tensor({30, 5}, 12);
  Tensor noise(x.shape());
  Noise(Gumbel{}).sample(noise, same);
  Tape tape;
  const Var v = tape.variable(x);
  const Var y = perturb(v, Gumbel{}, rng, real(0.25));
  CHECK(rng == same);
  for (std::int64_t i = 0; i < x.size(); ++i) CHECK(y.value()[i] == x[i] + real(0.25) * noise[i]);
  tape.backward(y, dy);
  CHECK(v.gradient() == dy);
  CHECK(value([&](Var u) { return perturb(u, NoNoise{}, rng, 3); }, x) == x);
}

TEST_CASE("perturb_multiplicative: no sign changes, the mean stays, zero stays; a scale that is none is refused") {
  Rng rng(4);
  Tape tape;
  const Var y = perturb_multiplicative(tape.constant(tiled(Tensor({3}, {2, -3, 0}), 20000)), Normal{}, rng, real(0.7));
  CHECK(worst_deviation(y.value(), Tensor({3}, {2, -3, 0})) < 4.5);
  for (std::int64_t i = 0; i < y.value().size(); i += 3) {
    CHECK(y.value()[i] > 0);
    CHECK(y.value()[i + 1] < 0);
    CHECK(y.value()[i + 2] == 0);
  }
  const Tensor x = normal_tensor({3, 4}, 1);
  CHECK(value([&](Var u) { return perturb_multiplicative(u, Normal{}, rng, 0); }, x) == x);
  CHECK_THROWS_WITH_AS(perturb_multiplicative(y, Normal{}, rng, -1),
                       doctest::Contains("perturb_multiplicative: σ = -1 is negative"), ValueError);
}
