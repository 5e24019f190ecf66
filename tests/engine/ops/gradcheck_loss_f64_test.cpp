#include <doctest/doctest.h>

#include <cotape/engine/ops.h>

#include "../../check_gradients.h"
#include "../../near.h"

using namespace cotape;

namespace {

const Reduction reductions[] = {Reduction::sum, Reduction::mean, Reduction::batch_mean};

std::string text(Reduction reduction) {
  return reduction == Reduction::sum ? "sum" : (reduction == Reduction::mean ? "mean" : "batch_mean");
}

}  // namespace

TEST_CASE("gradients of losses of pairs, in each reduction") {
  struct Row {
    const char* name;
    Var (*f)(Var, Var, Reduction);
  };
  for (const Row& row :
       {Row{"bce_with_logits", bce_with_logits},
        {"l1_loss", l1_loss},
        {"l2_loss", l2_loss},
        {"huber_loss", [](Var a, Var b, Reduction reduction) { return huber_loss(a, b, 0.7, reduction); }},
        {"smooth_l1_loss", [](Var a, Var b, Reduction reduction) { return smooth_l1_loss(a, b, 0.7, reduction); }},
        {"smooth_l1_loss, sharp", [](Var a, Var b, Reduction reduction) { return smooth_l1_loss(a, b, 0, reduction); }},
        {"kl_divergence", kl_divergence}})
    for (const Reduction reduction : reductions)
      for (const Shape& shape : {Shape{4, 3}, Shape{}, Shape{5}, Shape{2, 3, 2}}) {
        const Tensor a = normal_tensor(shape, 1);
        Tensor b = uniform_tensor(shape, 0, 1, 2);
        for (std::int64_t i = 0; i < a.size(); ++i)  // away from l1_loss's kink
          if (std::abs(a[i] - b[i]) < 0.01) b[i] += 0.1;
        check_gradients(std::string(row.name) + " " + to_string(shape) + " " + text(reduction),
                        [&](Tape&, std::span<const Var> v) { return row.f(v[0], v[1], reduction); }, {a, b});
      }
}

TEST_CASE("gradients of hinge_loss, in each reduction") {
  const Tensor targets({4, 3}, {1, -1, 1, 1, -1, -1, 1, 1, 1, -1, 1, -1});
  for (const Reduction reduction : reductions)
    for (const real margin : {1.0, 0.0, 0.3})
      check_gradients("hinge_loss " + text(reduction),
                      [&](Tape& tape, std::span<const Var> v) {
                        return hinge_loss(v[0], tape.constant(targets), margin, reduction);
                      },
                      {away_from({-1, -0.3, 0, 0.3, 1}, normal_tensor({4, 3}))});
  Tape tape;
  const Var x = tape.variable(Tensor({2}, {0.5, 3})), t = tape.variable(Tensor({2}, {-1, 1}));
  tape.backward(hinge_loss(x, t, 1, Reduction::sum));
  CHECK(x.gradient() == Tensor({2}, {1, 0}));
  CHECK(t.gradient() == Tensor({2}, {-0.5, 0}));
}

TEST_CASE("gradients of cross_entropy and kl_to_uniform, in each reduction") {
  const std::vector<std::int64_t> labels = {1, 0, 3, 3, 2};
  for (const Reduction reduction : reductions) {
    check_gradients("cross_entropy " + text(reduction),
                    [&](Tape&, std::span<const Var> v) { return cross_entropy(v[0], labels, reduction); },
                    {normal_tensor({5, 4})});
    for (const Shape& shape : {Shape{5, 4}, Shape{6}, Shape{3, 2, 4}})
      check_gradients("kl_to_uniform " + to_string(shape) + " " + text(reduction),
                      [&](Tape&, std::span<const Var> v) { return kl_to_uniform(2 * v[0], reduction); },
                      {normal_tensor(shape)});
  }
}

TEST_CASE("gradients of a loss that is scaled and used with others") {
  check_gradients("a weighted sum",
                  [](Tape&, std::span<const Var> v) {
                    return 0.3 * l2_loss(v[0], v[1]) + kl_to_uniform(v[0]) * bce_with_logits(v[0], sigmoid(v[1]));
                  },
                  {normal_tensor({4, 3}, 1), normal_tensor({4, 3}, 2)});
}

TEST_CASE("gradients of norm and pairwise_distances") {
  for (const Shape& shape : {Shape{4, 3}, Shape{5}, Shape{2, 3, 4}, Shape{3, 1}})
    check_gradients("norm " + to_string(shape), [](Tape&, std::span<const Var> v) { return norm(v[0]); },
                    {away_from({0}, normal_tensor(shape))});
  for (const Shape& shape : {Shape{4, 3}, Shape{2, 5, 2}, Shape{3, 2, 4, 3}})
    check_gradients("pairwise_distances " + to_string(shape),
                    [](Tape&, std::span<const Var> v) { return pairwise_distances(v[0]); }, {normal_tensor(shape)});
}

TEST_CASE("gradients of cosine_similarity") {
  for (const Shape& shape : {Shape{4, 3}, Shape{5}, Shape{2, 3, 4}, Shape{3, 1}})
    check_gradients("cosine_similarity " + to_string(shape),
                    [](Tape&, std::span<const Var> v) { return cosine_similarity(v[0], v[1]); },
                    {away_from({0}, normal_tensor(shape, 1)), away_from({0}, normal_tensor(shape, 2))});
  check_gradients("cosine_similarity with itself",
                  [](Tape&, std::span<const Var> v) { return cosine_similarity(v[0], v[0] * v[1]); },
                  {normal_tensor({4, 3}, 1), normal_tensor({4, 3}, 2)});
}

TEST_CASE("gradients of losses of points, in each reduction") {
  const Tensor same({5}, {1, 0, 0, 0.3, 1}), signs({5}, {1, -1, -1, 1, -1});
  for (const Reduction reduction : reductions)
    for (const real margin : {0.5, 2.0}) {
      const std::vector<Tensor> points = {normal_tensor({5, 3}, 1), normal_tensor({5, 3}, 2), normal_tensor({5, 3}, 3)};
      check_gradients(
          "triplet_loss " + text(reduction),
          [&](Tape&, std::span<const Var> v) { return triplet_loss(v[0], v[1], v[2], margin, reduction); }, points);
      check_gradients("contrastive_loss " + text(reduction),
                      [&](Tape& tape, std::span<const Var> v) {
                        return contrastive_loss(v[0], v[1], tape.constant(same), margin, reduction);
                      },
                      {points[0], points[1]});
      check_gradients("cosine_embedding_loss " + text(reduction),
                      [&](Tape&, std::span<const Var> v) {
                        return cosine_embedding_loss(v[0], v[1], signs, margin / 10, reduction);
                      },
                      {points[0], points[1]});
    }
}

TEST_CASE("norm of a zero row has gradient zero, not NaN") {
  Tape tape;
  const Var x = tape.variable(Tensor({2, 2}, {0, 0, 3, 4}));
  const Var y = norm(x);
  CHECK(y.value() == Tensor({2}, {0, 5}));
  tape.backward(sum(y));
  CHECK(relative_distance(x.gradient(), Tensor({2, 2}, {0, 0, 0.6, 0.8})) < 1e-15);
}

TEST_CASE("pairwise_distances of points that coincide: no NaN, the other pairs' gradients stand") {
  Tape tape;
  const Var x = tape.variable(Tensor({3, 2}, {1, 1, 1, 1, 4, 5}));
  const Var y = pairwise_distances(x);
  CHECK(y.value() == Tensor({3, 3}, {0, 0, 5, 0, 0, 5, 5, 5, 0}));
  tape.backward(sum(y));
  CHECK(relative_distance(x.gradient(), Tensor({3, 2}, {-1.2, -1.6, -1.2, -1.6, 2.4, 3.2})) < 1e-15);
}

TEST_CASE("gradients of dropout under a fixed seed") {
  for (const real probability : {0.0, 0.3, 0.9})
    check_gradients("dropout " + std::to_string(probability),
                    [=](Tape&, std::span<const Var> v) {
                      Rng rng(5);
                      return dropout(v[0], probability, rng);
                    },
                    {normal_tensor({4, 6})});
}
