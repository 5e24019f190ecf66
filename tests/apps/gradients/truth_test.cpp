#include <cotape/apps/gradients/truth.h>

#include <doctest/doctest.h>

#include <cmath>
#include <numbers>
#include <stdexcept>

using namespace cotape;
using namespace cotape::app;

// Of two scores, one is chosen: p = Φ(δ/(σ√2)) with δ = θ₀ − θ₁, and E‖z − b‖² = 1 − 2(p b₀ + (1 − p) b₁) + ‖b‖².
TEST_CASE("gradients: the truth by quadrature for noise of any scale, also beside scores that are far away") {
  for (const double sigma : {1e-30, 1e-12, 1e-3, 1.0, 1e6}) {
    CAPTURE(sigma);
    const auto s = static_cast<real>(sigma);
    for (const bool third : {false, true}) {
      Problem problem{.n = 2, .k = 1, .theta = Tensor({2}, {s / 2, 0}), .b = Tensor({2}, {1, -2})};
      if (third)  // far below, so that it changes nothing
        problem = {.n = 3, .k = 1, .theta = Tensor({3}, {s / 2, 0, -1000 * s}), .b = Tensor({3}, {1, -2, 5})};
      const std::vector<double> gradient = quadrature_gradient(problem, Target::gaussian, sigma);
      const double delta = static_cast<double>(problem.theta[0]) / (sigma * std::numbers::sqrt2);
      const double slope =
          std::exp(-delta * delta / 2) / std::sqrt(2 * std::numbers::pi) / (sigma * std::numbers::sqrt2);
      CHECK(gradient[0] == doctest::Approx(-6 * slope).epsilon(1e-6));
      CHECK(gradient[1] == -gradient[0]);
    }
  }
  // Too far apart to meet.
  const Problem apart{.n = 2, .k = 1, .theta = Tensor({2}, {1, 0}), .b = Tensor({2}, {1, -2})};
  CHECK(quadrature_gradient(apart, Target::gumbel, 1e-300) == std::vector<double>{0, 0});
}

TEST_CASE("gradients: whoever waits for the truth can end it") {
  const Problem problem{.n = 2, .k = 1, .theta = Tensor({2}, {1, 0}), .b = Tensor({2}, {1, -2}), .check_stop = [] {
                          throw std::runtime_error("stopped");
                        }};
  CHECK_THROWS_WITH(true_gradient(problem, Target::gaussian), "stopped");
  CHECK_THROWS_WITH(true_gradient(problem, Target::gumbel), "stopped");
}
