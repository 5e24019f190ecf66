#include <cotape/engine/base/error.h>
#include <cotape/nn/optim/clip.h>
#include <doctest/doctest.h>

#include "../gradients.h"

using namespace cotape;

TEST_CASE("clip in double: gradients whose squares overflow or vanish have their norm and are scaled by it") {
  for (const double size : {1e-320, 1e-300, 1e-170, 1.0, 1e155, 1e200, 1e307}) {
    CAPTURE(size);
    Parameter a("a", Tensor({2})), b("b", Tensor({1}));
    const std::vector<Parameter*> parameters{&a, &b};
    set_gradient(a, Tensor({2}, {2 * size, -3 * size}));
    set_gradient(b, Tensor({1}, {6 * size}));
    // Denormal numbers have few digits.
    const double tolerance = size < 1e-310 ? 1e-3 : 1e-14;
    CHECK(clip_gradient_norm(parameters, 8 * size) == doctest::Approx(7 * size).epsilon(tolerance));
    CHECK(b.gradient()[0] == 6 * size);
    const double limit = size < 1 ? size : 1;
    CHECK(clip_gradient_norm(parameters, limit) == doctest::Approx(7 * size).epsilon(tolerance));
    CHECK(a.gradient()[1] / limit == doctest::Approx(-3.0 / 7).epsilon(10 * tolerance));
    CHECK(b.gradient()[0] / limit == doctest::Approx(6.0 / 7).epsilon(10 * tolerance));
  }
}

TEST_CASE("clip in double: a norm beyond double is refused and names the parameter, gradients of zeros have norm 0") {
  Parameter a("layer.a", Tensor({2})), b("layer.b", Tensor({1}));
  const std::vector<Parameter*> parameters{&a, &b};
  set_gradient(a, Tensor({2}, {1e308, 1e308}));
  set_gradient(b, Tensor({1}, {-1.5e308}));
  CHECK_THROWS_WITH_AS(clip_gradient_norm(parameters, 1), doctest::Contains("is in the gradient of layer.b"),
                       ValueError);
  CHECK(a.gradient() == Tensor({2}, {1e308, 1e308}));
  set_gradient(a, Tensor({2}));
  set_gradient(b, Tensor({1}));
  CHECK(clip_gradient_norm(parameters, 1) == 0);
}
