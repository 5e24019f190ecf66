#include <cotape/engine/base/error.h>
#include <cotape/engine/base/math.h>
#include <cotape/engine/ops/arithmetic.h>
#include <cotape/engine/ops/compare.h>
#include <cotape/engine/ops/elementwise.h>

#include <cmath>
#include <numbers>

namespace cotape {
inline namespace COTAPE_PRECISION {

Var chain(Var dy, Var slope) {
  return binary(
      {"chain", "d dy = dz ⊙ slope, d slope = dz ⊙ dy"}, dy, slope, [](real d, real s) { return chain(d, s); },
      [](auto, auto s, auto) { return s; }, [](auto d, auto, auto) { return d; });
}

Var add(Var a, Var b) {
  return binary(
      {"add", "da = dy, db = dy"}, a, b, [](real x, real z) { return x + z; },  //
      [](auto, auto, auto) { return real(1); }, [](auto, auto, auto) { return real(1); });
}

Var sub(Var a, Var b) {
  return binary(
      {"sub", "da = dy, db = −dy"}, a, b, [](real x, real z) { return x - z; },  //
      [](auto, auto, auto) { return real(1); }, [](auto, auto, auto) { return real(-1); });
}

Var mul(Var a, Var b) {
  return binary(
      {"mul", "da = dy ⊙ b, db = dy ⊙ a"}, a, b, [](real x, real z) { return x * z; },
      [](auto, auto z, auto) { return z; }, [](auto x, auto, auto) { return x; });
}

Var div(Var a, Var b) {
  return binary(
      {"div", "da = dy / b, db = −dy ⊙ y / b"}, a, b, [](real x, real z) { return x / z; },
      [](auto, auto z, auto) { return 1 / z; }, [](auto, auto z, auto y) { return -y / z; });
}

Var power(Var a, Var b) {
  return binary(
      {"power", "da = dy ⊙ b ⊙ a^(b−1), db = dy ⊙ y ⊙ log a"}, a, b, [](real x, real z) { return std::pow(x, z); },
      [](real x, real z, real) { return z == 0 ? 0 : z * std::pow(x, z - 1); },
      [](real x, real z, real y) { return y == 0 || (x == 0 && z == 0) ? 0 : y * std::log(x); },
      [](Var x, Var z, Var) { return z * power(x, z - 1); },
      [](Var x, Var, Var y) { return y * log(where(equal(y, 0), number(x, 1), x)); });
}

Var maximum(Var a, Var b) {
  return binary(
      {"maximum", "da = dy where a ≥ b, db = dy where a < b"}, a, b,
      [](real x, real z) { return x < z || z != z ? z : x; }, [](real x, real z, real) { return real(x >= z); },
      [](real x, real z, real) { return real(x < z); }, [](Var x, Var z, Var) { return greater_equal(x, z); },
      [](Var x, Var z, Var) { return less(x, z); });
}

Var minimum(Var a, Var b) {
  return binary(
      {"minimum", "da = dy where a ≤ b, db = dy where a > b"}, a, b,
      [](real x, real z) { return z < x || z != z ? z : x; }, [](real x, real z, real) { return real(x <= z); },
      [](real x, real z, real) { return real(x > z); }, [](Var x, Var z, Var) { return less_equal(x, z); },
      [](Var x, Var z, Var) { return greater(x, z); });
}

// Where 1/c is no normal number, as for c = 1e-40, it cannot stand for c.
Var operator/(Var x, real c) {
  const real inverse = 1 / c;
  if (std::isnormal(inverse)) return scale(x, inverse);
  return with_var_vjps(record(
                           {"div", "dx = dy / c"}, {x},
                           [c](Forward& f) {
                             map(
                                 f.out(f.in(0).shape()), [c](real a) { return a / c; }, f.in(0));
                           },
                           [c](Vjp& v) {
                             map(
                                 v.dx, [c](real dy) { return dy / c; }, v.dy);
                           }),
                       [c](const VarVjp& v) { return v.dy / c; });
}

Var operator/(real c, Var x) {
  return unary(
      {"div", "dx = −dy ⊙ y / x"}, x, [c](real a) { return c / a; }, [](auto a, auto y) { return -y / a; });
}

Var neg(Var x) {
  return unary(
      {"neg", "dx = −dy"}, x, [](real a) { return -a; }, [](auto, auto) { return real(-1); });
}

Var scale(Var x, real c) {
  return unary(
      {"scale", "dx = c dy"}, x, [c](real a) { return c * a; }, [c](auto, auto) { return c; });
}

Var shift(Var x, real c) {
  return unary(
      {"shift", "dx = dy"}, x, [c](real a) { return a + c; }, [](auto, auto) { return real(1); });
}

Var pow(Var x, real exponent) {
  if (exponent == 2) return square(x);
  if (exponent == real(0.5)) return sqrt(x);
  if (exponent == real(-0.5)) return rsqrt(x);
  if (exponent == -1) return reciprocal(x);
  return unary(
      {"pow", "dx = dy ⊙ p x^(p−1)"}, x, [exponent](real a) { return std::pow(a, exponent); },
      [exponent](real a, real) { return exponent == 0 ? 0 : exponent * std::pow(a, exponent - 1); },
      [exponent](Var a, Var) { return exponent == 0 ? number(a, 0) : exponent * pow(a, exponent - 1); });
}

Var exp(Var x) {
  return unary(
      {"exp", "dx = dy ⊙ y"}, x, [](real a) { return vexp(a); }, [](auto, auto y) { return y; });
}

Var expm1(Var x) {
  return unary(
      {"expm1", "dx = dy ⊙ eˣ"}, x, [](real a) { return vexpm1(a); }, [](auto a, auto) { return vexp(a); });
}

Var log(Var x) {
  return unary(
      {"log", "dx = dy / x"}, x, [](real a) { return vlog(a); }, [](auto a, auto) { return 1 / a; });
}

Var log2(Var x) {
  return unary(
      {"log2", "dx = dy / (x ln 2)"}, x, [](real a) { return vlog2(a); },
      [](auto a, auto) { return std::numbers::log2e_v<real> / a; });
}

Var log10(Var x) {
  return unary(
      {"log10", "dx = dy / (x ln 10)"}, x, [](real a) { return vlog10(a); },
      [](auto a, auto) { return std::numbers::log10e_v<real> / a; });
}

Var log1p(Var x) {
  return unary(
      {"log1p", "dx = dy / (1 + x)"}, x, [](real a) { return vlog1p(a); }, [](auto a, auto) { return 1 / (1 + a); });
}

Var sqrt(Var x) {
  return unary(
      {"sqrt", "dx = dy / 2y"}, x, [](real a) { return std::sqrt(a); }, [](auto, auto y) { return real(0.5) / y; });
}

Var rsqrt(Var x) {
  return unary(
      {"rsqrt", "dx = −½ dy ⊙ y³"}, x, [](real a) { return 1 / std::sqrt(a); },
      [](auto, auto y) { return real(-0.5) * y * y * y; });
}

Var square(Var x) {
  return unary(
      {"square", "dx = 2 dy ⊙ x"}, x, [](real a) { return a * a; }, [](auto a, auto) { return 2 * a; });
}

Var abs(Var x) {
  return unary(
      {"abs", "dx = dy ⊙ sign x"}, x, [](real a) { return std::abs(a); },
      [](real a, real) { return real(a > 0) - real(a < 0); }, [](Var a, Var) { return greater(a, 0) - less(a, 0); });
}

Var sin(Var x) {
  return unary(
      {"sin", "dx = dy ⊙ cos x"}, x, [](real a) { return std::sin(a); }, [](real a, real) { return std::cos(a); },
      [](Var a, Var) { return cos(a); });
}

Var cos(Var x) {
  return unary(
      {"cos", "dx = −dy ⊙ sin x"}, x, [](real a) { return std::cos(a); }, [](real a, real) { return -std::sin(a); },
      [](Var a, Var) { return -sin(a); });
}

Var erf(Var x) {
  return unary(
      {"erf", "dx = dy ⊙ 2/√π e^−x²"}, x, [](real a) { return verf(a); },
      [](auto a, auto) { return 2 * std::numbers::inv_sqrtpi_v<real> * vexp(-a * a); });
}

Var sign(Var x) {  // NaN stays NaN
  return unary(
      {"sign", "dx = 0"}, x, [](real a) { return a > 0 ? real(1) : (a < 0 ? real(-1) : a); },
      [](auto, auto) { return real(0); });
}

Var floor(Var x) {
  return unary(
      {"floor", "dx = 0"}, x, [](real a) { return std::floor(a); }, [](auto, auto) { return real(0); });
}

Var tanh(Var x) {
  return unary(
      {"tanh", "dx = dy ⊙ (1 − y²)"}, x, [](real a) { return vtanh(a); }, [](auto, auto y) { return 1 - y * y; });
}

Var sigmoid(Var x) {
  return unary(
      {"sigmoid", "dx = dy ⊙ y ⊙ (1 − y)"}, x, [](real a) { return vsigmoid(a); },
      [](auto, auto y) { return y * (1 - y); });
}

Var relu(Var x) {  // NaN stays NaN
  return unary(
      {"relu", "dx = dy where x > 0"}, x, [](real a) { return a > 0 ? a : (a <= 0 ? real(0) : a); },
      [](real a, real) { return real(a > 0); }, [](Var a, Var) { return greater(a, 0); });
}

Var leaky_relu(Var x, real slope) {
  if (slope == 0) return relu(x);  // 0 · −∞ is not what is meant
  return unary(
      {"leaky_relu", "dx = dy where x > 0, dy ⊙ slope elsewhere"}, x, [slope](real a) { return a > 0 ? a : slope * a; },
      [slope](real a, real) { return a > 0 ? real(1) : slope; },
      [slope](Var a, Var) { return shift(scale(greater(a, 0), 1 - slope), slope); });
}

Var elu(Var x, real alpha) {
  return unary(
      {"elu", "dx = dy where x > 0, dy ⊙ α eˣ elsewhere"}, x, [alpha](real a) { return a > 0 ? a : alpha * vexpm1(a); },
      [alpha](real a, real) { return a > 0 ? real(1) : alpha * vexp(a); },
      [alpha](Var a, Var) { return where(greater(a, 0), number(a, 1), alpha * exp(minimum(a, number(a, 0)))); });
}

Var softplus(Var x) {
  return unary(
      {"softplus", "dx = dy ⊙ sigmoid x"}, x, [](real a) { return vsoftplus(a); },
      [](auto a, auto) { return vsigmoid(a); });
}

namespace {

// For functions x · gate(x), where the gate goes to 0 at −∞ and to 1 at ∞ faster than any power of x: a, or ±1000
// where it is beyond that and the gate has long arrived, so that neither ∞ nor a power of a that overflows meets a 0.
real not_below(real a) { return a < -1000 ? -1000 : a; }
real bounded(real a) { return a > 1000 ? 1000 : not_below(a); }
Var bounded(Var a) { return clamp(a, -1000, 1000); }

constexpr real root_half = 1 / std::numbers::sqrt2_v<real>;

// Φ(a), accurate relative to the result for large negative a too.
real normal_share_below(real a) { return real(0.5) * verfc(-a * root_half); }
Var normal_share_below(Var a) { return real(0.5) * (1 + erf(a * root_half)); }

// Twice the argument of tanh in gelu_tanh, ½(1 + tanh u) being σ(2u), and its derivative.
constexpr real gelu_scale = 2 * std::numbers::sqrt2_v<real> * std::numbers::inv_sqrtpi_v<real>;
constexpr real gelu_cubic = real(0.044715);
template <class T>
T gelu_argument(T a) {
  return gelu_scale * (a + gelu_cubic * a * a * a);
}
template <class T>
T gelu_argument_slope(T a) {
  return gelu_scale * (1 + 3 * gelu_cubic * a * a);
}

}  // namespace

Var silu(Var x) {
  return unary(
      {"silu", "dx = dy ⊙ σ(x) (1 + x (1 − σ(x)))"}, x, [](real a) { return not_below(a) * vsigmoid(not_below(a)); },
      [](auto a, auto) { return vsigmoid(a) * (1 + bounded(a) * vsigmoid(-a)); });
}

Var gelu(Var x) {
  return unary(
      {"gelu", "dx = dy ⊙ (Φ(x) + x φ(x))"}, x, [](real a) { return not_below(a) * normal_share_below(a); },
      [](auto a, auto) {
        constexpr real density_at_0 = root_half * std::numbers::inv_sqrtpi_v<real>;
        const auto b = bounded(a);
        return normal_share_below(a) + b * density_at_0 * vexp(real(-0.5) * b * b);
      });
}

Var gelu_tanh(Var x) {
  return unary(
      {"gelu_tanh", "dx = dy ⊙ (σ(u) + x u′ σ(u) σ(−u)), u = √(8/π) (x + 0.044715 x³)"}, x,
      [](real a) {
        const real b = not_below(a);
        return b * vsigmoid(gelu_argument(b));
      },
      [](auto a, auto) {
        const auto b = bounded(a), u = gelu_argument(b);
        return vsigmoid(u) * (1 + b * gelu_argument_slope(b) * vsigmoid(-u));
      });
}

Var clamp(Var x, real low, real high) {
  if (!(low <= high)) fail<ValueError>("clamp: low ", low, " is not at most high ", high);
  return unary(
      {"clamp", "dx = dy where low ≤ x ≤ high"}, x, [=](real a) { return a < low ? low : (a > high ? high : a); },
      [=](real a, real) { return real(a >= low && a <= high); },
      [=](Var a, Var) { return greater_equal(a, low) * less_equal(a, high); });
}

Var stop_gradient(Var x) {
  return record(
      {"stop_gradient", "none"}, {x}, [](Forward& c) { c.out(c.in(0).shape()).copy_from(c.in(0)); }, no_gradient);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
