// An op and an optimiser of one's own. The op is the activation "snake", x + sin² x (Ziyin et al., NeurIPS 2020), made
// for periodic functions; the optimiser is Signum, which steps along the sign of a momentum (Bernstein et al., ICML
// 2018).
#include <cotape/cotape.h>

#include <cmath>
#include <iostream>

using namespace cotape;

// The value and the slope, as formulas; the engine makes the loops and the chain rule.
Var snake(Var x) {
  return unary(
      {"snake", "dx = dy ⊙ (1 + sin 2x)"}, x,  //
      [](real a) { return a + std::sin(a) * std::sin(a); }, [](real a, real) { return 1 + std::sin(2 * a); });
}

// m ← β m + (1 − β) g      w ← w − lr · sign m
class Signum final : public Optimizer {
 public:
  Signum(std::vector<Parameter*> parameters, double rate, double beta)
      : Optimizer("signum", {"momentum"}, std::move(parameters), rate), beta_(static_cast<real>(beta)) {
    check_option("beta", beta, 1);
  }

 private:
  // One piece of one parameter; threads, counters and checkpoints are the base class's.
  void update(const Piece& piece) const override {
    const real rate = static_cast<real>(piece.learning_rate);
    real* momentum = piece.buffer(0);
    for (std::int64_t i = 0; i < piece.size; ++i) {
      momentum[i] = beta_ * momentum[i] + (1 - beta_) * piece.gradient[i];
      piece.value[i] -= momentum[i] > 0 ? rate : momentum[i] < 0 ? -rate : 0;
    }
  }

  real beta_;
};

int main() {
  // In float the check is coarse; with cotape_f64 its own step and tolerance do.
  const GradcheckResult check = gradcheck([](Tape&, std::span<const Var> x) { return snake(x[0]); },
                                          {Tensor(Shape{4}, {-2, -0.5f, 0.3f, 1})}, {.step = 1e-2, .tolerance = 1e-2});
  std::cout << "gradient of snake: " << (check.passed ? "right" : "wrong, " + check.where) << "\n";

  Rng rng(1);
  Tensor x(Shape{256, 1});
  rng.uniform(x);
  Sequential net;
  net.emplace<Linear>("fc1", 1, 64, LinearOptions{}, rng);
  net.append("snake", snake);
  net.emplace<Linear>("fc2", 64, 1, LinearOptions{}, rng);
  Signum signum(net.parameters(), 3e-3, 0.9);
  TrainingStep training(signum);
  constexpr int steps = 2000;
  for (int step = 0; step <= steps; ++step) {
    signum.set_learning_rate(
        CosineSchedule{.rate = 3e-3, .length = steps}(step));  // sign steps do not shrink by themselves
    const Var loss = training.run([&](Tape& tape) {
      const Var in = 6 * tape.view(x);
      return mean(square(net(in) - (0.5f * in + sin(in))));
    });
    if (step % 500 == 0) std::cout << "step " << step << ": mean squared error " << loss.value().item() << "\n";
  }
}
