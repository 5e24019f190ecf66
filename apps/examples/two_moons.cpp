// Points on two interleaved half circles, told apart by a net with two hidden layers.
#include <cotape/cotape.h>

#include <cmath>
#include <iostream>
#include <numbers>

using namespace cotape;

struct Points {
  Tensor x;                          // [n, 2]
  std::vector<std::int64_t> labels;  // n of them, the upper moon is 0 and the lower one 1
};

Points two_moons(std::int64_t n, real noise, Rng rng) {
  Points points{Tensor(Shape{n, 2}), {}};
  rng.normal(points.x);
  for (std::int64_t i = 0; i < n; ++i) {
    const std::int64_t label = i % 2;
    const real angle = std::numbers::pi_v<real> * rng.uniform();
    real &x = points.x.at({i, 0}), &y = points.x.at({i, 1});
    x = (label == 0 ? std::cos(angle) : 1 - std::cos(angle)) + noise * x;
    y = (label == 0 ? std::sin(angle) : 0.5f - std::sin(angle)) + noise * y;
    points.labels.push_back(label);
  }
  return points;
}

int main() {
  const Points train = two_moons(1000, 0.2f, Rng(1)), test = two_moons(1000, 0.2f, Rng(2));

  Rng rng(3);
  Sequential net;
  net.emplace<Linear>("fc1", 2, 32, LinearOptions{.activation = Activation::relu}, rng);
  net.emplace<Linear>("fc2", 32, 32, LinearOptions{.activation = Activation::relu}, rng);
  net.emplace<Linear>("fc3", 32, 2, LinearOptions{}, rng);

  Adam adam(net.parameters(), {.lr = 0.01});
  TrainingStep training(adam);  // forward pass, backward pass, update
  for (int step = 0; step <= 200; ++step) {
    const Var loss = training.run([&](Tape& tape) { return cross_entropy(net(tape.view(train.x)), train.labels); });
    if (step % 50 == 0) std::cout << "step " << step << ": loss " << loss.value().item() << "\n";
  }

  Tape tape(Gradients::off);  // for evaluation: nothing is kept for a backward pass
  const Var scores = net(tape.view(test.x));
  std::cout << "test accuracy " << 100 * accuracy(scores.value(), test.labels) << " %\n";
}
