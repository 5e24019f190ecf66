#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/engine/base/random.h>
#include <cotape/nn/optim/clip.h>
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "../gradients.h"

using namespace cotape;

TEST_CASE("clip: the common norm is returned, and scaled down when it is too large") {
  Parameter a("a", Tensor({2})), b("b", Tensor({1})), idle("idle", Tensor({3}));
  const std::vector<Parameter*> parameters{&a, &idle, &b};
  set_gradient(a, Tensor({2}, {2, -3}));
  set_gradient(b, Tensor({1}, {6}));
  CHECK(clip_gradient_norm(parameters, 28) == 7);
  CHECK(a.gradient() == Tensor({2}, {2, -3}));
  CHECK(clip_gradient_norm(parameters, 3.5) == 7);
  CHECK(a.gradient() == Tensor({2}, {1, -1.5}));
  CHECK(b.gradient() == Tensor({1}, {3}));
  CHECK_FALSE(idle.has_gradient());
  CHECK(clip_gradient_norm({}, 1) == 0);
}

TEST_CASE("clip: frozen parameters do not count and keep their gradients") {
  Parameter a("a", Tensor({2})), b("b", Tensor({1}));
  const std::vector<Parameter*> parameters{&a, &b};
  set_gradient(a, Tensor({2}, {3, -4}));
  set_gradient(b, Tensor({1}, {std::numeric_limits<real>::infinity()}));
  b.freeze();
  CHECK(clip_gradient_norm(parameters, 2.5) == 5);
  clip_gradient_value(parameters, 1);
  CHECK(a.gradient() == Tensor({2}, {1, -1}));
  CHECK(b.gradient() == Tensor({1}, {std::numeric_limits<real>::infinity()}));
}

TEST_CASE("clip: a norm that is not finite is refused by name, and nothing changes") {
  Parameter a("layer.a", Tensor({2})), b("layer.b", Tensor({1}));
  const std::vector<Parameter*> parameters{&a, &b};
  set_gradient(a, Tensor({2}, {2, -3}));
  set_gradient(b, Tensor({1}, {std::numeric_limits<real>::infinity()}));
  CHECK_THROWS_WITH_AS(clip_gradient_norm(parameters, 1), "clip_gradient_norm: the gradient of layer.b is not finite",
                       ValueError);
  CHECK(a.gradient() == Tensor({2}, {2, -3}));
  CHECK_THROWS_WITH_AS(clip_gradient_norm(parameters, 0), "clip_gradient_norm: max_norm 0 is not positive", ValueError);
  CHECK_THROWS_AS(clip_gradient_norm(parameters, std::nan("")), ValueError);
}

TEST_CASE("clip: a factor among the denormal numbers loses nothing") {
  Parameter a("a", Tensor({2}));
  const std::vector<Parameter*> parameters{&a};
  const real large = std::numeric_limits<float>::max() / 8;
  set_gradient(a, Tensor({2}, {3 * large, -4 * large}));
  const double norm = clip_gradient_norm(parameters, 1e-5);
  CHECK(norm == doctest::Approx(5.0 * static_cast<double>(large)));
  CHECK(a.gradient()[0] == doctest::Approx(6e-6).epsilon(1e-6));
  CHECK(a.gradient()[1] == doctest::Approx(-8e-6).epsilon(1e-6));
}

TEST_CASE("clip: elements are clamped") {
  Parameter a("a", Tensor({4}));
  const std::vector<Parameter*> parameters{&a};
  set_gradient(a, Tensor({4}, {-2, -0.5, 0.25, 7}));
  clip_gradient_value(parameters, 0.5);
  CHECK(a.gradient() == Tensor({4}, {-0.5, -0.5, 0.25, 0.5}));
  CHECK_THROWS_WITH_AS(clip_gradient_value(parameters, -1), "clip_gradient_value: max_value -1 is not positive",
                       ValueError);
}

TEST_CASE("clip: the same bits for one thread and two") {
  Rng rng(5);
  Tensor gradient({70001});
  rng.normal(gradient);
  const auto clipped = [&](int threads) {
    const ThreadLimit limit(threads);
    REQUIRE(thread_count() <= threads);
    Parameter a("a", Tensor({70001})), b("b", Tensor({3}));
    set_gradient(a, gradient);
    set_gradient(b, Tensor({3}, {1, 2, 3}));
    const double norm = clip_gradient_norm(std::vector<Parameter*>{&a, &b}, 1);
    return std::pair(norm, a.gradient());
  };
  const auto one = clipped(1);
  CHECK(one == clipped(2));
  double sum = 14;
  for (const real g : gradient.values()) sum += static_cast<double>(g) * g;
  CHECK(one.first == doctest::Approx(std::sqrt(sum)).epsilon(1e-12));
}
