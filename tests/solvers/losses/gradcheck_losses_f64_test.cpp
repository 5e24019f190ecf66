#include <doctest/doctest.h>

#include <cotape/engine/ops.h>
#include <cotape/solvers/losses/contrastive.h>
#include <cotape/solvers/losses/learning_to_rank.h>
#include <cotape/solvers/losses/perturbation_gradient.h>
#include <cotape/solvers/losses/spo_plus.h>
#include <cotape/solvers/paths/grid_path.h>
#include <cotape/solvers/select/enumerated.h>
#include <cotape/solvers/select/ranking.h>
#include <cotape/solvers/select/topk.h>

#include "../../check_gradients.h"

using namespace cotape;

namespace {

struct Row {
  const char* name;
  Solver solver;
  Shape shape;
};
const std::vector<Row>& rows() {
  static const std::vector<Row> all = {{"top_k", TopK{.n = 5, .k = 2}, {3, 5}},
                                       {"top_k, several instances an example", TopK{.n = 5, .k = 2}, {2, 3, 5}},
                                       {"ranking from costs", Ranking{.n = 5, .sense = Sense::minimise}, {3, 5}},
                                       {"a list from costs", Enumerated{all_subsets(5, 2), Sense::minimise}, {3, 5}},
                                       {"a single instance", Ranking{.n = 5, .sense = Sense::minimise}, {5}}};
  return all;
}

using Loss = std::function<Var(const BatchOracle&, Var predicted, Var other)>;

void check(const char* name, const Loss& loss) {
  for (const Row& row : rows())
    check_gradients(std::string(name) + ", " + row.name,
                    [&](Tape& tape, std::span<const Var> v) {
                      return loss(std::make_shared<Oracle>(row.solver), v[0],
                                  tape.constant(normal_tensor(row.shape, 2)));
                    },
                    {normal_tensor(row.shape, 1)});
}

SolutionPool pool_of(const BatchOracle& oracle) {
  SolutionPool pool(oracle.oracle()->solver());
  Rng rng(1);
  pool.grow(oracle, normal_tensor({8, 5}, 3), 1, rng);
  return pool;
}

}  // namespace

TEST_CASE("gradients of spo_plus and perturbation_gradient are those of their values") {
  check("spo_plus", [](const BatchOracle& o, Var x, Var c) { return spo_plus(o, x, c); });
  check("spo_plus, decisions given", [](const BatchOracle& o, Var x, Var y) { return spo_plus(o, x, y, y); });
  using Points = PerturbationGradientOptions::Points;
  for (const Points points : {Points::backward, Points::forward, Points::central})
    for (const real h : {1.0, 3.0})
      check("perturbation_gradient", [&](const BatchOracle& o, Var x, Var c) {
        return perturbation_gradient(o, x, c, {.h = h, .points = points});
      });
  // Costs that leave the domain.
  const Shape shape{2, 3, 3};
  check_gradients("perturbation_gradient, grid_path",
                  [&](Tape& tape, std::span<const Var> v) {
                    return perturbation_gradient(std::make_shared<Oracle>(GridPath{.height = 3, .width = 3}), v[0],
                                                 tape.constant(uniform_tensor(shape, 0, 2, 2)), {.h = 1});
                  },
                  {uniform_tensor(shape, 0, 1, 1)});
}

TEST_CASE("gradients of losses over a pool of solutions are those of their values") {
  check("nce", [](const BatchOracle& o, Var x, Var y) { return nce(o, pool_of(o), x, y); });
  check("cmap", [](const BatchOracle& o, Var x, Var y) { return cmap(o, pool_of(o), x, y); });
  check("cmap with true costs", [](const BatchOracle& o, Var x, Var y) { return cmap(o, pool_of(o), 2 * x - y, y); });
  check("pointwise_ltr", [](const BatchOracle& o, Var x, Var c) { return pointwise_ltr(o, pool_of(o), x, c); });
  for (const double margin : {0.0, 1.0})
    check("pairwise_ltr",
          [&](const BatchOracle& o, Var x, Var c) { return pairwise_ltr(o, pool_of(o), x, c, margin); });
  check("pairwise_difference_ltr",
        [](const BatchOracle& o, Var x, Var c) { return pairwise_difference_ltr(o, pool_of(o), x, c); });
  for (const double temperature : {0.5, 3.0, -1.0})
    check("listwise_ltr",
          [&](const BatchOracle& o, Var x, Var c) { return listwise_ltr(o, pool_of(o), x, c, temperature); });
}

TEST_CASE("the right decisions that spo_plus solves for have no gradient, whatever they are solved from") {
  Tape tape;
  const Var costs = tape.variable(normal_tensor({3, 5}, 2));
  tape.backward(spo_plus(std::make_shared<Oracle>(TopK{.n = 5, .k = 2}), costs, costs));
  const bool none = costs.gradient() == Tensor(Shape{3, 5});
  CHECK(none);
  if (none) note_twice_checked_ops({"best_solutions"});
}
