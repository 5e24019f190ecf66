#pragma once
#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/base/random.h>
#include <cotape/engine/ops.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

// Values and gradients where ordinary numbers would not show a mistake: very large and very small ones, ∞, NaN, and
// axes without elements. Included by a test for each precision.

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace extreme_values {

constexpr bool is_float = sizeof(real) == sizeof(float);
constexpr real infinity = std::numeric_limits<real>::infinity();
constexpr real not_a_number = std::numeric_limits<real>::quiet_NaN();

// Whether they agree to a few units of the last place; of numbers that are not normal, to the digits that these have.
inline bool agree(real found, double expected) {
  const double error = std::abs(static_cast<double>(found) - expected), tolerance = is_float ? 2e-6 : 1e-14;
  return error <= tolerance * std::abs(expected) + 4 * static_cast<double>(std::numeric_limits<real>::denorm_min());
}

inline bool is_near(const Tensor& x, const std::vector<double>& expected) {
  bool near_all = x.size() == std::ssize(expected);
  for (std::int64_t i = 0; near_all && i < x.size(); ++i) {
    const double wanted = expected[static_cast<std::size_t>(i)], found = static_cast<double>(x[i]);
    near_all = std::isnan(wanted) ? std::isnan(found) : found == wanted || std::abs(found - wanted) < 1e-5;
  }
  return near_all;
}

struct Result {
  Tensor value, gradient;
};

// f(x), and the gradient of x for the cotangent dy: ones where none is given.
inline Result run(const std::function<Var(Var)>& f, const Tensor& x, const Tensor& dy = {}) {
  Tape tape;
  const Var v = tape.variable(x);
  const Var y = f(v);
  tape.backward(y, dy.size() > 0 ? dy : Tensor(y.shape(), 1));
  return {y.value(), v.gradient()};
}

// Numbers whose squares vanish, are ordinary, or overflow.
inline std::vector<real> scales() {
  if constexpr (is_float)
    return {real(1e-40), real(1e-30), real(1e-24), real(1e-12), 1, real(1e10), real(1e19), real(1e25), real(6e37)};
  else
    return {real(1e-310), real(1e-250), real(1e-170), real(1e-80), 1,
            real(1e80),   real(1e160),  real(1e250),  real(3e307)};
}

TEST_CASE("log_softmax, cross_entropy, kl_to_uniform and logsumexp do not depend on what all logits have in common") {
  const std::int64_t first[] = {0};
  const double ln2 = std::log(2.0);
  for (const real v : {real(0), real(-3), real(800), real(-800), real(1e4), real(1e8), real(-1e8), real(1e30)}) {
    CAPTURE(v);
    const Tensor equal({1, 2}, {v, v});
    const Result log_share = run([](Var x) { return log_softmax(x); }, equal, Tensor({1, 2}, {1, 0}));
    CHECK(is_near(log_share.value, {-ln2, -ln2}));
    CHECK(is_near(log_share.gradient, {0.5, -0.5}));
    const Result entropy = run([&](Var x) { return cross_entropy(x, first); }, equal);
    CHECK(agree(entropy.value.item(), ln2));
    CHECK(is_near(entropy.gradient, {-0.5, 0.5}));
    const Result divergence = run([](Var x) { return kl_to_uniform(x); }, equal);
    CHECK(divergence.value.item() >= 0);
    CHECK(divergence.value.item() < (is_float ? 1e-6 : 1e-15));
    CHECK(is_near(divergence.gradient, {0, 0}));
    CHECK(is_near(run([](Var x) { return logsumexp(x, 1); }, equal).gradient, {0.5, 0.5}));
  }
  for (const real v : {real(0), real(100), real(1000)}) {
    CAPTURE(v);
    const double value = static_cast<double>(run([&](Var x) { return cross_entropy(x, first); },  //
                                                 Tensor({1, 2}, {v + 10, v}))
                                                 .value.item());
    CHECK(value == doctest::Approx(4.539889921686465e-5).epsilon(is_float ? 1e-3 : 1e-10));
  }
  // q = σ(∓1): log 2 + Σ q log q, with slope ±q₀ q₁.
  for (const real v : {real(0), real(50), real(800), real(8000), real(-1e6)}) {
    CAPTURE(v);
    const Result divergence = run([](Var x) { return kl_to_uniform(x); }, Tensor({1, 2}, {v, v + 1}));
    CHECK(std::abs(static_cast<double>(divergence.value.item()) - 0.1109440716) < 1e-6);
    CHECK(is_near(divergence.gradient, {-0.1966119332, 0.1966119332}));
  }
}

TEST_CASE("kl_to_uniform is never negative") {
  for (const real spread : {real(0), real(1e-6), real(1e-3)}) {
    Tensor x({200, 17});
    Rng(3).normal(x);
    for (real& value : x.values()) value = 500 + spread * value;
    Tape tape;
    for (std::int64_t r = 0; r < 200; ++r)
      CHECK(kl_to_uniform(slice(tape.constant(x), 0, r, r + 1)).value().item() >= 0);
  }
}

TEST_CASE("a logit of −∞ masks a class, in value and gradient") {
  const Tensor x({1, 3}, {-infinity, 0, 0}), dy({1, 3}, {1, 2, 4});
  const double ln2 = std::log(2.0);
  const std::int64_t first[] = {0}, last[] = {2};

  const Result divergence = run([](Var v) { return kl_to_uniform(v); }, x);
  CHECK(agree(divergence.value.item(), std::log(3.0) - ln2));
  CHECK(is_near(divergence.gradient, {0, 0, 0}));
  const Result uneven = run([](Var v) { return kl_to_uniform(v); }, Tensor({1, 3}, {0, -infinity, 1}));
  CHECK(is_near(uneven.gradient, {-0.1966119332, 0, 0.1966119332}));
  const Result entropy = run([&](Var v) { return cross_entropy(v, last); }, x);
  CHECK(agree(entropy.value.item(), ln2));
  CHECK(is_near(entropy.gradient, {0, 0.5, -0.5}));
  CHECK(run([&](Var v) { return cross_entropy(v, first); }, x).value.item() == infinity);
  const Result share = run([](Var v) { return softmax(v); }, x, dy);
  CHECK(is_near(share.value, {0, 0.5, 0.5}));
  CHECK(is_near(share.gradient, {0, -0.5, 0.5}));
  const Result log_share = run([](Var v) { return log_softmax(v); }, x, dy);
  CHECK(is_near(log_share.value, {-infinity, -ln2, -ln2}));
  CHECK(is_near(log_share.gradient, {1, -1.5, 0.5}));
  const Result total = run([](Var v) { return logsumexp(v, 1); }, x);
  CHECK(is_near(total.value, {ln2}));
  CHECK(is_near(total.gradient, {0, 0.5, 0.5}));
}

TEST_CASE("a row that is −∞ everywhere has no softmax; its logsumexp is −∞ without a gradient") {
  const Tensor x({1, 2}, -infinity);
  const std::int64_t first[] = {0};
  for (const auto& f : std::vector<std::function<Var(Var)>>{
           [](Var v) { return softmax(v); }, [](Var v) { return log_softmax(v); },
           [](Var v) { return kl_to_uniform(v); }, [&](Var v) { return cross_entropy(v, first); }})
    CHECK(std::isnan(run(f, x).value[0]));
  const Result total = run([](Var v) { return logsumexp(v, 1); }, x);
  CHECK(total.value[0] == -infinity);
  CHECK(total.gradient == Tensor({1, 2}));
  const Result above = run([](Var v) { return logsumexp(v, 1); }, Tensor({1, 2}, {infinity, 0}));
  CHECK(above.value[0] == infinity);
  CHECK(is_near(above.gradient, {static_cast<double>(not_a_number), 0}));
}

TEST_CASE("bce_with_logits of infinite logits") {
  struct Row {
    real logit, target, loss, slope;
  };
  for (const Row& row : std::vector<Row>{{infinity, 1, 0, 0},
                                         {-infinity, 0, 0, 0},
                                         {infinity, 0, infinity, 1},
                                         {-infinity, 1, infinity, -1},
                                         {infinity, real(0.5), infinity, real(0.5)}}) {
    Tape tape;
    const Var x = tape.variable(Tensor({1}, row.logit));
    const Var y = bce_with_logits(x, tape.constant(Tensor({1}, row.target)));
    tape.backward(y);
    CAPTURE(row.logit);
    CAPTURE(row.target);
    CHECK(y.value().item() == row.loss);
    CHECK(x.gradient()[0] == row.slope);
  }
  Tape tape;
  const Var one = tape.constant(Tensor({1}, 1));
  CHECK(std::isnan(bce_with_logits(tape.constant(Tensor({1}, not_a_number)), one).value().item()));
}

TEST_CASE("slopes at the edge of an op's domain, and 0 where no gradient arrives at an infinite one") {
  struct Row {
    const char* name;
    std::function<Var(Var)> f;
    real x, slope;
  };
  const std::vector<Row> rows = {{"x⁰", [](Var x) { return pow(x, 0); }, 0, 0},
                                 {"x⁰", [](Var x) { return pow(x, 0); }, -2, 0},
                                 {"x¹", [](Var x) { return pow(x, 1); }, 0, 1},
                                 {"x²", [](Var x) { return pow(x, 2); }, 0, 0},
                                 {"√x", [](Var x) { return pow(x, real(0.5)); }, 0, infinity},
                                 {"√x", [](Var x) { return sqrt(x); }, 0, infinity},
                                 {"log x", [](Var x) { return log(x); }, 0, infinity},
                                 {"log(1 + x)", [](Var x) { return log1p(x); }, -1, infinity},
                                 {"1/x", [](Var x) { return 1 / x; }, 0, -infinity},
                                 {"x⁻¹", [](Var x) { return pow(x, -1); }, 0, -infinity},
                                 {"eˣ", [](Var x) { return exp(x); }, 1000, infinity},
                                 {"|x|", [](Var x) { return abs(x); }, 0, 0},
                                 {"x^−½", [](Var x) { return pow(x, real(-0.5)); }, 0, -infinity},
                                 {"1/√x", [](Var x) { return rsqrt(x); }, infinity, 0},
                                 {"log₂ x", [](Var x) { return log2(x); }, 0, infinity},
                                 {"log₁₀ x", [](Var x) { return log10(x); }, 0, infinity},
                                 {"erf", [](Var x) { return erf(x); }, -infinity, 0},
                                 {"eˣ − 1", [](Var x) { return expm1(x); }, -infinity, 0},
                                 {"sign", [](Var x) { return sign(x); }, infinity, 0},
                                 {"floor", [](Var x) { return floor(x); }, -infinity, 0}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const Tensor x({1}, row.x);
    CHECK(run(row.f, x).gradient[0] == row.slope);
    CHECK(run(row.f, x, Tensor({1}, 0)).gradient[0] == 0);
  }
  CHECK(run([](Var x) { return clamp(exp(x), 0, 10); }, Tensor({1}, 1000)).gradient[0] == 0);

  struct Pair {
    real a, b, slope_a, slope_b;
  };
  for (const Pair& row : std::vector<Pair>{{0, 0, 0, 0}, {0, 1, 1, 0}, {0, 2, 0, 0}, {0, real(0.5), infinity, 0}}) {
    CAPTURE(row.b);
    Tape tape;
    const Var a = tape.variable(Tensor({1}, row.a)), b = tape.variable(Tensor({1}, row.b));
    const Var y = power(a, b);
    CHECK(y.value()[0] == (row.b == 0 ? 1 : 0));
    tape.backward(y);
    CHECK(a.gradient()[0] == row.slope_a);
    CHECK(b.gradient()[0] == row.slope_b);
  }
  for (const auto& f : std::vector<std::function<Var(Var, Var)>>{[](Var a, Var b) { return a / b; },
                                                                 [](Var a, Var b) { return power(b, -a); }}) {
    Tape tape;
    const Var a = tape.variable(Tensor({1}, 1)), b = tape.variable(Tensor({1}, 0));
    tape.backward(f(a, b), Tensor({1}, 0));
    CHECK(a.gradient()[0] == 0);
    CHECK(b.gradient()[0] == 0);
  }
}

TEST_CASE("division by and of a number, however small") {
  const real tiny = is_float ? real(1e-40) : real(1e-310);
  const Result small = run([=](Var x) { return x / tiny; }, Tensor({3}, {0, 3 * tiny, 1}), Tensor({3}, {0, tiny, 1}));
  CHECK(small.value == Tensor({3}, {0, 3, infinity}));
  CHECK(small.gradient == Tensor({3}, {0, 1, infinity}));
  CHECK(run([](Var x) { return x / infinity; }, Tensor({1}, 2)).value[0] == 0);
  const real large = std::numeric_limits<real>::max();
  CHECK(run([=](Var x) { return x / large; }, Tensor({1}, large)).value[0] == 1);
  CHECK(run([=](Var x) { return 0 / x; }, Tensor({1}, tiny)).value[0] == 0);
  CHECK(run([=](Var x) { return tiny / x; }, Tensor({1}, tiny)).value[0] == 1);
}

TEST_CASE("NaN comes through from either side") {
  Tape tape;
  const Var nan = tape.variable(Tensor({1}, not_a_number)), one = tape.variable(Tensor({1}, 1));
  const Var rows = tape.constant(Tensor({3, 1}, {1, not_a_number, 2}));
  for (const Var& y :
       {maximum(nan, one), maximum(one, nan), minimum(nan, one), minimum(one, nan), max(concat({nan, one}, 0)),
        max(concat({one, nan}, 0)), clamp(nan, 0, 1), relu(nan), norm(nan), logsumexp(concat({one, nan}, 0)),
        slice(maximum(rows, one), 0, 1, 2), slice(minimum(one, rows), 0, 1, 2)})
    CHECK(std::isnan(y.value()[0]));
  CHECK(std::isnan(softmax(concat({one, nan}, 0)).value()[0]));
  tape.backward(sum(maximum(nan, one) + maximum(one, nan) + minimum(nan, one) + minimum(one, nan)));
  CHECK(one.gradient()[0] == 0);
  CHECK(nan.gradient()[0] == 0);

  for (std::int64_t place = 0; place < 4; ++place) {  // of the window
    Tensor image({1, 2, 2, 1}, {1, 2, 3, 4});
    image[place] = not_a_number;
    const Var x = tape.constant(image), weight = tape.constant(Tensor({1, 1, 1, 1}, 1)),
              zero = tape.constant(Tensor({1}));
    CAPTURE(place);
    CHECK(std::isnan(max_pool2d(x).value()[0]));
    CHECK(std::isnan(adaptive_max_pool2d(x, 1, 1).value()[0]));
    CHECK(std::isnan(average_pool2d(x).value()[0]));
    CHECK(std::isnan(conv2d(x, weight, {.activation = Activation::relu, .max_pool = 2}).value()[0]));
    CHECK(std::isnan(batch_norm(x, one, zero, Tensor({1}), Tensor({1}, 1),
                                {.activation = Activation::relu, .max_pool = PoolSettings{}})
                         .value()[0]));
  }
  CHECK_THROWS_AS(clamp(one, not_a_number, 1), ValueError);
  CHECK_THROWS_AS(clamp(one, 0, not_a_number), ValueError);
}

TEST_CASE("norm and pairwise_distances of numbers of any size") {
  for (const real a : scales()) {
    CAPTURE(a);
    const real x = 3 * a, y = 4 * a;
    const double expected = std::hypot(static_cast<double>(x), static_cast<double>(y));
    const Result length = run([](Var v) { return norm(v); }, Tensor({2}, {x, y}));
    CHECK(agree(length.value.item(), expected));
    CHECK(agree(length.gradient[0], static_cast<double>(x) / expected));
    CHECK(agree(length.gradient[1], static_cast<double>(y) / expected));
    const Result distances = run([](Var v) { return pairwise_distances(v); }, Tensor({2, 2}, {x, y, 0, 0}));
    CHECK(agree(distances.value[1], expected));
    CHECK(distances.value[0] == 0);
    CHECK(agree(distances.gradient[0], 2 * static_cast<double>(x) / expected));
    CHECK(agree(distances.gradient[3], -2 * static_cast<double>(y) / expected));
    // A cotangent as small as the length is large.
    const Result faint = run([](Var v) { return norm(v); }, Tensor({2}, {x, y}), Tensor(Shape{}, 1 / (a + 1)));
    CHECK(agree(faint.gradient[0], static_cast<double>(x) / expected / (static_cast<double>(a) + 1)));
  }
  CHECK(run([](Var v) { return norm(v); }, Tensor({2}, {infinity, 1})).value.item() == infinity);
  CHECK(run([](Var v) { return norm(v); }, Tensor({2})).gradient == Tensor({2}));

  // The plain way and the scaled way give the same bits.
  Tensor numbers({300});
  Rng(5).normal(numbers);
  const real plain = run([](Var v) { return norm(v); }, numbers).value.item();
  for (const int power : {-80, -50, 50, 100}) {
    Tensor scaled = numbers;
    for (real& value : scaled.values()) value = std::scalbn(value, is_float ? power : 9 * power);
    CHECK(run([](Var v) { return norm(v); }, scaled).value.item() == std::scalbn(plain, is_float ? power : 9 * power));
  }
}

TEST_CASE("norms and softmaxes of ten million numbers") {
  constexpr std::int64_t n = 10'000'000;
  Tape tape(Gradients::off);
  Tensor numbers({n});
  Rng(2).uniform(numbers);
  long double squares = 0;
  for (const real value : numbers.values())
    squares += static_cast<long double>(value) * static_cast<long double>(value);
  const double length = static_cast<double>(norm(tape.constant(numbers)).value().item());
  CHECK(std::abs(length / static_cast<double>(std::sqrt(squares)) - 1) < (is_float ? 1e-6 : 1e-12));
  CHECK(agree(softmax(tape.constant(Tensor({n}, real(0.1)))).value()[n - 1], 1e-7));
}

TEST_CASE("elu's slope far below zero is the exponential, not 0") {
  for (const real x : {real(-1), real(-10), real(-40), real(-80)})
    CHECK(
        agree(run([](Var v) { return elu(v, 2); }, Tensor({1}, x)).gradient[0], 2 * std::exp(static_cast<double>(x))));
}

TEST_CASE("activations far out: what a gate of 0 leaves of −∞ is 0, with gradient 0") {
  for (const auto& f :
       {+[](Var x) { return silu(x); }, +[](Var x) { return gelu(x); }, +[](Var x) { return gelu_tanh(x); }}) {
    for (const real x : {-infinity, std::numeric_limits<real>::lowest(), real(-1e10), real(-2000)}) {
      CAPTURE(x);
      const Result low = run(f, Tensor({1}, x)), high = run(f, Tensor({1}, -x));
      CHECK(low.value[0] == 0);
      CHECK(low.gradient[0] == 0);
      CHECK(high.value[0] == -x);
      CHECK(high.gradient[0] == 1);
    }
    CHECK(std::isnan(run(f, Tensor({1}, not_a_number)).value[0]));
    CHECK(run(f, Tensor({1}, real(1e-30))).value[0] == real(0.5e-30));
  }
  // Φ(−10) and φ(−10): 1 + erf would leave nothing of them.
  const double share = 7.619853024160526e-24, density = 7.694598626706420e-23;
  const Result tail = run([](Var x) { return gelu(x); }, Tensor({1}, -10));
  CHECK(static_cast<double>(tail.value[0]) == doctest::Approx(-10 * share).epsilon(is_float ? 2e-5 : 1e-12));
  CHECK(static_cast<double>(tail.gradient[0]) ==
        doctest::Approx(share - 10 * density).epsilon(is_float ? 2e-5 : 1e-12));
  CHECK(agree(run([](Var x) { return silu(x); }, Tensor({1}, -50)).value[0], -50 * std::exp(-50.0)));
  CHECK(run([](Var x) { return leaky_relu(x, 0); }, Tensor({1}, -infinity)).value[0] == 0);
}

TEST_CASE("roots, powers, sines and logarithms of numbers of any size") {
  for (const real a : scales()) {
    CAPTURE(a);
    const double exact = static_cast<double>(a);
    CHECK(agree(run([](Var x) { return rsqrt(x); }, Tensor({1}, a)).value[0], 1 / std::sqrt(exact)));
    CHECK(agree(run([](Var x) { return pow(x, real(0.5)); }, Tensor({1}, a)).value[0], std::sqrt(exact)));
    CHECK(agree(run([](Var x) { return sin(x); }, Tensor({1}, a)).value[0], std::sin(exact)));
    CHECK(agree(run([](Var x) { return cos(x); }, Tensor({1}, a)).value[0], std::cos(exact)));
    CHECK(agree(run([](Var x) { return expm1(x); }, Tensor({1}, -a)).value[0], std::expm1(-exact)));
    CHECK(run([](Var x) { return log2(x); }, Tensor({1}, a)).value[0] ==
          doctest::Approx(std::log2(exact)).epsilon(1e-6));
    CHECK(run([](Var x) { return log10(x); }, Tensor({1}, a)).value[0] ==
          doctest::Approx(std::log10(exact)).epsilon(1e-6));
  }
  for (const auto& f : {+[](Var x) { return sin(x); }, +[](Var x) { return cos(x); }})
    CHECK(std::isnan(run(f, Tensor({1}, infinity)).value[0]));
  CHECK(run([](Var x) { return sign(x); }, Tensor({2}, {-infinity, infinity})).value == Tensor({2}, {-1, 1}));
  CHECK(run([](Var x) { return floor(x); }, Tensor({2}, {-infinity, infinity})).value ==
        Tensor({2}, {-infinity, infinity}));
}

TEST_CASE("standard deviation of numbers of any size, variance of numbers that lie close together far from 0") {
  for (const real a : scales()) {
    CAPTURE(a);
    const Result spread = run([](Var x) { return standard_deviation(x); }, Tensor({4}, {a, 2 * a, a, 2 * a}));
    CHECK(agree(spread.value.item(), static_cast<double>(a) / 2));
    CHECK(is_near(spread.gradient, {-0.25, 0.25, -0.25, 0.25}));
  }
  const real far = is_float ? real(1 << 20) : real(std::int64_t{1} << 48);
  Tensor x({1001});
  for (std::int64_t i = 0; i < x.size(); ++i) x[i] = far + static_cast<real>(i % 7);
  x[1000] = far + 2;
  double sum = 0, squares = 0;
  for (const real value : x.values()) {
    sum += static_cast<double>(value - far);
    squares += static_cast<double>((value - far) * (value - far));
  }
  const double expected = squares / 1001 - sum * sum / 1001 / 1001;
  const Result result = run([](Var v) { return variance(v); }, x);
  CHECK(agree(result.value.item(), expected));
  for (std::int64_t i = 0; i < 7; ++i)
    CHECK(std::abs(static_cast<double>(result.gradient[i]) -
                   2 * (static_cast<double>(x[i] - far) - sum / 1001) / 1001) < (is_float ? 1e-8 : 1e-15));
  CHECK(std::isnan(run([](Var v) { return variance(v); }, Tensor({2}, {1, infinity})).value.item()));
}

TEST_CASE("logcumsumexp does not depend on what all numbers have in common; −∞ masks, ∞ stays") {
  const double ln2 = std::log(2.0);
  for (const real v : {real(0), real(-800), real(1e8), real(-1e30)}) {
    CAPTURE(v);
    const Result result = run([](Var x) { return logcumsumexp(x); }, Tensor({3}, v));
    CHECK(is_near(result.gradient, {1 + 0.5 + 1.0 / 3, 0.5 + 1.0 / 3, 1.0 / 3}));
  }
  const Result masked =
      run([](Var x) { return logcumsumexp(x); }, Tensor({5}, {-infinity, -infinity, 1, -infinity, 1}));
  CHECK(is_near(masked.value, {-infinity, -infinity, 1, 1, 1 + ln2}));
  CHECK(is_near(masked.gradient, {0, 0, 2.5, 0, 0.5}));
  const Result above = run([](Var x) { return logcumsumexp(x); }, Tensor({4}, {0, infinity, 2, infinity}));
  CHECK(is_near(above.value, {0, infinity, infinity, infinity}));
  const double nan = static_cast<double>(not_a_number);
  CHECK(is_near(above.gradient, {1, nan, 0, nan}));
  const Result none = run([](Var x) { return logcumsumexp(x); }, Tensor({2}, -infinity));
  CHECK(none.value == Tensor({2}, -infinity));
  CHECK(none.gradient == Tensor({2}));
  const Result spread = run([](Var x) { return logcumsumexp(x); }, Tensor({3}, {0, not_a_number, 5}));
  CHECK(is_near(spread.value, {0, nan, nan}));
  const Result falling = run([](Var x) { return logcumsumexp(x); }, Tensor({2}, {1000, -1000}));
  CHECK(falling.value == Tensor({2}, 1000));
  CHECK(is_near(falling.gradient, {2, 0}));
}

TEST_CASE("cosine_similarity of numbers of any size, and of rows of zeros") {
  for (const real a : scales()) {
    CAPTURE(a);
    Tape tape;
    const Var x = tape.variable(Tensor({1, 2}, {3 * a, 4 * a})), z = tape.variable(Tensor({1, 2}, {4, 3}));
    const Var y = cosine_similarity(x, z, -1, std::numeric_limits<real>::denorm_min());
    CHECK(agree(y.value()[0], 0.96));
    // (b/‖b‖ − y a/‖a‖) / ‖a‖ = (0.8 − 0.576, 0.6 − 0.768) / 5a
    tape.backward(y, Tensor({1}, {a}));
    CHECK(std::abs(static_cast<double>(x.gradient()[0]) - 0.0448) < 1e-6);
    CHECK(std::abs(static_cast<double>(x.gradient()[1]) + 0.0336) < 1e-6);
  }
  // Shorter than ε: divided by ε.
  Tape tape;
  const Var x = tape.variable(Tensor({1, 2}, {0, 0})), z = tape.variable(Tensor({1, 2}, {3, 4}));
  const Var y = cosine_similarity(x, z, -1, real(0.25));
  CHECK(y.value()[0] == 0);
  tape.backward(y, Tensor({1}, {1}));
  CHECK(agree(x.gradient()[0], 2.4));
  CHECK(agree(x.gradient()[1], 3.2));
  CHECK(z.gradient() == Tensor({1, 2}));
}

TEST_CASE("reductions and softmaxes where another axis is empty have NumPy's shapes") {
  const Tensor none({0, 3}), columns({2, 0});
  for (const auto& f : std::vector<Var (*)(Var)>{[](Var x) { return max(x, 1); }, [](Var x) { return mean(x, 1); },
                                                 [](Var x) { return logsumexp(x, 1); }, [](Var x) { return sum(x, 1); },
                                                 [](Var x) { return norm(x); }}) {
    const Result result = run(f, none);
    CHECK(result.value.shape() == Shape{0});
    CHECK(result.gradient.shape() == Shape{0, 3});
  }
  Tape tape;
  CHECK(max(tape.constant(none), 1, true).shape() == Shape{0, 1});
  CHECK(logsumexp(tape.constant(columns), 0).shape() == Shape{0});
  CHECK(run([](Var x) { return softmax(x); }, columns).gradient.shape() == Shape{2, 0});
  CHECK(run([](Var x) { return log_softmax(x); }, columns).gradient.shape() == Shape{2, 0});
  CHECK(softmax(tape.constant(columns), 0).shape() == Shape{2, 0});
  CHECK_THROWS_AS(max(tape.constant(none), 0), ShapeError);
  CHECK_THROWS_AS(mean(tape.constant(columns), 1), ShapeError);
  CHECK_THROWS_AS(logsumexp(tape.constant(columns)), ShapeError);
}

TEST_CASE("batch_norm of a channel of equal numbers is its bias, with and without pooling, and keeps no gradient") {
  for (const real v : {real(0), real(1.1), real(1.1e4), real(-1.1e6), real(1e8), real(3e38)}) {
    CAPTURE(v);
    Tensor image({4, 4, 4, 2});
    Rng(1).normal(image);
    for (std::int64_t i = 0; i < image.size(); i += 2) image[i] = v;
    for (const bool pools : {false, true}) {
      Tape tape;
      const Var x = tape.variable(image), gain = tape.variable(Tensor({2}, 3)), bias = tape.variable(Tensor({2}, 7));
      ChannelStatistics statistics;
      BatchNormSettings settings;
      if (pools) settings.max_pool = PoolSettings{};
      const Var y = batch_norm(x, gain, bias, statistics, settings);
      for (std::int64_t i = 0; i < y.value().size(); i += 2) CHECK(y.value()[i] == 7);
      tape.backward(sum(square(y)));
      CHECK(gain.gradient()[0] == 0);
      CHECK(agree(bias.gradient()[0], 14.0 * static_cast<double>(y.value().size() / 2)));
    }
  }
}

TEST_CASE("batch_norm of numbers that lie close together, far from 0") {
  const real far = is_float ? real(1 << 20) : real(std::int64_t{1} << 48);  // neighbours are at most an eighth apart
  Tensor x({8, 1}), offsets({8}, {0, 1, 2, 3, 4, 5, 6, 7});
  for (std::int64_t i = 0; i < 8; ++i) x[i] = far + offsets[i];
  const Tensor dy({8, 1}, {1, -2, 3, 1, 0, 2, -1, 1});
  const auto normalised = [](const Tensor& from, const Tensor& cotangent) {
    return run(
        [](Var v) {
          ChannelStatistics statistics;
          Tape& tape = v.tape();
          return batch_norm(v, tape.constant(Tensor({1}, real(1e4))), tape.constant(Tensor({1}, real(0.25))),
                            statistics, {.activation = Activation::relu});
        },
        from, cotangent);
  };
  const Result moved = normalised(x, dy), plain = normalised(offsets.reshaped({8, 1}), dy);
  // The mean, 3.5 above `far`, is a number, so that nothing is rounded away.
  for (std::int64_t i = 0; i < 8; ++i) {
    CHECK(agree(moved.value[i], static_cast<double>(plain.value[i])));
    CHECK(std::abs(static_cast<double>(moved.gradient[i] - plain.gradient[i])) < (is_float ? 2e-2 : 1e-10));
  }
}

}  // namespace extreme_values
}  // namespace COTAPE_PRECISION
}  // namespace cotape
