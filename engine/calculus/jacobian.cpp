#include <cotape/engine/base/error.h>
#include <cotape/engine/calculus/gradient.h>
#include <cotape/engine/calculus/jacobian.h>
#include <cotape/engine/ops/arithmetic.h>
#include <cotape/engine/ops/reduce.h>
#include <cotape/engine/ops/shape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// y's axes and behind them x's.
Shape joined(const Shape& y, const Shape& x) {
  Shape shape = y;
  for (int axis = 0; axis < x.rank(); ++axis) shape = shape.inserted(shape.rank(), x[axis]);
  return shape;
}

// One gradient for each element of y, stacked. `inputs` are handles or parameters.
template <class Inputs>
std::vector<Var> rows_of(const Var& y, const Inputs& inputs, const std::vector<Shape>& shapes) {
  const std::int64_t rows = y.shape().size();
  std::vector<std::vector<Var>> all(inputs.size());
  for (std::int64_t i = 0; i < rows; ++i) {
    const Var one = y.tape().constant(y.shape(), [i](Tensor& out) {
      out.fill(0);
      out[i] = 1;
    });
    const std::vector<Var> row = gradient(y, inputs, one);
    for (std::size_t k = 0; k < row.size(); ++k) all[k].push_back(row[k]);
  }
  std::vector<Var> result;
  for (std::size_t k = 0; k < all.size(); ++k) {
    const Shape shape = joined(y.shape(), shapes[k]);
    result.push_back(rows == 0 ? y.tape().constant(Tensor(shape)) : reshape(stack(all[k], 0), shape));
  }
  return result;
}

}  // namespace

std::vector<Var> jacobian(Var y, std::span<const Var> inputs) {
  std::vector<Shape> shapes;
  for (const Var& x : inputs) shapes.push_back(x.shape());
  return rows_of(y, inputs, shapes);
}

Var jacobian(Var y, Var input) { return jacobian(y, std::span<const Var>(&input, 1))[0]; }

std::vector<Var> jacobian(Var y, std::span<Parameter* const> parameters) {
  std::vector<Shape> shapes;
  for (const Parameter* p : parameters) shapes.push_back(p->value().shape());
  return rows_of(y, parameters, shapes);
}

Var hessian(Var y, Var input) { return jacobian(gradient(y, input), input); }

std::vector<Var> per_example_gradients(Var losses, std::span<Parameter* const> parameters) {
  if (losses.shape().rank() != 1)
    fail<ShapeError>("per_example_gradients: losses ", losses.shape(), " are not [batch]");
  return jacobian(losses, parameters);
}

Var per_example_gradient_norms(Var losses, std::span<Parameter* const> parameters) {
  const std::vector<Var> gradients = per_example_gradients(losses, parameters);
  Var squares = losses.tape().constant(Tensor(losses.shape(), 0));
  for (const Var& g : gradients) {
    const std::int64_t batch = g.shape()[0];
    squares = squares + sum(square(reshape(g, {batch, batch == 0 ? 0 : g.shape().size() / batch})), 1);
  }
  return sqrt(squares);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
