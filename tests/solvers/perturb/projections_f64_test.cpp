#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include <cotape/engine/ops.h>
#include <cotape/solvers/core/rule.h>
#include <cotape/solvers/perturb/perturb.h>
#include <cotape/solvers/perturb/projections.h>
#include <cotape/solvers/perturb/sum_of_gamma.h>

#include "../../check_gradients.h"

using namespace cotape;

namespace {

Tensor unit_vector(const Shape& shape) {
  Tensor a = normal_tensor(shape, 3);
  double squares = 0;
  for (const real value : a.values()) squares += value * value;
  for (real& value : a.values()) value /= std::sqrt(squares);
  return a;
}

}  // namespace

TEST_CASE("gradients of projections, instances of one, two and three axes, with and without a batch") {
  struct Row {
    Shape shape;
    int axes;
  };
  for (const Row& row : {Row{{5}, 1}, {{4, 5}, 1}, {{2, 3, 17}, 1}, {{3, 4}, 2}, {{2, 3, 4}, 2}, {{2, 2, 3, 2}, 3}}) {
    const std::string what = " of " + to_string(row.shape) + " over " + std::to_string(row.axes);
    const Tensor x = normal_tensor(row.shape);
    const Tensor a = unit_vector(Shape(row.shape.sizes().last(static_cast<std::size_t>(row.axes))));
    const int axes = row.axes;
    check_gradients("center" + what, [=](Tape&, std::span<const Var> v) { return center(v[0], axes); }, {x});
    check_gradients("unit_norm" + what, [=](Tape&, std::span<const Var> v) { return unit_norm(v[0], axes); }, {x});
    check_gradients("standardize" + what, [=](Tape&, std::span<const Var> v) { return standardize(v[0], axes); }, {x});
    check_gradients("orthogonal_to" + what,
                    [&, axes](Tape&, std::span<const Var> v) { return orthogonal_to(v[0], a, axes); }, {x});
  }
}

TEST_CASE("unit_norm and standardize of scores whose squares vanish or overflow") {
  for (const real a : {real(1e-310), real(1e-170), real(1), real(1e160), real(4e307)}) {
    CAPTURE(a);
    Tape tape;
    const Var x = tape.constant(Tensor({3}, {3 * a, 4 * a, 0}));
    CHECK(unit_norm(x).value()[0] == doctest::Approx(0.6).epsilon(1e-12));
    CHECK(unit_norm(x).value()[1] == doctest::Approx(0.8).epsilon(1e-12));
    CHECK(standardize(x).value()[1] == doctest::Approx(0.5661385170).epsilon(1e-9));
  }
}

TEST_CASE("gradients of projections of padded instances") {
  const Tensor x = normal_tensor({3, 5});
  const Tensor mask({3, 5}, {1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 0, 1, 1});
  check_gradients("center of padded instances", [&](Tape&, std::span<const Var> v) { return center(v[0], mask, 1); },
                  {x});
  check_gradients("unit_norm of padded instances",
                  [&](Tape&, std::span<const Var> v) { return unit_norm(v[0], mask, 1); }, {x});
}

TEST_CASE("gradient of scores without their padding") {
  struct Sized {
    struct Instance {
      std::int64_t size;
    };
    SolverTraits traits() const { return {.name = "sized", .sense = Sense::maximise, .shape = {4}}; }
    void solve(std::span<const real>, const Instance&, std::span<real>) const {}
    void mask(const Instance& instance, std::span<real> mask) const {
      std::fill_n(mask.begin(), instance.size, real(1));
    }
  };
  const BatchOracle oracle(std::make_shared<Oracle>(Sized{}), std::vector<Sized::Instance>{{2}, {4}, {0}});
  check_gradients("without_padding", [&](Tape&, std::span<const Var> v) { return without_padding(v[0], oracle); },
                  {normal_tensor({3, 4})});
}

TEST_CASE("gradients of perturbed scores") {
  for (const Noise& noise : {Noise(Gumbel{}), Noise(SumOfGamma{}), Noise(NoNoise{})})
    check_gradients("perturb with " + noise.name(),
                    [&](Tape&, std::span<const Var> v) {
                      Rng rng(5);
                      return square(perturb(v[0], noise, rng, 0.5));
                    },
                    {normal_tensor({3, 4})});
  check_gradients("perturb_multiplicative",
                  [](Tape&, std::span<const Var> v) {
                    Rng rng(5);
                    return square(perturb_multiplicative(v[0], Normal{}, rng, 0.5));
                  },
                  {normal_tensor({3, 4})});
}

TEST_CASE("unit_norm: its Jacobian is I/‖θ‖ − θθᵀ/‖θ‖³, element by element") {
  const std::int64_t n = 6;
  for (const double scale : {1e-6, 1.0, 1e6}) {
    Tensor theta = normal_tensor({n}, 11);
    double squares = 0;
    for (real& value : theta.values()) {
      value *= scale;
      squares += value * value;
    }
    const double norm = std::sqrt(squares);
    for (std::int64_t j = 0; j < n; ++j) {
      Tape tape;
      const Var x = tape.variable(theta);
      Tensor e({n});
      e[j] = 1;
      tape.backward(unit_norm(x), e);  // row j of the Jacobian
      for (std::int64_t i = 0; i < n; ++i) {
        const double expected = (i == j ? 1 / norm : 0) - theta[i] * theta[j] / (norm * squares);
        CHECK(std::abs(x.gradient()[i] - expected) * norm < 1e-14);
      }
    }
  }
}
