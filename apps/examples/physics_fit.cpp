// A physics-informed net (Raissi, Perdikaris and Karniadakis, 2019): it learns the solution of the differential
// equation u″ = −u on [0, 2π] with u(0) = 0 and u′(0) = 1 from the equation alone. The solution is sin x.
#include <cotape/cotape.h>

#include <cmath>
#include <iostream>
#include <numbers>

using namespace cotape;

// u(x) = Σ a tanh(w x + b) + c.
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

  Var operator()(Var x) {
    Tape& tape = x.tape();
    const Var t = tanh(matmul(x, tape.parameter(w)) + tape.parameter(b));
    return matmul(t, tape.parameter(a)) + tape.parameter(c);
  }

  Parameter w, b, a, c;
};

int main() {
  constexpr std::int64_t count = 101;
  Tensor x(Shape{count, 1});
  for (std::int64_t i = 0; i < count; ++i)
    x[i] = 2 * std::numbers::pi_v<real> * static_cast<real>(i) / static_cast<real>(count - 1);

  Rng rng(1);
  Net net(20, rng);
  const auto loss = [&](Tape& tape) {
    // gradient() records derivatives as ops, so that they can be differentiated again, and be part of a loss.
    const Var points = tape.variable(x), u = net(points);
    const Var d2u = gradient(sum(gradient(sum(u), points)), points);
    const Var zero = tape.variable(Tensor(Shape{1, 1}, 0)), u_at_zero = net(zero);
    const Var du_at_zero = gradient(sum(u_at_zero), zero);
    return mean(square(d2u + u)) + sum(square(u_at_zero)) + sum(square(du_at_zero - 1));
  };
  // The loss is the same function at every step, and the net is small: the case for L-BFGS.
  Lbfgs lbfgs(net.parameters());
  for (int step = 1; step <= 40; ++step) {
    const double left = lbfgs.step(loss);
    if (step % 10 == 0) std::cout << "after " << lbfgs.iterations() << " iterations: loss " << left << "\n";
  }

  Tape tape(Gradients::off);
  const Var u = net(tape.view(x));
  double worst = 0;
  for (std::int64_t i = 0; i < count; ++i)
    worst = std::max(worst, std::abs(static_cast<double>(u.value()[i]) - std::sin(static_cast<double>(x[i]))));
  std::cout << "largest distance from sin x: " << worst << "\n";
}
