#pragma once
#include <cotape/engine/tape/tape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Elementwise ops. Two inputs broadcast like NumPy; shapes that do not throw ShapeError. NaN in gives NaN out, from
// either input. Where a slope is infinite, as that of √x at 0, so is the gradient, unless none arrives: then it is 0.

// a + b, a − b, a · b and a / b.
Var add(Var a, Var b);
Var sub(Var a, Var b);
Var mul(Var a, Var b);
Var div(Var a, Var b);
// a^b, for a ≥ 0. At a = 0 the gradient of b is 0 for b ≥ 0, and that of a is 0 for b = 0, where a⁰ = 1.
Var power(Var a, Var b);
// The larger and the smaller of both; where they are equal the gradient goes to a, where one is NaN to neither.
Var maximum(Var a, Var b);
Var minimum(Var a, Var b);

// −x
Var neg(Var x);
// c·x and x + c
Var scale(Var x, real c);
Var shift(Var x, real c);
// x^exponent; x⁰ = 1 with gradient 0, also at 0. For the exponents 2, ½, −½ and −1 it is square, sqrt, rsqrt and
// reciprocal, which take a fraction of the time.
Var pow(Var x, real exponent);
Var exp(Var x);
// eˣ − 1, exact for small x
Var expm1(Var x);
Var log(Var x);
Var log2(Var x);
Var log10(Var x);
// log(1 + x), exact for small x
Var log1p(Var x);
Var sqrt(Var x);
// 1/√x
Var rsqrt(Var x);
Var square(Var x);
// Of angles in radians
Var sin(Var x);
Var cos(Var x);
// The error function, 2/√π ∫₀ˣ e^−t² dt
Var erf(Var x);
// −1, 0 or 1, and the largest whole number that is not above x. Both have gradient 0 everywhere, also where they jump.
Var sign(Var x);
Var floor(Var x);
// |x|, with gradient 0 at 0
Var abs(Var x);
Var tanh(Var x);
// 1/(1 + e^−x)
Var sigmoid(Var x);
// max(x, 0), with gradient 0 at 0
Var relu(Var x);
// x for x > 0, slope·x otherwise: the gradient at 0 is `slope`.
Var leaky_relu(Var x, real slope = real(0.01));
// x for x > 0, α(eˣ − 1) otherwise
Var elu(Var x, real alpha = 1);
// log(1 + eˣ)
Var softplus(Var x);
// x σ(x), also called swish (Elfwing, Uchibe and Doya 2017); 0 with gradient 0 at −∞.
Var silu(Var x);
// x Φ(x) with the normal distribution's Φ (Hendrycks and Gimpel 2016), and their approximation by tanh,
// ½x (1 + tanh(√(2/π) (x + 0.044715 x³))). 0 with gradient 0 at −∞.
Var gelu(Var x);
Var gelu_tanh(Var x);
// x held within [low, high]; the gradient is 0 outside. Throws ValueError unless low ≤ high.
Var clamp(Var x, real low, real high);
// clamp under the name that it has as an activation
inline Var hardtanh(Var x, real low = -1, real high = 1) { return clamp(x, low, high); }
// The value of x as a constant: no gradient passes.
Var stop_gradient(Var x);

// The ops above under their signs.
inline Var operator+(Var a, Var b) { return add(a, b); }
inline Var operator-(Var a, Var b) { return sub(a, b); }
inline Var operator*(Var a, Var b) { return mul(a, b); }
inline Var operator/(Var a, Var b) { return div(a, b); }
inline Var operator-(Var x) { return neg(x); }
inline Var operator+(Var x, real c) { return shift(x, c); }
inline Var operator+(real c, Var x) { return shift(x, c); }
inline Var operator-(Var x, real c) { return shift(x, -c); }
inline Var operator-(real c, Var x) { return shift(neg(x), c); }
inline Var operator*(Var x, real c) { return scale(x, c); }
inline Var operator*(real c, Var x) { return scale(x, c); }
Var operator/(Var x, real c);
Var operator/(real c, Var x);
// 1/x
inline Var reciprocal(Var x) { return 1 / x; }

}  // namespace COTAPE_PRECISION
}  // namespace cotape
