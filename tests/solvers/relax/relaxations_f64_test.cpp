#include <cotape/engine/tape/gradcheck.h>
#include <cotape/solvers/relax/relaxations.h>
#include <cotape/solvers/select/topk.h>
#include <doctest/doctest.h>

#include "../../normal_tensor.h"

using namespace cotape;

TEST_CASE("relaxations: gradients agree with differences, also of instances with padding and of different k") {
  const std::vector<TopKInstance> subsets = {
      {.k = 3, .allowed = {}}, {.k = 2, .allowed = {1, 1, 0, 1, 1}}, {.k = 2, .allowed = {0, 1, 0, 1, 0}}};
  const Tensor scores = normal_tensor({3, 5});
  const auto check = [&](const auto& relaxation) {
    const GradcheckResult result = gradcheck(
        [&](Tape&, std::span<const Var> x) {
          Rng rng(4);  // the same noise at every call
          return relaxation(x[0], rng);
        },
        {scores});
    CHECK_MESSAGE(result.passed, result.where);
  };
  check([](Var x, Rng& rng) { return gumbel_softmax(x, 0.8, rng); });
  check([](Var x, Rng& rng) { return softsub(x, 3, 0.8, rng); });
  check([](Var x, Rng& rng) { return concrete_subset(x, 3, 0.8, rng); });
  check([&](Var x, Rng& rng) { return softsub(x, subsets, 0.8, rng); });
  check([&](Var x, Rng& rng) { return concrete_subset(x, subsets, 0.8, rng); });
}
