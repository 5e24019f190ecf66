// Transfer: a net that PyTorch has trained on two moons learns the same moons turned by a right angle, from 20 points.
// Its first layers stay as they are; the last two learn.
// Usage: transfer FILE, moons.safetensors of this folder
#include <cotape/cotape.h>

#include <cmath>
#include <iostream>
#include <numbers>

using namespace cotape;

struct Points {
  Tensor x;                          // [n, 2]
  std::vector<std::int64_t> labels;  // n of them
};

Points turned_moons(std::int64_t n, Rng rng) {
  Points points{Tensor(Shape{n, 2}), {}};
  rng.normal(points.x);
  for (std::int64_t i = 0; i < n; ++i) {
    const std::int64_t label = i % 2;
    const real angle = std::numbers::pi_v<real> * rng.uniform(), side = label == 0 ? 1 : -1;
    real &x = points.x.at({i, 0}), &y = points.x.at({i, 1});
    const real shift = static_cast<real>(label);
    const real across = side * std::cos(angle) + shift + 0.2f * x, up = side * std::sin(angle) + shift / 2 + 0.2f * y;
    x = 0.5f - up, y = across;
    points.labels.push_back(label);
  }
  return points;
}

// Members have the names that they have in PyTorch, so that only what is not a parameter differs in the file.
struct Net : Module {
  explicit Net(Rng& rng)
      : fc1(2, 32, {}, rng), bn(32, {.activation = Activation::relu}), fc2(32, 32, {}, rng), head(32, 2, {}, rng) {
    add("fc1", fc1), add("bn", bn), add("fc2", fc2), add("head", head);
  }
  Var operator()(Var x) { return head(relu(fc2(bn(fc1(x))))); }

  Linear fc1;
  BatchNorm bn;
  Linear fc2, head;
};

double test_accuracy(Net& net, const Points& points) {
  Tape tape(Gradients::off);
  return 100 * accuracy(net(tape.view(points.x)).value(), points.labels);
}

int main(int argc, char** argv) try {
  Rng rng(1);
  Net net(rng);
  Checkpoint file = load_checkpoint(argc > 1 ? argv[1] : "moons.safetensors");
  file.drop("bn.num_batches_tracked");  // PyTorch counts batches; here nothing uses the number
  net.load(file, "");                   // strict: each entry is used, and none is missing
  net.eval();                           // the statistics of the batch norm stay those of the file
  net.fc1.freeze();
  net.bn.freeze();
  std::cout << net.parameter_count() << " numbers, " << net.trainable_count() << " of them to be trained\n";

  const Points train = turned_moons(20, Rng(2)), test = turned_moons(1000, Rng(3));
  std::cout << "as loaded: accuracy " << test_accuracy(net, test) << " %\n";
  Adam adam(net.parameters(), {.lr = 0.01});
  TrainingStep training(adam);
  for (int step = 0; step < 100; ++step)
    training.run([&](Tape& tape) { return cross_entropy(net(tape.view(train.x)), train.labels); });
  std::cout << "after 100 steps: accuracy " << test_accuracy(net, test) << " %\n";
} catch (const std::exception& error) {
  std::cerr << "transfer: " << error.what() << "\n";
  return 2;
}
