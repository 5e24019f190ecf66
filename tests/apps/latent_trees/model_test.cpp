#include <cotape/apps/latent_trees/evaluation.h>
#include <cotape/apps/latent_trees/step.h>
#include <cotape/engine/ops.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "../../near.h"
#include "../../normal_tensor.h"

using namespace cotape;
using namespace cotape::app;

namespace {

constexpr std::int64_t batch = 6, nodes = 5, edges = 10, frames = 7;

LatentTreesOptions options_of(std::vector<std::string> arguments = {}) {
  arguments.insert(arguments.begin(), {"--hidden", "8", "--nodes", "5", "--frames", "7"});
  LatentTreesOptions options;
  CommandLine line;
  options.add_to(line);
  line.parse(std::move(arguments));
  return options;
}

Tensor positions() { return normal_tensor({batch, frames, nodes, 2}, 3); }

Tensor random_trees(std::int64_t count) {
  TreeFinder finder(nodes);
  return finder(normal_tensor({count, edges}, 4));
}

// The number of an edge.
std::int64_t edge_of(std::int64_t i, std::int64_t j) {
  const auto [low, high] = std::minmax(i, j);
  return low * (2 * nodes - low - 1) / 2 + high - low - 1;
}

constexpr std::array<std::int64_t, nodes> other_order = {3, 0, 4, 1, 2};

// Node i becomes node other_order[i], in positions [..., nodes, 2].
Tensor renumbered_nodes(const Tensor& x) {
  Tensor y = x;
  for (std::int64_t k = 0; k < x.size() / (2 * nodes); ++k)
    for (std::int64_t i = 0; i < nodes; ++i)
      for (std::int64_t axis = 0; axis < 2; ++axis)
        y[(k * nodes + other_order[static_cast<std::size_t>(i)]) * 2 + axis] = x[(k * nodes + i) * 2 + axis];
  return y;
}
// The same of edges [..., edges].
Tensor renumbered_edges(const Tensor& x) {
  Tensor y = x;
  for (std::int64_t k = 0; k < x.size() / edges; ++k)
    for (std::int64_t i = 0; i < nodes; ++i)
      for (std::int64_t j = i + 1; j < nodes; ++j)
        y[k * edges + edge_of(other_order[static_cast<std::size_t>(i)], other_order[static_cast<std::size_t>(j)])] =
            x[k * edges + edge_of(i, j)];
  return y;
}

}  // namespace

TEST_CASE("latent trees: what encoder and decoder say follows the nodes, however they are numbered") {
  Rng rng(1);
  Encoder encoder(nodes, frames, 8, rng);
  Decoder decoder(8, rng);
  Tape tape;
  const Var x = tape.constant(positions()), renumbered = tape.constant(renumbered_nodes(positions()));
  CHECK(relative_distance(renumbered_edges(encoder(x).value()), encoder(renumbered).value()) < 1e-4);
  const Tensor trees = random_trees(batch);
  const Tensor moved = decoder.predict(x, tape.constant(trees), 3).value();
  CHECK(relative_distance(renumbered_nodes(moved),
                          decoder.predict(renumbered, tape.constant(renumbered_edges(trees)), 3).value()) < 1e-4);
}

TEST_CASE("latent trees: the decoder, message by message") {
  Rng rng(1);
  Decoder decoder(8, rng);
  const auto value = [&](const std::string& name) -> const Tensor& {
    for (const Parameter* parameter : decoder.parameters())
      if (parameter->name() == name) return parameter->value();
    FAIL(name);
    return decoder.parameters().front()->value();
  };
  const auto linear_of = [&](const std::string& layer, const std::vector<double>& x) {
    const Tensor &weight = value(layer + ".weight"), &bias = value(layer + ".bias");
    std::vector<double> y;
    for (std::int64_t k = 0; k < bias.size(); ++k) {
      double sum = static_cast<double>(bias[k]);
      for (std::size_t j = 0; j < x.size(); ++j)
        sum +=
            static_cast<double>(weight[k * static_cast<std::int64_t>(x.size()) + static_cast<std::int64_t>(j)]) * x[j];
      y.push_back(sum);
    }
    return y;
  };
  const auto relu_of = [](std::vector<double> x) {
    for (double& v : x) v = std::max(0.0, v);
    return x;
  };
  const Tensor at = normal_tensor({1, nodes, 2}, 5), tree = random_trees(1);
  std::vector<double> expected;
  for (std::int64_t i = 0; i < nodes; ++i) {
    std::vector<double> received(8);
    for (std::int64_t j = 0; j < nodes; ++j) {
      if (j == i) continue;
      const std::string net = tree[edge_of(i, j)] == 1 ? "tree" : "rest";
      const Tensor &weight = value(net + ".fc1.weight"), &bias = value(net + ".fc1.bias");
      std::vector<double> hidden;
      for (std::int64_t k = 0; k < 8; ++k) {
        double sum = static_cast<double>(bias[k]);
        for (std::int64_t axis = 0; axis < 2; ++axis)
          sum += static_cast<double>(weight[k * 2 + axis]) * static_cast<double>(at[j * 2 + axis]) +
                 static_cast<double>(weight[(8 + k) * 2 + axis]) * static_cast<double>(at[i * 2 + axis]);
        hidden.push_back(sum);
      }
      const std::vector<double> message = relu_of(linear_of(net + ".fc2", relu_of(hidden)));
      for (std::size_t k = 0; k < 8; ++k) received[k] += message[k];
    }
    received.insert(received.begin(), {static_cast<double>(at[i * 2]), static_cast<double>(at[i * 2 + 1])});
    const std::vector<double> move = linear_of("fc3", relu_of(linear_of("fc2", relu_of(linear_of("fc1", received)))));
    for (std::size_t axis = 0; axis < 2; ++axis) expected.push_back(received[axis] + move[axis]);
  }
  Tape tape;
  const Tensor next = decoder(tape.constant(at), tape.constant(tree)).value();
  for (std::int64_t k = 0; k < next.size(); ++k)
    CHECK(static_cast<double>(next[k]) == doctest::Approx(expected[static_cast<std::size_t>(k)]).epsilon(1e-4));
}

TEST_CASE("latent trees: frames are predicted from the given ones before them") {
  CHECK(predicted_frames(7, 6) == std::vector<std::int64_t>{1, 2, 3, 4, 5, 6});
  CHECK(predicted_frames(7, 1) == std::vector<std::int64_t>{1, 2, 3, 4, 5, 6});
  CHECK(predicted_frames(7, 4) == std::vector<std::int64_t>{1, 5, 2, 6, 3, 4});
  CHECK(predicted_frames(7, 3) == std::vector<std::int64_t>{1, 4, 2, 5, 3, 6});
  Rng rng(1);
  Decoder decoder(8, rng);
  Tape tape;
  const Var x = tape.constant(positions()), trees = tape.constant(random_trees(2 * batch));
  const auto repeated = [&](std::int64_t frame) {  // of each example, for both of its trees
    return reshape(repeat_interleave(slice(x, 1, frame, frame + 1), 2, 0), {2 * batch, nodes, 2});
  };
  for (const std::int64_t steps : {1, 3, 4, 6}) {
    CAPTURE(steps);
    const Var predicted = decoder.predict(x, trees, steps);
    REQUIRE(predicted.shape() == Shape{2 * batch, frames - 1, nodes, 2});
    const std::vector<std::int64_t> order = predicted_frames(frames, steps);
    for (std::size_t place = 0; place < order.size(); ++place) {
      const std::int64_t start = (order[place] - 1) / steps * steps;
      Var expected = repeated(start);
      for (std::int64_t frame = start; frame < order[place]; ++frame) expected = decoder(expected, trees);
      const Var own = select(predicted, 1, static_cast<std::int64_t>(place));
      CHECK(relative_distance(own.value(), expected.value()) < 1e-4);
    }
  }
}

TEST_CASE("latent trees: the loss, term by term") {
  Rng rng(1);
  LatentTrees model(options_of({"--variance", "0.5"}), rng);
  Tape tape;
  const Tensor seen = positions(), trees = random_trees(batch);
  const Var x = tape.constant(seen), scores = tape.constant(normal_tensor({batch, edges}, 6));
  const LatentTrees::Losses losses = model.evaluate_on(x, scores, tape.constant(trees));
  const Tensor predicted = model.decoder().predict(x, tape.constant(trees), 1).value();
  double squares = 0, kl = 0;
  for (std::int64_t b = 0; b < batch; ++b)
    for (std::int64_t k = 0; k < (frames - 1) * nodes * 2; ++k)
      squares += std::pow(static_cast<double>(seen[b * frames * nodes * 2 + nodes * 2 + k]) -
                              static_cast<double>(predicted[b * (frames - 1) * nodes * 2 + k]),
                          2);
  for (const real u : scores.value().values())
    kl += 2 * (static_cast<double>(u) + std::exp(-static_cast<double>(u)) - 1);
  CHECK(static_cast<double>(losses.nll.value().item()) ==
        doctest::Approx(squares / (2 * 0.5) / nodes / batch).epsilon(1e-4));
  CHECK(static_cast<double>(losses.kl.value().item()) == doctest::Approx(kl / nodes / batch).epsilon(1e-4));
  CHECK(losses.loss.value().item() == losses.nll.value().item() + losses.kl.value().item());
}

TEST_CASE("latent trees: every rule moves both nets, and a step of the same shapes asks for no memory") {
  for (const std::vector<std::string>& rule :
       std::vector<std::vector<std::string>>{{"identity"},
                                             {"identity", "--projection", "center"},
                                             {"blackbox"},
                                             {"lpgd"},
                                             {"straight-through", "--samples", "2"},
                                             {"imle", "--samples", "2"},
                                             {"imle-central"},
                                             {"aimle", "--tau", "1"},
                                             {"aimle-central", "--noise", "sog-as-published"},
                                             {"perturbed", "--samples", "3"},
                                             {"sst", "--samples", "2"},
                                             {"sst-hard", "--temperature", "0.5"}}) {
    CAPTURE(rule[0]);
    std::vector<std::string> arguments = rule;
    arguments.insert(arguments.begin(), "--rule");
    LatentTreesStep step(options_of(arguments), Rng(1), Rng(2));
    const Tensor x = positions();
    std::vector<Tensor> before;
    for (const Parameter* parameter : step.model().parameters()) before.push_back(parameter->value());
    std::size_t held = 0;
    for (int i = 0; i < 40; ++i) {
      const LatentTrees::Losses losses = step.run([&](Tape& tape) { return tape.view(x); }, 0);
      REQUIRE(losses.trees.value().finite());
      if (i == 2) held = step.frame().parts().tape().allocations();
    }
    CHECK(step.frame().parts().tape().allocations() == held);
    std::size_t k = 0;
    for (const Parameter* parameter : step.model().parameters()) {
      CAPTURE(parameter->name());
      CHECK(parameter->value().finite());
      CHECK(parameter->value() != before[k++]);
    }
  }
}

TEST_CASE("latent trees: shares of right edges, plain and as published") {
  LayoutSet set{2, 4, 2, Tensor(Shape{2, 2, 4, 2}), {1, 1, 1, 0, 0, 0, 0, 0, 1, 1, 0, 1}};
  TreeScore score;
  const Tensor found(Shape{2, 6}, {1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0}),
      drawn(Shape{2, 6}, {0, 0, 1, 0, 1, 1, 1, 1, 0, 0, 1, 0});
  score.add(found, drawn, set, std::vector<std::int64_t>{0, 1});
  CHECK(score.precision() == doctest::Approx(4.0 / 6));
  CHECK(score.exact_share() == 0.5);
  // 1 of 6 drawn edges is true, and so 5 of the 6 that were not drawn: 5/6, which has all but one of the true ones.
  CHECK(score.as_published().precision == doctest::Approx(5.0 / 6));
  CHECK(score.as_published().recall == doctest::Approx(5.0 / 6));
  TreeScore better;
  better.add(found, found, set, std::vector<std::int64_t>{0, 1});
  CHECK(better.as_published().precision == doctest::Approx(4.0 / 6));
}

TEST_CASE("latent trees: evaluation leaves the model as it was and is the same for any number of threads") {
  const LayoutSets sets = generate_layouts({.train = 10, .validation = 40, .test = 5, .nodes = 5, .frames = 7}, 1);
  Rng rng(1);
  LatentTrees model(options_of(), rng);
  TreeFinder finder(nodes);
  Tape tape(Gradients::off);
  const TreeScore score = evaluate(model, sets.validation, finder, Rng(7), tape);
  CHECK(score.examples == 40);
  CHECK(model.training());
  const ThreadLimit one(1);
  const TreeScore again = evaluate(model, sets.validation, finder, Rng(7), tape);
  CHECK(score.nll == again.nll);
  CHECK(score.kl == again.kl);
  CHECK(score.right == again.right);
  CHECK(score.score_deviation() == again.score_deviation());
}
