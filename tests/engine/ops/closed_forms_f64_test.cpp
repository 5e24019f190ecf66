#include <doctest/doctest.h>

#include <cotape/engine/ops.h>

#include <cmath>
#include <numbers>

#include "../../check_gradients.h"
#include "../../near.h"

// Values and gradients of composed expressions against formulas worked out by hand, written as plain loops. Everything
// agrees to a few units of the last place.

using namespace cotape;

namespace {

constexpr double tolerance = 1e-14;

bool near(double a, double b) { return std::abs(a - b) <= tolerance * std::max({1.0, std::abs(a), std::abs(b)}); }
bool near(const Tensor& a, const Tensor& b) { return relative_distance(a, b) <= tolerance; }

Tensor transposed(const Tensor& x) {
  Tensor y({x.shape()[1], x.shape()[0]});
  for (std::int64_t i = 0; i < x.shape()[0]; ++i)
    for (std::int64_t j = 0; j < x.shape()[1]; ++j) y.at({j, i}) = x.at({i, j});
  return y;
}

Tensor product(const Tensor& a, const Tensor& b) {
  Tensor y({a.shape()[0], b.shape()[1]});
  for (std::int64_t i = 0; i < y.shape()[0]; ++i)
    for (std::int64_t j = 0; j < y.shape()[1]; ++j)
      for (std::int64_t k = 0; k < a.shape()[1]; ++k) y.at({i, j}) += a.at({i, k}) * b.at({k, j});
  return y;
}

template <class F>
Tensor mapped(F f, const Tensor& a, const Tensor& b) {
  Tensor y(a.shape());
  for (std::int64_t i = 0; i < y.size(); ++i) y[i] = f(a[i], b[i]);
  return y;
}

template <class F>
Tensor mapped(F f, const Tensor& a) {
  return mapped([f](double x, double) { return f(x); }, a, a);
}

Tensor softmax_rows(const Tensor& x) {
  Tensor y(x.shape());
  for (std::int64_t i = 0; i < x.shape()[0]; ++i) {
    double total = 0;
    for (std::int64_t j = 0; j < x.shape()[1]; ++j) total += std::exp(x.at({i, j}));
    for (std::int64_t j = 0; j < x.shape()[1]; ++j) y.at({i, j}) = std::exp(x.at({i, j})) / total;
  }
  return y;
}

double total(const Tensor& x) {
  double sum = 0;
  for (const double value : x.values()) sum += value;
  return sum;
}

}  // namespace

TEST_CASE("least squares: ∇ ½|Xw − y|² = Xᵀ(Xw − y)") {
  const Tensor x = normal_tensor({6, 3}, 1), y = normal_tensor({6, 1}, 2), w = normal_tensor({3, 1}, 3);
  Tape tape;
  const Var v = tape.variable(w);
  const Var loss = l2_loss(matmul(tape.constant(x), v), tape.constant(y), Reduction::sum);
  const Tensor residual = mapped([](double a, double b) { return a - b; }, product(x, w), y);
  CHECK(near(loss.value().item(), total(mapped([](double r) { return r * r / 2; }, residual))));
  tape.backward(loss);
  CHECK(near(v.gradient(), product(transposed(x), residual)));
}

TEST_CASE("ridge regression by hand: the gradient vanishes at (XᵀX + λI)⁻¹Xᵀy") {
  const Tensor x({3, 2}, {1, 0, 0, 2, 0, 0}), y({3, 1}, {2, 3, 5});
  Tape tape;
  const Var w = tape.variable(Tensor({2, 1}, {2.0 / 1.5, 6.0 / 4.5}));  // λ = ½
  tape.backward(sum(square(matmul(tape.constant(x), w) - tape.constant(y))) + 0.5 * sum(square(w)));
  for (const double g : w.gradient().values()) CHECK(std::abs(g) < 1e-14);
}

TEST_CASE("logistic regression: ∇ = Xᵀ(σ(Xw) − t) / n") {
  const Tensor x = normal_tensor({8, 3}, 1), w = normal_tensor({3, 1}, 2);
  Tensor t({8, 1});
  for (std::int64_t i = 0; i < 8; ++i) t[i] = static_cast<real>(i % 2);
  Tape tape;
  const Var v = tape.variable(w);
  const Var loss = bce_with_logits(matmul(tape.constant(x), v), tape.constant(t));
  const auto sigma = [](double a) { return 1 / (1 + std::exp(-a)); };
  const Tensor z = product(x, w);
  CHECK(
      near(loss.value().item(),
           total(mapped([&](double a, double b) { return -b * std::log(sigma(a)) - (1 - b) * std::log(1 - sigma(a)); },
                        z, t)) /
               8));
  tape.backward(loss);
  const Tensor error = mapped([&](double a, double b) { return (sigma(a) - b) / 8; }, z, t);
  CHECK(near(v.gradient(), product(transposed(x), error)));
}

TEST_CASE("softmax cross-entropy: ∇ = softmax − one-hot, also composed of log_softmax") {
  const Tensor x = normal_tensor({4, 5});
  const std::vector<std::int64_t> labels = {3, 0, 4, 4};
  Tensor expected = softmax_rows(x), one_hot({4, 5});
  double value = 0;
  for (std::int64_t i = 0; i < 4; ++i) {
    value -= std::log(expected.at({i, labels[static_cast<std::size_t>(i)]}));
    expected.at({i, labels[static_cast<std::size_t>(i)]}) -= 1;
    one_hot.at({i, labels[static_cast<std::size_t>(i)]}) = 1;
  }
  Tape tape;
  const Var fused = tape.variable(x), composed = tape.variable(x);
  const Var loss = cross_entropy(fused, labels, Reduction::sum);
  CHECK(near(loss.value().item(), value));
  tape.backward(loss);
  CHECK(near(fused.gradient(), expected));
  tape.backward(-sum(log_softmax(composed) * tape.constant(one_hot)));
  CHECK(near(composed.gradient(), expected));
}

TEST_CASE("quadratic form: ∇ xᵀAx = (A + Aᵀ)x, and with respect to A it is x·xᵀ") {
  const Tensor a = normal_tensor({4, 4}, 1), x = normal_tensor({4, 1}, 2);
  Tape tape;
  const Var va = tape.variable(a), vx = tape.variable(x);
  const Var y = matmul(vx, matmul(va, vx), {true, false});
  CHECK(near(y.value().item(), product(transposed(x), product(a, x)).item()));
  tape.backward(y);
  CHECK(near(vx.gradient(), product(mapped([](double p, double q) { return p + q; }, a, transposed(a)), x)));
  CHECK(near(va.gradient(), product(x, transposed(x))));
}

TEST_CASE("logsumexp: its gradient is softmax, and a shift passes through") {
  const Tensor x = normal_tensor({3, 6});
  Tape tape;
  const Var v = tape.variable(x);
  tape.backward(sum(logsumexp(v, 1)));
  CHECK(near(v.gradient(), softmax_rows(x)));
  const Var shifted = logsumexp(tape.constant(x) + 1000, 1), plain = logsumexp(tape.constant(x), 1);
  for (std::int64_t i = 0; i < 3; ++i) CHECK(std::abs(shifted.value()[i] - plain.value()[i] - 1000) < 1e-12);
}

TEST_CASE("tanh chain: d/dx tanh(w·tanh(u·x)) = w·u·(1 − t²)(1 − s²)") {
  const double u = 0.7, w = -1.3;
  const Tensor x = normal_tensor({9});
  Tape tape;
  const Var v = tape.variable(x);
  const Var y = tanh(w * tanh(u * v));
  tape.backward(sum(y));
  CHECK(near(y.value(), mapped([=](double a) { return std::tanh(w * std::tanh(u * a)); }, x)));
  CHECK(near(v.gradient(), mapped(
                               [=](double a) {
                                 const double s = std::tanh(u * a), t = std::tanh(w * s);
                                 return w * u * (1 - t * t) * (1 - s * s);
                               },
                               x)));
}

TEST_CASE("KL to uniform: 0 with zero gradient at uniform; log n − H(q) elsewhere, gradient q(log q + log n − KL)") {
  Tape tape;
  const Var uniform = tape.variable(Tensor({2, 5}, 0.25));
  const Var zero = kl_to_uniform(uniform);
  CHECK(std::abs(zero.value().item()) < 1e-15);
  tape.backward(zero);
  for (const double g : uniform.gradient().values()) CHECK(std::abs(g) < 1e-16);

  const Tensor x = normal_tensor({3, 5}), q = softmax_rows(x);
  const Var v = tape.variable(x);
  const Var loss = kl_to_uniform(v, Reduction::mean);
  const Tensor terms = mapped([](double p) { return p * (std::log(p) + std::log(5)); }, q);
  CHECK(near(loss.value().item(), total(terms) / 3));
  tape.backward(loss);
  Tensor expected({3, 5});
  for (std::int64_t i = 0; i < 3; ++i) {
    double kl = 0;
    for (std::int64_t j = 0; j < 5; ++j) kl += terms.at({i, j});
    for (std::int64_t j = 0; j < 5; ++j)
      expected.at({i, j}) = q.at({i, j}) * (std::log(q.at({i, j})) + std::log(5) - kl) / 3;
  }
  CHECK(near(v.gradient(), expected));

  // All the mass on one of n classes: log n.
  const Var sure = kl_to_uniform(tape.constant(Tensor({1, 4}, {800, 0, 0, 0})));
  CHECK(near(sure.value().item(), std::log(4)));
}

TEST_CASE("entropy of softmax by composed ops agrees with log n − KL") {
  const Tensor x = normal_tensor({3, 5});
  Tape tape;
  const Var a = tape.variable(x), b = tape.variable(x);
  const Var entropy = -sum(softmax(a) * log_softmax(a));
  const Var kl = kl_to_uniform(b, Reduction::sum);
  CHECK(near(entropy.value().item(), 3 * std::log(5) - kl.value().item()));
  tape.backward(entropy + kl);
  CHECK(near(a.gradient(), mapped([](double g) { return -g; }, b.gradient())));
}

TEST_CASE("standard deviation: ∇ = (x − mean) / (n·deviation)") {
  const Tensor x = normal_tensor({7});
  Tape tape;
  const Var v = tape.variable(x);
  const Var deviation = sqrt(mean(square(v - mean(v))));
  tape.backward(deviation);
  const double middle = total(x) / 7;
  const double d = std::sqrt(total(mapped([=](double a) { return (a - middle) * (a - middle); }, x)) / 7);
  CHECK(near(deviation.value().item(), d));
  CHECK(near(v.gradient(), mapped([=](double a) { return (a - middle) / (7 * d); }, x)));
}

TEST_CASE("unit vector: the gradient of ⟨c, x/|x|⟩ is (c − ⟨c,u⟩u)/|x|, orthogonal to x") {
  const Tensor x = normal_tensor({1, 6}, 1), c = normal_tensor({1, 6}, 2);
  Tape tape;
  const Var v = tape.variable(x);
  tape.backward(sum(tape.constant(c) * (v / reshape(norm(v), {1, 1}))));
  const double length = std::sqrt(total(mapped([](double a) { return a * a; }, x)));
  const double along = total(mapped([](double a, double b) { return a * b; }, c, x)) / length;
  CHECK(near(v.gradient(), mapped([=](double a, double b) { return (a - along * b / length) / length; }, c, x)));
  CHECK(std::abs(total(mapped([](double a, double b) { return a * b; }, v.gradient(), x))) < 1e-14);
}

TEST_CASE("Gaussian negative log-likelihood: gradients in mean and log-variance") {
  const Tensor x = normal_tensor({6}, 1), m = normal_tensor({6}, 2), s = normal_tensor({6}, 3);
  Tape tape;
  const Var mean_ = tape.variable(m), log_variance = tape.variable(s);
  const Var nll = 0.5 * sum(log_variance + square(tape.constant(x) - mean_) / exp(log_variance)) +
                  3 * std::log(2 * std::numbers::pi);
  tape.backward(nll);
  const Tensor r = mapped([](double a, double b) { return a - b; }, x, m);
  const Tensor scaled = mapped([](double a, double v) { return a / std::exp(v); }, r, s);
  CHECK(near(nll.value().item(), 3 * std::log(2 * std::numbers::pi) + total(s) / 2 +
                                     total(mapped([](double a, double b) { return a * b / 2; }, r, scaled))));
  CHECK(near(mean_.gradient(), mapped([](double a) { return -a; }, scaled)));
  CHECK(near(log_variance.gradient(), mapped([](double a, double b) { return (1 - a * b) / 2; }, r, scaled)));
}

TEST_CASE("power: ∂/∂a aᵇ = b·a^(b−1), ∂/∂b aᵇ = aᵇ·log a; e^(b·log a) is the same") {
  const Tensor a = uniform_tensor({5}, 0.5, 2, 1), b = normal_tensor({5}, 2);
  Tape tape;
  const Var x = tape.variable(a), e = tape.variable(b), x2 = tape.variable(a), e2 = tape.variable(b);
  tape.backward(sum(power(x, e)));
  CHECK(near(x.gradient(), mapped([](double p, double q) { return q * std::pow(p, q - 1); }, a, b)));
  CHECK(near(e.gradient(), mapped([](double p, double q) { return std::pow(p, q) * std::log(p); }, a, b)));
  tape.backward(sum(exp(e2 * log(x2))));
  CHECK(near(x2.gradient(), x.gradient()));
  CHECK(near(e2.gradient(), e.gradient()));
}

TEST_CASE("softplus, sigmoid and log1p are one family") {
  const Tensor x = normal_tensor({8});
  Tape tape;
  const Var a = tape.variable(x), b = tape.variable(x);
  const Var direct = softplus(a), composed = log1p(exp(b));
  CHECK(near(direct.value(), composed.value()));
  tape.backward(sum(direct));
  tape.backward(sum(composed));
  CHECK(near(a.gradient(), b.gradient()));
  CHECK(near(a.gradient(), sigmoid(tape.constant(x)).value()));
}

TEST_CASE("far out values neither overflow nor lose the gradient") {
  Tape tape;
  const Var x = tape.variable(Tensor({1, 3}, {1000, -1000, 0}));
  const Var loss = cross_entropy(x, std::vector<std::int64_t>{1}, Reduction::sum);
  CHECK(loss.value().item() == 2000);
  tape.backward(loss);
  CHECK(x.gradient() == Tensor({1, 3}, {1, -1, 0}));

  const Var z = tape.variable(Tensor({3}, {1000, -1000, 0}));
  const Var bce = bce_with_logits(z, tape.constant(Tensor({3}, {0, 1, 1})), Reduction::sum);
  CHECK(near(bce.value().item(), 2000 + std::log(2)));
  tape.backward(bce);
  CHECK(z.gradient() == Tensor({3}, {1, -1, -0.5}));

  const Var e = tape.variable(Tensor({2}, {-1000, 1000}));
  tape.backward(sum(softplus(e)) + sum(sigmoid(e)) + sum(elu(e)) + sum(tanh(e)));
  CHECK(e.gradient() == Tensor({2}, {0, 2}));
}
