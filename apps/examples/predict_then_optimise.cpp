// Predict, then optimise: what things are worth is predicted from their features, a knapsack is packed by the
// predictions, and the predictor is trained by how good the packed things are, through the solver.
#include <cotape/cotape.h>

#include <algorithm>
#include <iostream>
#include <vector>

using namespace cotape;

// A solver of one's own: which of n things are worth most within a capacity. Weights and capacity come with each
// instance.
struct Backpack {
  std::int64_t n;
  struct Instance {
    std::vector<std::size_t> weights;  // n of them
    std::size_t capacity;
  };

  SolverTraits traits() const { return {.name = "backpack", .sense = Sense::maximise, .shape = Shape{n}}; }
  void solve(std::span<const real> value, const Instance& bag, std::span<real> taken) const {
    // most[i][c]: the largest value of the first i things that together weigh c at most
    std::vector most(value.size() + 1, std::vector<real>(bag.capacity + 1));
    for (std::size_t i = 0; i < value.size(); ++i)
      for (std::size_t c = 0; c <= bag.capacity; ++c) {
        most[i + 1][c] = most[i][c];
        if (bag.weights[i] <= c) most[i + 1][c] = std::max(most[i][c], most[i][c - bag.weights[i]] + value[i]);
      }
    for (std::size_t i = value.size(), c = bag.capacity; i-- > 0;)
      if (most[i + 1][c] != most[i][c]) {
        taken[i] = 1;
        c -= bag.weights[i];
      }
  }
};

constexpr std::int64_t instances = 200, things = 12, features = 5;

int main() {
  Rng rng(1);
  Tensor x(Shape{instances, things, features}), taste(Shape{features, 1}, {1, -2, 0.5f, 3, -1});
  rng.normal(x);
  std::vector<Backpack::Instance> bags(instances, {std::vector<std::size_t>(things), 25});
  for (Backpack::Instance& bag : bags)
    for (std::size_t& weight : bag.weights) weight = static_cast<std::size_t>(3 + rng.below(8));

  // Worth grows with the exponent of what a linear predictor can see: it is wrong anyhow, and has to choose where.
  Linear predictor(features, 1, {}, rng);
  auto by_truth = differentiable(Backpack{things}, Identity{});
  auto by_prediction = differentiable(Backpack{things}, Blackbox{.lambda = 1});
  Adam adam(predictor.parameters(), {.lr = 0.02});
  TrainingStep training(adam);
  for (int step = 0; step <= 100; ++step) {
    Var best_value;
    const Var regret = training.run([&](Tape& tape) {
      const Var features_seen = tape.view(x);
      const Var worth = reshape(exp(0.5f * matmul(features_seen, tape.view(taste))), {instances, things});
      const Var best = by_truth(worth, bags);
      const Var packed = by_prediction(reshape(predictor(features_seen), {instances, things}), bags);
      best_value = sum(worth * best);
      return best_value - sum(worth * packed);  // a sum, so that Blackbox's λ is on the scale of one instance's values
    });
    if (step % 25 == 0)
      std::cout << "step " << step << ": regret " << 100 * regret.value().item() / best_value.value().item() << " %\n";
  }
}
