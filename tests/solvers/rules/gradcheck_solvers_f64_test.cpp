#include <doctest/doctest.h>

#include <cotape/engine/ops.h>
#include <cotape/solvers/losses/fenchel_young.h>
#include <cotape/solvers/losses/hamming.h>
#include <cotape/solvers/perturb/margins.h>
#include <cotape/solvers/relax/relaxations.h>
#include <cotape/solvers/select/enumerated.h>
#include <cotape/solvers/select/ranking.h>
#include <cotape/solvers/select/topk.h>

#include "../../check_gradients.h"

using namespace cotape;

TEST_CASE("gradients of fenchel_young are those of its value, under common noise") {
  struct Row {
    const char* name;
    Solver solver;
    Shape shape;
  };
  const Row rows[] = {
      {"top_k", TopK{.n = 5, .k = 2}, {3, 5}},
      {"top_k, several instances an example", TopK{.n = 5, .k = 2}, {2, 3, 5}},
      {"ranking", Ranking{.n = 5}, {3, 5}},
      {"ranking from costs", Ranking{.n = 5, .sense = Sense::minimise}, {3, 5}},
      {"a list from costs", Enumerated{all_subsets(5, 2), Sense::minimise}, {3, 5}},
      {"a single instance", Ranking{.n = 5, .sense = Sense::minimise}, {5}},
  };
  for (const Row& row : rows)
    for (const real epsilon : {0.0, 0.1, 1.0})
      for (const auto& [noise, perturbation] :
           {std::pair(Noise(Normal{}), Perturbation::additive), std::pair(Noise(Gumbel{}), Perturbation::additive),
            std::pair(Noise(Normal{}), Perturbation::multiplicative)}) {
        const FenchelYoungOptions options{
            .epsilon = epsilon, .samples = 4, .noise = noise, .perturbation = perturbation};
        check_gradients(std::string(row.name) + ", ε = " + std::to_string(epsilon),
                        [&](Tape& tape, std::span<const Var> v) {
                          Rng rng(5);
                          return fenchel_young(row.solver, v[0], tape.constant(normal_tensor(row.shape, 2)), options,
                                               rng);
                        },
                        {normal_tensor(row.shape, 1)});
      }
}

TEST_CASE("gradients of relaxations, with fixed noise") {
  for (const real temperature : {0.7, 2.0})
    for (const Shape& shape : {Shape{3, 5}, Shape{5}, Shape{2, 2, 5}}) {
      check_gradients("gumbel_softmax",
                      [&](Tape&, std::span<const Var> v) {
                        Rng rng(5);
                        return gumbel_softmax(v[0], temperature, rng);
                      },
                      {normal_tensor(shape)});
      for (const std::int64_t k : {1, 3}) {
        check_gradients("softsub",
                        [&](Tape&, std::span<const Var> v) {
                          Rng rng(5);
                          return softsub(v[0], k, temperature, rng);
                        },
                        {normal_tensor(shape)});
        check_gradients("concrete_subset",
                        [&](Tape&, std::span<const Var> v) {
                          Rng rng(5);
                          return concrete_subset(v[0], k, temperature, rng);
                        },
                        {normal_tensor(shape)});
      }
    }
}

TEST_CASE("gradients of margins and of hamming_loss") {
  check_gradients("noise_margin",
                  [](Tape&, std::span<const Var> v) {
                    Rng rng(5);
                    return noise_margin(v[0], 0.5, rng);
                  },
                  {normal_tensor({3, 4})});
  for (const Sense sense : {Sense::minimise, Sense::maximise})
    check_gradients("informed_margin",
                    [&](Tape&, std::span<const Var> v) { return informed_margin(v[0], v[1], 0.5, sense); },
                    {normal_tensor({3, 4}, 1), uniform_tensor({3, 4}, 0, 1)});
  for (const Reduction reduction : {Reduction::sum, Reduction::mean, Reduction::batch_mean})
    check_gradients("hamming_loss", [&](Tape&, std::span<const Var> v) { return hamming_loss(v[0], v[1], reduction); },
                    {uniform_tensor({3, 4}, 0, 1, 1), uniform_tensor({3, 4}, 0, 1, 2)});
}
