// A physics-informed net (Raissi, Perdikaris and Karniadakis, 2019): it learns the solution of the differential
// equation u″ = −u on [0, 2π] with u(0) = 0 and u′(0) = 1 from the equation alone. The solution is sin x.
#include <cotape/cotape.h>

#include <cmath>
#include <iostream>
#include <numbers>

using namespace cotape;

struct Derivatives {
  Var u, du, d2u;  // the net and its derivatives with respect to x, each [n, 1]
};

// u(x) = Σ a tanh(w x + b) + c. With tanh′ = 1 − tanh² the derivatives are ops as well, and can be part of a loss.
struct Net : Module {
  explicit Net(std::int64_t hidden, Rng& rng)
      : w("w", Tensor(Shape{1, hidden})),
        b("b", Tensor(Shape{hidden})),
        a("a", Tensor(Shape{hidden, 1})),
        c("c", Tensor(Shape{1})) {
    add("w", w), add("b", b), add("a", a), add("c", c);
    rng.normal(w.mutable_value());
    rng.normal(b.mutable_value());
    init::glorot_uniform(a.mutable_value(), rng);
  }

  Derivatives operator()(Var x) {
    Tape& tape = x.tape();
    const Var slope = tape.parameter(w), weight = tape.parameter(a);
    const Var t = tanh(matmul(x, slope) + tape.parameter(b));
    const Var dt = (1 - square(t)) * slope;
    const Var d2t = -2 * t * dt * slope;
    return {matmul(t, weight) + tape.parameter(c), matmul(dt, weight), matmul(d2t, weight)};
  }

  Parameter w, b, a, c;
};

int main() {
  constexpr std::int64_t points = 101;
  Tensor x(Shape{points, 1});
  for (std::int64_t i = 0; i < points; ++i)
    x[i] = 2 * std::numbers::pi_v<real> * static_cast<real>(i) / static_cast<real>(points - 1);

  Rng rng(1);
  Net net(20, rng);
  const auto loss = [&](Tape& tape) {
    const Derivatives at_points = net(tape.view(x));
    const Derivatives at_zero = net(tape.constant(Tensor(Shape{1, 1}, 0)));
    const Var equation = mean(square(at_points.d2u + at_points.u));
    return equation + sum(square(at_zero.u)) + sum(square(at_zero.du - 1));
  };
  // The loss is the same function at every step, and the net is small: the case for L-BFGS.
  Lbfgs lbfgs(net.parameters());
  for (int step = 1; step <= 40; ++step) {
    const double left = lbfgs.step(loss);
    if (step % 10 == 0) std::cout << "after " << lbfgs.iterations() << " iterations: loss " << left << "\n";
  }

  Tape tape(Gradients::off);
  const Var u = net(tape.view(x)).u;
  double worst = 0;
  for (std::int64_t i = 0; i < points; ++i)
    worst = std::max(worst, std::abs(static_cast<double>(u.value()[i]) - std::sin(static_cast<double>(x[i]))));
  std::cout << "largest distance from sin x: " << worst << "\n";
}
