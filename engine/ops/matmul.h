#pragma once
#include <cotape/engine/kernels/activation.h>
#include <cotape/engine/tape/tape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Which sides of a product are transposed (their last two axes).
struct Transpose {
  bool a = false;
  bool b = false;
};

// Matrix product a[..., m, k] · b[..., k, n] = y[..., m, n]; axes before the last two broadcast like NumPy. With
// transpose, a is given as [..., k, m] and b as [..., n, k]. Throws ShapeError when inner sizes or batches differ or
// a side has fewer than two axes.
Var matmul(Var a, Var b, Transpose transpose = {});

// ⟨a, b⟩ of two vectors [n]: a scalar. Throws ShapeError unless they are vectors of one size.
Var dot(Var a, Var b);
// y[i, j] = a[i] b[j] of two vectors. Throws ShapeError unless they are vectors.
Var outer(Var a, Var b);

// y[..., out] = activation(x[..., in] · weightᵀ + bias), weight [out, in], bias [out]: bias and activation are applied
// to each block of the product while it is in the cache. Throws ShapeError when sizes differ.
Var linear(Var x, Var weight, Var bias, Activation activation = Activation::none);
Var linear(Var x, Var weight, Activation activation = Activation::none);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
