#include <cotape/apps/warcraft/maps.h>
#include <cotape/apps/warcraft/objective.h>
#include <cotape/solvers/paths/grid_path.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "../../normal_tensor.h"

using namespace cotape;
using namespace cotape::app;

namespace {

constexpr std::int64_t batch = 10;

WarcraftOptions options_of(std::vector<std::string> arguments) {
  WarcraftOptions options;
  CommandLine line;
  options.add_to(line);
  line.parse(std::move(arguments));
  return options;
}

struct Step {
  double loss;
  Tensor gradient;  // of the costs
};

// The loss of random costs, and its gradient, for generated maps.
Step step_of(const std::vector<std::string>& arguments) {
  const WarcraftMaps maps = generate_maps(batch, 12, 1, WarcraftSplit::train);
  std::vector<std::int64_t> indices(batch);
  for (std::int64_t i = 0; i < batch; ++i) indices[static_cast<std::size_t>(i)] = i;
  const Shape grid{batch, 12, 12};
  Tensor costs(grid);
  Rng(4).uniform(costs);
  Tape tape;
  const Var cells = tape.variable(costs);
  const Var paths = tape.constant(grid, [&](Tensor& out) { fill_paths(maps, indices, out); });
  const Var wanted = tape.constant(grid, [&](Tensor& out) { fill_costs(maps, indices, out); });
  Rng rng(9);
  const Var loss = Objective(options_of(arguments))(cells, paths, wanted, rng);
  tape.backward(loss);
  return {static_cast<double>(loss.value().item()), cells.gradient()};
}

double largest(const Tensor& x) {
  double most = 0;
  for (const real v : x.values()) most = std::max(most, std::abs(static_cast<double>(v)));
  return most;
}

}  // namespace

TEST_CASE("warcraft objective: losses of paths are means over the batch of sums over the cells") {
  const Step identity = step_of({"--rule", "identity"});
  CHECK(identity.loss > 10);  // cells that differ, of about 30 on two paths
  CHECK(identity.loss == doctest::Approx(step_of({"--rule", "blackbox"}).loss));
  CHECK(2 * step_of({"--rule", "identity", "--loss", "l2"}).loss == doctest::Approx(identity.loss));
  CHECK(largest(identity.gradient) == doctest::Approx(1.0 / batch));
  // Samples count as their mean.
  const double one = step_of({"--rule", "straight-through", "--tau", "0"}).loss;
  CHECK(one == doctest::Approx(identity.loss));
  CHECK(step_of({"--rule", "straight-through", "--tau", "0", "--samples", "4"}).loss == doctest::Approx(one));
}

TEST_CASE("warcraft objective: rules that are the same estimator") {
  const Step identity = step_of({"--rule", "identity"});
  CHECK(step_of({"--rule", "fenchel-young", "--epsilon", "0"}).gradient == identity.gradient);
  CHECK(step_of({"--rule", "straight-through", "--tau", "0"}).gradient == identity.gradient);
  const Step blackbox = step_of({"--rule", "blackbox", "--lambda", "5"});
  CHECK(step_of({"--rule", "imle", "--tau", "0", "--lambda", "5"}).gradient == blackbox.gradient);
  CHECK(blackbox.gradient != identity.gradient);
  CHECK(largest(blackbox.gradient) == doctest::Approx(1.0 / 5));
}

TEST_CASE("warcraft objective: descent makes cells of the label cheaper than cells of a wrong path") {
  const WarcraftMaps maps = generate_maps(batch, 12, 1, WarcraftSplit::train);
  for (const char* rule : {"identity", "blackbox", "straight-through", "imle", "imle-central", "fenchel-young"}) {
    CAPTURE(rule);
    const Tensor gradient = step_of({"--rule", rule}).gradient;
    double on_label = 0, elsewhere = 0;
    for (std::int64_t i = 0; i < gradient.size(); ++i)
      (maps.paths[static_cast<std::size_t>(i)] ? on_label : elsewhere) += static_cast<double>(gradient[i]);
    CHECK(on_label > 0);
    CHECK(elsewhere < 0);
  }
}

TEST_CASE("warcraft objective: projection and margins come before the solver") {
  const Step plain = step_of({"--rule", "identity"});
  const Step normalised = step_of({"--rule", "identity", "--projection", "norm"});
  CHECK(normalised.loss == doctest::Approx(plain.loss));  // a path does not change with the unit of its costs
  CHECK(normalised.gradient != plain.gradient);
  // The label made dearer than anything else: the path avoids it.
  CHECK(step_of({"--rule", "identity", "--informed-margin", "50"}).loss > plain.loss);
  CHECK(step_of({"--rule", "identity", "--noise-margin", "1"}).loss != plain.loss);
}

TEST_CASE("warcraft objective: defaults by rule") {
  CHECK(options_of({"--rule", "identity"}).loss == "l1");
  CHECK(options_of({"--rule", "blackbox"}).loss == "hamming");
  CHECK(options_of({"--rule", "perturbed"}).rule.noise() == "normal");
  CHECK(options_of({"--rule", "imle"}).rule.noise() == "gumbel");
  CHECK(options_of({"--rule", "none"}).head == "logits");
  CHECK_THROWS_AS(options_of({"--rule", "identity", "--loss", "hamming"}), OptionError);
}
