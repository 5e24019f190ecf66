#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/ops.h>

#include <cmath>
#include <limits>

#include "../../near.h"

// Values of losses beside constants that PyTorch gave in double.

using namespace cotape;

namespace {

constexpr real infinity = std::numeric_limits<real>::infinity();
constexpr real not_a_number = std::numeric_limits<real>::quiet_NaN();

const Tensor scores({4, 3}, {1, 2, 0.5, -1, 0, 3, 0, 0, 1, 2, -2, 0.25});
const Tensor probabilities({4, 3}, {real(0.2), 0.5, real(0.3), 0, 1, 0, 0.25, 0.25, 0.5, 1, 0, 0});
const Tensor weights({3}, {0.5, 2, 1.5});
const std::vector<std::int64_t> labels = {1, 2, -1, 0};  // −1 is ignored

bool near(Var y, double expected) {
  return std::abs(static_cast<double>(y.value().item()) - expected) < 2e-6 * std::max(1.0, std::abs(expected));
}

}  // namespace

TEST_CASE("cross_entropy and nll_loss with weights, smoothing and ignored labels") {
  Tape tape;
  const Var x = tape.constant(scores), p = tape.constant(probabilities);
  const real smooth = real(0.3);
  CHECK(near(cross_entropy(x, labels, {weights, 0, -1, Reduction::mean}), 0.278854320812));
  CHECK(near(cross_entropy(x, labels, {weights, 0, -1, Reduction::sum}), 1.11541728325));
  CHECK(near(cross_entropy(x, labels, {weights, 0, -1, Reduction::batch_mean}), 1.11541728325 / 4));
  CHECK(near(cross_entropy(x, labels, {weights, smooth, -1, Reduction::mean}), 0.800169065233));
  CHECK(near(cross_entropy(x, labels, {weights, smooth, -1, Reduction::sum}), 3.20067626093));
  CHECK(near(cross_entropy(x, p, {.class_weights = weights}), 2.27440744098));
  CHECK(near(cross_entropy(x, p, {.class_weights = weights, .label_smoothing = smooth}), 2.31470072075));
  CHECK(near(cross_entropy(x, p, {weights, smooth, {}, Reduction::sum}), 9.25880288299));
  CHECK(near(nll_loss(log_softmax(x), labels, {weights, -1, Reduction::mean}), 0.278854320812));
  CHECK(near(nll_loss(log_softmax(x), labels, {weights, -1, Reduction::sum}), 1.11541728325));

  // Without options it is the plain cross_entropy.
  const std::vector<std::int64_t> all = {1, 2, 0, 0};
  const double plain = static_cast<double>(cross_entropy(x, all).value().item());
  CHECK(near(cross_entropy(x, all, CrossEntropyOptions{}), plain));
  CHECK(near(nll_loss(log_softmax(x), all), plain));
}

TEST_CASE("an ignored row costs nothing and gets no gradient, whatever it holds") {
  Tape tape;
  Tensor hard = scores;
  hard[6] = hard[7] = hard[8] = not_a_number;  // the row of the label −1
  for (const real smoothing : {real(0), real(0.5)}) {
    const Var x = tape.variable(hard);
    const Var loss = cross_entropy(x, labels, {weights, smoothing, -1, Reduction::mean});
    CHECK(std::isfinite(loss.value().item()));
    tape.backward(loss);
    CHECK(x.gradient().finite());
    CHECK(slice(tape.constant(x.gradient()), 0, 2, 3).value() == Tensor({1, 3}));
  }
  const Var x = tape.variable(hard);
  tape.backward(nll_loss(x, labels, {.ignored_label = -1}));
  CHECK(x.gradient() == Tensor({4, 3}, {0, real(-1.0 / 3), 0, 0, 0, real(-1.0 / 3), 0, 0, 0, real(-1.0 / 3), 0, 0}));
}

TEST_CASE("masked classes in cross_entropy and nll_loss: a weight of 0 times ∞ is 0") {
  Tape tape;
  const std::vector<std::int64_t> two = {1, 0};
  const Tensor masked({2, 3}, {-infinity, 0, 0, 1, -infinity, 1});
  const Var x = tape.variable(masked);
  const Var loss = cross_entropy(x, two, CrossEntropyOptions{.reduction = Reduction::sum});
  CHECK(near(loss, 2 * std::log(2.0)));
  tape.backward(loss);
  CHECK(relative_distance(x.gradient(), Tensor({2, 3}, {0, -0.5, 0.5, -0.5, 0, 0.5})) < 1e-6);
  CHECK(cross_entropy(x, two, {.label_smoothing = real(0.1)}).value().item() == infinity);
  const Tensor no_first({3}, {0, 1, 1});  // the class that is masked in the first row
  CHECK(near(cross_entropy(slice(x, 0, 0, 1), std::span(two).first(1), {no_first, real(0.3), {}, Reduction::sum}),
             (0.7 + 0.2) * std::log(2.0)));
  CHECK(nll_loss(x, two, {.reduction = Reduction::sum}).value().item() == -1);
  CHECK(near(nll_loss(x, std::vector<std::int64_t>{0, 2}, {no_first, {}, Reduction::sum}), -1));
  const Var soft =
      cross_entropy(x, tape.constant(Tensor({2, 3}, {0, 1, 0, 0.5, 0, 0.5})), {.reduction = Reduction::sum});
  CHECK(near(soft, 2 * std::log(2.0)));
}

TEST_CASE("what the losses of classes refuse") {
  Tape tape;
  const Var x = tape.constant(scores);
  CHECK_THROWS_WITH_AS(cross_entropy(x, labels, CrossEntropyOptions{}),
                       "cross_entropy: label -1 of row 2 is not in [0, 3)", ValueError);
  CHECK_THROWS_WITH_AS(nll_loss(x, std::span(labels).first(2)),
                       "nll_loss: log-probabilities [4,3] for 2 labels: they must be [2,classes]", ShapeError);
  CHECK_THROWS_WITH_AS(nll_loss(x, labels, {.class_weights = Tensor({2}), .ignored_label = -1}),
                       "nll_loss: class weights [2] for 3 classes: they must be [3]", ShapeError);
  CHECK_THROWS_AS(cross_entropy(x, x, {.class_weights = Tensor({2})}), ShapeError);
  CHECK_THROWS_WITH_AS(cross_entropy(x, labels, {.label_smoothing = 2, .ignored_label = -1}),
                       "cross_entropy: label smoothing 2 is not in [0, 1]", ValueError);
  CHECK_THROWS_AS(cross_entropy(x, x, {.label_smoothing = not_a_number}), ValueError);
  CHECK_THROWS_WITH_AS(cross_entropy(x, tape.constant(Tensor({4, 2}))),
                       "cross_entropy: shapes differ: logits [4,3] targets [4,2]", ShapeError);
  CHECK_THROWS_WITH_AS(cross_entropy(x, x, {.ignored_label = 1}),
                       "cross_entropy: targets that are probabilities have no label to ignore", ValueError);
  CHECK_THROWS_WITH_AS(
      nll_loss(x, std::vector<std::int64_t>(4, -1), {.ignored_label = -1}),
      "nll_loss: no label counts: all are ignored or have a weight of 0, and their mean does not exist", ValueError);
  CHECK(nll_loss(x, std::vector<std::int64_t>(4, -1), {.ignored_label = -1, .reduction = Reduction::sum})
            .value()
            .item() == 0);
  CHECK_THROWS_WITH_AS(multi_margin_loss(x, labels), "multi_margin_loss: label -1 of row 2 is not in [0, 3)",
                       ValueError);
  CHECK_THROWS_AS(multi_margin_loss(tape.constant(Tensor({3})), labels), ShapeError);
}

TEST_CASE("losses of pairs and of margins") {
  Tape tape;
  const Var x = tape.constant(scores), p = tape.constant(probabilities);
  const std::vector<std::int64_t> all = {1, 2, 0, 0};
  CHECK(near(huber_loss(x, p, real(0.7), Reduction::sum), 5.73375));
  CHECK(near(huber_loss(x, p, real(0.7), Reduction::mean), 0.4778125));
  CHECK(near(smooth_l1_loss(x, p, real(0.7), Reduction::sum), 8.19107142857));
  CHECK(smooth_l1_loss(x, p, 0).value() == l1_loss(x, p).value());
  CHECK(near(multi_margin_loss(x, all, 1.5, Reduction::mean), 0.375));
  CHECK(near(multi_margin_loss(x, all, 1.5, Reduction::sum), 1.5));
  CHECK(near(kl_divergence(log_softmax(x), p, Reduction::sum), 3.33803133568));
  CHECK(near(kl_divergence(log_softmax(x), p), 3.33803133568 / 4));
  const Var signs = tape.constant(Tensor({4, 3}, {1, -1, 1, 1, 1, -1, -1, 1, 1, 1, 1, 1}));
  CHECK(near(hinge_loss(x, signs, 1, Reduction::sum), 0 + 3 + 0.5 + 2 + 1 + 4 + 1 + 1 + 0 + 0 + 3 + 0.75));
  CHECK_THROWS_WITH_AS(hinge_loss(x, p), "hinge_loss: target 0.2 is neither 1 nor -1", ValueError);
  CHECK_THROWS_WITH_AS(huber_loss(x, p, 0), "huber_loss: delta 0 is not positive", ValueError);
  CHECK_THROWS_AS(huber_loss(x, p, not_a_number), ValueError);
  CHECK_THROWS_WITH_AS(smooth_l1_loss(x, p, -1), "smooth_l1_loss: beta -1 is negative", ValueError);
  CHECK_THROWS_WITH_AS(kl_divergence(x, tape.constant(Tensor({3}))), "kl_divergence: shapes differ: a [4,3] b [3]",
                       ShapeError);
}

TEST_CASE("losses of pairs far out, at the kink and on NaN") {
  Tape tape;
  const auto slope = [&](Var (*f)(Var, Var, real, Reduction), real a, real width) {
    const Var x = tape.variable(Tensor({1}, a));
    const Var y = f(x, tape.constant(Tensor({1}, 0)), width, Reduction::sum);
    tape.backward(y);
    return std::pair(y.value().item(), x.gradient()[0]);
  };
  const real huge = real(1e30);
  CHECK(slope(huber_loss, huge, 2) == std::pair(2 * huge, real(2)));
  CHECK(slope(huber_loss, -infinity, 2) == std::pair(infinity, real(-2)));
  CHECK(slope(huber_loss, 2, 2) == std::pair(real(2), real(2)));
  CHECK(slope(smooth_l1_loss, huge, 2) == std::pair(huge, real(1)));
  CHECK(slope(smooth_l1_loss, -2, 2) == std::pair(real(1), real(-1)));
  CHECK(slope(smooth_l1_loss, 0, 0) == std::pair(real(0), real(0)));
  CHECK(std::isnan(slope(huber_loss, not_a_number, 1).first));
  CHECK(std::isnan(slope(smooth_l1_loss, not_a_number, 1).first));
  const Var nan = tape.constant(Tensor({1}, not_a_number)), one = tape.constant(Tensor({1}, 1));
  CHECK(std::isnan(hinge_loss(nan, one).value().item()));
  CHECK(std::isnan(kl_divergence(nan, tape.constant(Tensor({1}, 0))).value().item()));

  // p = 0 beside q = 0, p = 0 alone, q = 0 alone
  const Var q = tape.variable(Tensor({3}, {-infinity, -1, -infinity})), p = tape.variable(Tensor({3}, {0, 0, 0.5}));
  CHECK(kl_divergence(slice(q, 0, 0, 2), slice(p, 0, 0, 2)).value().item() == 0);
  const Var loss = kl_divergence(q, p, Reduction::sum);
  CHECK(loss.value().item() == infinity);
  tape.backward(loss);
  CHECK(q.gradient() == Tensor({3}, {0, 0, -0.5}));
  CHECK(p.gradient() == Tensor({3}, {0, -infinity, infinity}));
}

TEST_CASE("losses of points") {
  Tape tape;
  const Var x = tape.constant(scores), p = tape.constant(probabilities);
  const Var w = broadcast_to(tape.constant(weights), {4, 3});
  CHECK(near(triplet_loss(x, p, w, 1, Reduction::sum), 2.99483913105));
  CHECK(near(triplet_loss(x, p, w), 0.748709782761));
  const Tensor signs({4}, {1, -1, 1, -1});
  CHECK(near(cosine_embedding_loss(x, p, signs, real(0.2), Reduction::sum), 0.732074504839));
  CHECK(near(cosine_embedding_loss(x, p, signs, real(0.2)), 0.18301862621));
  // d = 5 and 1
  const Var a = tape.constant(Tensor({2, 2}, {3, 4, 0, 0})), b = tape.constant(Tensor({2, 2}, {0, 0, 1, 0}));
  CHECK(contrastive_loss(a, b, tape.constant(Tensor({2}, {1, 0})), 3, Reduction::sum).value().item() == 12.5 + 2);
  CHECK(contrastive_loss(a, b, tape.constant(Tensor({2}, {0, 1})), 3).value().item() == 0.25);

  CHECK_THROWS_WITH_AS(triplet_loss(x, p, a), "triplet_loss: points [4,3] and [2,2] are not both [batch,n]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(contrastive_loss(a, b, a), "contrastive_loss: same [2,2] for points [2,2]: they must be [2]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(cosine_embedding_loss(a, b, Tensor({2}, {1, 0})),
                       "cosine_embedding_loss: target 0 is neither 1 nor -1", ValueError);
  const Var none = tape.constant(Tensor({0, 3}));
  CHECK_THROWS_WITH_AS(triplet_loss(none, none, none), "triplet_loss: shape [0,3] has no elements", ShapeError);
}
