#pragma once
#include <cotape/engine/tape/tape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Elementwise ops. Two inputs broadcast like NumPy; shapes that do not throw ShapeError. NaN in gives NaN out, from
// either input. Where a slope is infinite, as that of √x at 0, so is the gradient, unless none arrives: then it is 0.

Var add(Var a, Var b);
Var sub(Var a, Var b);
Var mul(Var a, Var b);
Var div(Var a, Var b);
// a^b, for a ≥ 0. At a = 0 the gradient of b is 0 for b ≥ 0, and that of a is 0 for b = 0, where a⁰ = 1.
Var power(Var a, Var b);
// The larger and the smaller of both; where they are equal the gradient goes to a, where one is NaN to neither.
Var maximum(Var a, Var b);
Var minimum(Var a, Var b);

Var neg(Var x);
// c·x and x + c
Var scale(Var x, real c);
Var shift(Var x, real c);
// x^exponent; x⁰ = 1 with gradient 0, also at 0.
Var pow(Var x, real exponent);
Var exp(Var x);
Var log(Var x);
// log(1 + x), exact for small x
Var log1p(Var x);
Var sqrt(Var x);
Var square(Var x);
// |x|, with gradient 0 at 0
Var abs(Var x);
Var tanh(Var x);
// 1/(1 + e^−x)
Var sigmoid(Var x);
// max(x, 0), with gradient 0 at 0
Var relu(Var x);
// x for x > 0, α(eˣ − 1) otherwise
Var elu(Var x, real alpha = 1);
// log(1 + eˣ)
Var softplus(Var x);
// x held within [low, high]; the gradient is 0 outside. Throws ValueError unless low ≤ high.
Var clamp(Var x, real low, real high);
// The value of x as a constant: no gradient passes.
Var stop_gradient(Var x);

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

}  // namespace COTAPE_PRECISION
}  // namespace cotape
