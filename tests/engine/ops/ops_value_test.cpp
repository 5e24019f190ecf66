#include <doctest/doctest.h>

#include <cotape/engine/base/random.h>
#include <cotape/engine/ops.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "../../counting_tensor.h"
#include "../../near.h"

// Values of ops, where a gradient check would not notice that they are wrong.

using namespace cotape;

namespace {

constexpr real infinity = std::numeric_limits<real>::infinity();
constexpr real not_a_number = std::numeric_limits<real>::quiet_NaN();

}  // namespace

TEST_CASE("elementwise values") {
  Tape tape;
  const Var x = tape.constant(Tensor({4}, {-2, -0.5, 0, 3})), y = tape.constant(Tensor({4}, {1, 2, 4, 8}));
  CHECK((x + y).value() == Tensor({4}, {-1, 1.5, 4, 11}));
  CHECK((x - y).value() == Tensor({4}, {-3, -2.5, -4, -5}));
  CHECK((x * y).value() == Tensor({4}, {-2, -1, 0, 24}));
  CHECK((x / y).value() == Tensor({4}, {-2, -0.25, 0, 0.375}));
  CHECK(maximum(x, neg(x)).value() == abs(x).value());
  CHECK(minimum(x, y).value() == Tensor({4}, {-2, -0.5, 0, 3}));
  CHECK(power(y, x).value()[0] == 1);
  CHECK(power(y, x).value()[3] == 512);
  CHECK(pow(y, 2).value() == square(y).value());
  CHECK(sqrt(square(y)).value() == y.value());
  CHECK(relu(x).value() == Tensor({4}, {0, 0, 0, 3}));
  CHECK(clamp(x, -1, 1).value() == Tensor({4}, {-1, -0.5, 0, 1}));
  CHECK(elu(x, 2).value()[3] == 3);
  CHECK(elu(x, 2).value()[0] == doctest::Approx(2 * std::expm1(-2.0)));
  CHECK((1 - x).value() == Tensor({4}, {3, 1.5, 1, -2}));
  CHECK((2 / y).value() == Tensor({4}, {2, 1, 0.5, 0.25}));
  CHECK((x / 2).value() == Tensor({4}, {-1, -0.25, 0, 1.5}));
  CHECK((x - 1).value() == Tensor({4}, {-3, -1.5, -1, 2}));
  for (const real z : {real(-3), real(0), real(2)}) {
    const Var v = tape.constant(Tensor::scalar(z));
    CHECK(tanh(v).value().item() == doctest::Approx(std::tanh(z)));
    CHECK(sigmoid(v).value().item() == doctest::Approx(1 / (1 + std::exp(-z))));
    CHECK(softplus(v).value().item() == doctest::Approx(std::log1p(std::exp(z))));
    CHECK(exp(v).value().item() == doctest::Approx(std::exp(z)));
    CHECK(log1p(exp(v)).value().item() == doctest::Approx(std::log1p(std::exp(z))));
    CHECK(log(exp(v)).value().item() == doctest::Approx(z));
    CHECK(expm1(v).value().item() == doctest::Approx(std::expm1(z)));
    CHECK(log2(exp(v)).value().item() == doctest::Approx(z / std::log(real(2))));
    CHECK(log10(exp(v)).value().item() == doctest::Approx(z / std::log(real(10))));
    CHECK(sin(v).value().item() == std::sin(z));
    CHECK(cos(v).value().item() == std::cos(z));
    CHECK(erf(v).value().item() == doctest::Approx(std::erf(z)));
  }
}

TEST_CASE("activations, beside constants that PyTorch gave in double") {
  Tape tape;
  const Var x = tape.constant(Tensor({5}, {-3, -0.5, 0, 0.25, 4}));
  const auto near = [](Var y, std::initializer_list<double> expected) {
    std::int64_t i = 0;
    bool all = true;
    for (const double wanted : expected) all = all && y.value()[i++] == doctest::Approx(wanted).epsilon(1e-6);
    return all;
  };
  CHECK(near(gelu(x), {-0.00404969409489, -0.154268769363, 0, 0.149676581421, 3.99987331503}));
  CHECK(near(gelu_tanh(x), {-0.00363739208177, -0.154285990175, 0, 0.149675350702, 3.99992975405}));
  CHECK(near(silu(x), {-0.142277619533, -0.188770334399, 0, 0.140544125221, 3.92805516015}));
  CHECK(leaky_relu(x, 0.25).value() == Tensor({5}, {-0.75, -0.125, 0, 0.25, 4}));
  CHECK(leaky_relu(x).value()[0] == -3 * real(0.01));
  CHECK(hardtanh(x).value() == Tensor({5}, {-1, -0.5, 0, 0.25, 1}));
  CHECK(hardtanh(x, 0, 3).value() == Tensor({5}, {0, 0, 0, 0.25, 3}));
  CHECK(sign(x).value() == Tensor({5}, {-1, -1, 0, 1, 1}));
  CHECK(floor(x).value() == Tensor({5}, {-3, -1, 0, 0, 4}));
  const Var positive = tape.constant(Tensor({3}, {0.25, 1, 4}));
  CHECK(rsqrt(positive).value() == Tensor({3}, {2, 1, 0.5}));
  CHECK(reciprocal(positive).value() == Tensor({3}, {4, 1, 0.25}));
  CHECK(pow(positive, real(-0.5)).value() == rsqrt(positive).value());
  CHECK(pow(positive, real(0.5)).value() == sqrt(positive).value());
  CHECK(pow(positive, -1).value() == reciprocal(positive).value());
}

TEST_CASE("NaN does not vanish") {
  Tape tape;
  const Var x = tape.constant(Tensor({2}, {not_a_number, 1}));
  for (const Var& y :
       {relu(x),   clamp(x, 0, 1), abs(x),       sigmoid(x),  softplus(x),    elu(x),          sum(x),
        mean(x),   max(x),         logsumexp(x), softmax(x),  log_softmax(x), leaky_relu(x),   leaky_relu(x, 0),
        silu(x),   gelu(x),        gelu_tanh(x), hardtanh(x), sin(x),         cos(x),          erf(x),
        sign(x),   floor(x),       expm1(x),     log2(x),     log10(x),       rsqrt(x),        reciprocal(x),
        pow(x, 2), min(x),         prod(x),      variance(x), cumsum(x),      logcumsumexp(x), standard_deviation(x)})
    CHECK(std::isnan(y.value()[0]));
  const Var weight = tape.constant(Tensor({1, 1}, {1}));
  CHECK(std::isnan(linear(tape.constant(Tensor({1, 1}, {not_a_number})), weight, Activation::relu).value()[0]));
}

TEST_CASE("broadcast values, against indices by hand") {
  Tape tape;
  const Tensor a = counting_tensor({2, 1, 3, 1}), b = counting_tensor({4, 1, 5});
  const Tensor y = (100 * tape.constant(a) + tape.constant(b)).value();
  REQUIRE(y.shape() == Shape{2, 4, 3, 5});
  for (std::int64_t i = 0; i < 2; ++i)
    for (std::int64_t j = 0; j < 4; ++j)
      for (std::int64_t k = 0; k < 3; ++k)
        for (std::int64_t l = 0; l < 5; ++l) CHECK(y.at({i, j, k, l}) == 100 * a.at({i, 0, k, 0}) + b.at({j, 0, l}));
  CHECK(broadcast_to(tape.constant(counting_tensor({3, 1})), {2, 3, 2}).value() ==
        Tensor({2, 3, 2}, {0, 0, 1, 1, 2, 2, 0, 0, 1, 1, 2, 2}));
}

TEST_CASE("broadcasting over more than one parallel block, against indices by hand") {
  Tape tape;
  const Tensor a = counting_tensor({300, 1}), b = counting_tensor({1, 301});
  const Tensor y = (tape.constant(a) * 1000 + tape.constant(b)).value();
  bool right = true;
  for (std::int64_t i = 0; i < 300; ++i)
    for (std::int64_t j = 0; j < 301; ++j) right = right && y.at({i, j}) == static_cast<real>(1000 * i + j);
  CHECK(right);
}

TEST_CASE("gradients of a broadcast over more than one parallel block: sums of whole numbers") {
  Tape tape;
  const Var a = tape.variable(counting_tensor({300, 1})), b = tape.variable(counting_tensor({1, 301})),
            c = tape.variable(Tensor::scalar(0));
  tape.backward(sum(a * b + c));
  CHECK(a.gradient() == Tensor({300, 1}, real(300 * 301 / 2)));
  CHECK(b.gradient() == Tensor({1, 301}, real(299 * 300 / 2)));
  CHECK(c.gradient().item() == 300 * 301);
}

TEST_CASE("tensors without elements pass through") {
  Tape tape;
  const Var none = tape.variable(Tensor({0, 3})), row = tape.variable(Tensor({3}, {1, 2, 3}));
  CHECK((none + row).shape() == Shape{0, 3});
  CHECK(sum(none, 0).value() == Tensor({3}));
  CHECK(sum(none).value().item() == 0);
  CHECK(softmax(none).shape() == Shape{0, 3});
  CHECK(norm(none).shape() == Shape{0});
  CHECK(concat({none, none}, 0).shape() == Shape{0, 3});
  CHECK(slice(row, 0, 1, 1).shape() == Shape{0});
  CHECK(gather_rows(row, {}).shape() == Shape{0});
  CHECK(matmul(none, tape.constant(Tensor({3, 2}))).shape() == Shape{0, 2});
  CHECK(matmul(tape.constant(Tensor({2, 0})), none).value() == Tensor({2, 3}));
  CHECK(pairwise_distances(tape.constant(Tensor({0, 2}))).shape() == Shape{0, 0});
  tape.backward(sum(none + row) + sum(square(row)));
  CHECK(row.gradient() == Tensor({3}, {2, 4, 6}));
  CHECK(none.gradient() == Tensor({0, 3}));

  const Var bias = tape.variable(Tensor({2}, {5, 6}));  // no inputs: what is left is the bias
  const Var y = linear(tape.constant(Tensor({3, 0})), tape.variable(Tensor({2, 0})), bias);
  CHECK(y.value() == Tensor({3, 2}, {5, 6, 5, 6, 5, 6}));
  tape.backward(sum(y));
  CHECK(bias.gradient() == Tensor({2}, {3, 3}));
  const Var weight = tape.variable(Tensor({2, 3}, real(1)));  // no rows
  const Var z = linear(none, weight, bias);
  CHECK(z.shape() == Shape{0, 2});
  tape.backward(sum(z));
  CHECK(weight.gradient() == Tensor({2, 3}));
}

TEST_CASE("reductions, against indices by hand") {
  Tape tape;
  const Tensor x = counting_tensor({2, 3, 4});
  const Var v = tape.constant(x);
  const Tensor y = sum(v, {0, 2}).value(), kept = sum(v, {-3, -1}, true).value();
  REQUIRE(y.shape() == Shape{3});
  CHECK(kept.shape() == Shape{1, 3, 1});
  for (std::int64_t j = 0; j < 3; ++j) {
    real expected = 0;
    for (std::int64_t i = 0; i < 2; ++i)
      for (std::int64_t k = 0; k < 4; ++k) expected += x.at({i, j, k});
    CHECK(y[j] == expected);
    CHECK(kept[j] == expected);
    CHECK(mean(v, {0, 2}).value()[j] == doctest::Approx(expected / 8));
    CHECK(max(v, {0, 2}).value()[j] == x.at({1, j, 3}));
  }
  CHECK(sum(v).value().item() == 276);
  CHECK(mean(v).value().item() == 11.5);
  CHECK(max(neg(v), 1).value() == Tensor({2, 4}, {0, -1, -2, -3, -12, -13, -14, -15}));
  CHECK(logsumexp(tape.constant(Tensor({2, 2}, {0, 0, 500, 500})), 1).value()[1] ==
        doctest::Approx(500 + std::log(2.0)));
  CHECK(logsumexp(tape.constant(Tensor({2}, {-infinity, -infinity}))).value().item() == -infinity);
  CHECK(logsumexp(tape.constant(Tensor({2}, {infinity, 0}))).value().item() == infinity);
  CHECK(logsumexp(tape.constant(Tensor({2}, {-infinity, 3}))).value().item() == 3);
}

// A float holds 24 bits; sums of a million numbers must not lose more than a few of them.
TEST_CASE("sums of many numbers stay accurate in float") {
  for (const Shape& shape : {Shape{1'000'000}, Shape{2, 500'000}, Shape{500'000, 2}, Shape{100'000, 10}}) {
    Tensor x(shape);
    Rng(3).uniform(x);
    double expected = 0;
    for (const real value : x.values()) expected += static_cast<double>(value);
    Tape tape;
    const Var v = tape.constant(x);
    CAPTURE(shape);
    CHECK(std::abs(static_cast<double>(sum(v).value().item()) / expected - 1) < 1e-6);
    for (int axis = 0; axis < shape.rank(); ++axis) {
      const Tensor parts = sum(v, axis).value();
      const AxisView view = view_around(shape, axis);
      double worst = 0;
      for (std::int64_t i = 0; i < parts.size(); ++i) {
        double part = 0;
        for (std::int64_t r = 0; r < view.size; ++r)
          part += static_cast<double>(x[(i / view.inner * view.size + r) * view.inner + i % view.inner]);
        worst = std::max(worst, std::abs(static_cast<double>(parts[i]) / part - 1));
      }
      CHECK(worst < 1e-6);
    }
  }
}

TEST_CASE("permute, concat, stack, slice and gather, against indices by hand") {
  Tape tape;
  const Tensor x = counting_tensor({2, 3, 4});
  const Var v = tape.constant(x);
  const Tensor p = permute(v, {2, 0, 1}).value();
  REQUIRE(p.shape() == Shape{4, 2, 3});
  const Tensor s = slice(v, 1, 1, 3).value(), t = transpose(v).value();
  REQUIRE(s.shape() == Shape{2, 2, 4});
  REQUIRE(t.shape() == Shape{2, 4, 3});
  const Tensor c = concat({v, slice(v, 1, 0, 1)}, 1).value(), k = stack({v, neg(v)}, 2).value();
  REQUIRE(c.shape() == Shape{2, 4, 4});
  REQUIRE(k.shape() == Shape{2, 3, 2, 4});
  for (std::int64_t i = 0; i < 2; ++i)
    for (std::int64_t j = 0; j < 3; ++j)
      for (std::int64_t l = 0; l < 4; ++l) {
        CHECK(p.at({l, i, j}) == x.at({i, j, l}));
        CHECK(t.at({i, l, j}) == x.at({i, j, l}));
        if (j > 0) CHECK(s.at({i, j - 1, l}) == x.at({i, j, l}));
        CHECK(c.at({i, j, l}) == x.at({i, j, l}));
        CHECK(c.at({i, 3, l}) == x.at({i, 0, l}));
        CHECK(k.at({i, j, 0, l}) == x.at({i, j, l}));
        CHECK(k.at({i, j, 1, l}) == -x.at({i, j, l}));
      }
  const std::int64_t rows[] = {1, 1, 0};
  CHECK(gather_rows(tape.constant(counting_tensor({2, 2})), rows).value() == Tensor({3, 2}, {2, 3, 2, 3, 0, 1}));
  CHECK(permute(tape.constant(Tensor::scalar(3)), {}).value().item() == 3);
}

TEST_CASE("softmax sums to one, keeps the order, and does not overflow") {
  Tape tape;
  const Tensor y = softmax(tape.constant(Tensor({2, 3}, {1000, 1001, 999, -1000, -1000, -1000}))).value();
  CHECK(y[0] + y[1] + y[2] == doctest::Approx(1));
  CHECK(y[1] > y[0]);
  CHECK(y[3] == doctest::Approx(1.0 / 3));
  const Tensor masked = softmax(tape.constant(Tensor({2}, {-infinity, 1}))).value();
  CHECK(masked == Tensor({2}, {0, 1}));
  CHECK(log_softmax(tape.constant(Tensor({2}, {0, 200}))).value()[0] == -200);
}

TEST_CASE("losses in each reduction") {
  Tape tape;
  const Var a = tape.constant(counting_tensor({2, 3})), b = tape.constant(Tensor({2, 3}, real(1)));
  CHECK(l1_loss(a, b, Reduction::sum).value().item() == 11);
  CHECK(l1_loss(a, b, Reduction::mean).value().item() == doctest::Approx(11.0 / 6));
  CHECK(l1_loss(a, b).value().item() == 5.5);  // batch_mean
  CHECK(l2_loss(a, b, Reduction::sum).value().item() == 15.5);
  CHECK(kl_to_uniform(b, Reduction::sum).value().item() == doctest::Approx(0).epsilon(1e-6));
  CHECK(bce_with_logits(a, b, Reduction::mean).shape() == Shape{});
  const std::int64_t labels[] = {0, 2};
  CHECK(cross_entropy(b, labels).value().item() == doctest::Approx(std::log(3.0)));
  CHECK(cross_entropy(b, labels, Reduction::sum).value().item() == doctest::Approx(2 * std::log(3.0)));
}

TEST_CASE("dropout keeps the mean and drops the stated share") {
  const std::int64_t n = 100'000;
  Tape tape;
  Rng rng(4);
  const Tensor y = dropout(tape.constant(Tensor({n}, real(1))), real(0.3), rng).value();
  const std::int64_t dropped = std::count(y.values().begin(), y.values().end(), real(0));
  CHECK(dropped + std::count(y.values().begin(), y.values().end(), 1 / (1 - real(0.3))) == n);
  const double share = static_cast<double>(dropped) / static_cast<double>(n);
  CHECK(std::abs(share - 0.3) < 4 * std::sqrt(0.3 * 0.7 / static_cast<double>(n)));  // four standard errors
  CHECK(rng.index() > 0);
  CHECK(dropout(tape.constant(Tensor({3}, real(2))), 0, rng).value() == Tensor({3}, real(2)));
}
