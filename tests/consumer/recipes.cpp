#include <cotape/cotape.h>
#include <cotape/engine/tape/gradcheck.h>

#include <cmath>
#include <iostream>
#include <vector>

#include "best_run.h"
#include "scale_layer.h"
#include "sign_rule.h"

// A solver with instance data, a rule, an op and a layer of somebody else's, in one model: which run of a row was
// picked is learned from the picks alone. Exits 1 when it is not.
using namespace cotape;

namespace {

constexpr std::int64_t rows = 60, n = 9;

int failures = 0;
void expect(bool right, const char* what) {
  if (right) return;
  ++failures;
  std::cerr << "not true: " << what << '\n';
}

// Rows of different size, each with the length of the run that is looked for.
std::vector<BestRun::Instance> instances() {
  std::vector<BestRun::Instance> list;
  for (std::size_t row = 0; row < rows; ++row) list.push_back({5 + row % 5, 1 + row % 3});
  return list;
}

// The share of entries where the model's picks are wrong, after training under a rule that is given by name.
double train(const NamedRule& rule) {
  Tensor features(Shape{rows, n, 3}), taste(Shape{3}, {1, real(-0.5), 2});
  Rng(1).normal(features);
  const std::vector<BestRun::Instance> data = instances();
  const auto picked = differentiable(BestRun{n}, Identity{});
  const RuleLayer layer(BestRun{n}, rule);
  Scale model(3);
  Adam adam(model.parameters(), {.lr = 0.02});
  Rng rng(2);
  Tape tape;
  double wrong = 0;
  for (int step = 0; step < 150; ++step) {
    tape.clear();
    const Var x = tape.constant(features);
    const Var wanted = picked(sum(cube(x) * tape.constant(taste), -1), data);
    const Var found = layer(sum(model(cube(x)), -1), data, rng).mean();
    const Var loss = l2_loss(found, wanted);
    tape.backward(loss);
    adam.step();
    adam.clear_gradients();
    wrong = static_cast<double>(sum(abs(found - wanted)).value().item()) / static_cast<double>(rows);
  }
  return wrong;
}

}  // namespace

int main() {
  const GradcheckResult check =
      gradcheck([](Tape&, std::span<const Var> x) { return cube(x[0]); }, {Tensor(Shape{3}, {-1, real(0.5), 2})},
                sizeof(real) == 8 ? GradcheckOptions{} : GradcheckOptions{.step = 1e-2, .tolerance = 1e-2});
  expect(check.passed, "the op's product agrees with finite differences");

  NamedRule sign("sign", SignRule{});
  sign.set("scale", real(0.01));
  const double by_sign = train(sign), by_identity = train(rule_named("identity"));
  std::cout << "picks that are wrong in a row: " << by_sign << " under the rule from outside, " << by_identity
            << " under identity\n";
  expect(by_sign < 0.3, "the rule from outside learns which runs are picked");
  expect(by_identity < 0.3, "the library's rules learn it with the solver from outside");
  return failures == 0 ? 0 : 1;
}
