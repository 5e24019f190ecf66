#include <cotape/engine/base/error.h>
#include <cotape/engine/kernels/gemm.h>
#include <cotape/engine/kernels/reduce.h>
#include <cotape/engine/ops/activation_gradient.h>
#include <cotape/engine/ops/elementwise.h>
#include <cotape/engine/ops/matmul.h>
#include <cotape/engine/ops/reduce.h>
#include <cotape/engine/ops/shape.h>

#include <algorithm>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// The sizes of a batch of matrix products.
struct Product {
  std::int64_t m, n, k;
  Shape batch_a, batch_b, batch;  // axes before the last two

  Shape result() const { return batch.inserted(batch.rank(), m).inserted(batch.rank() + 1, n); }
};

Shape batch_of(const Shape& shape) { return Shape(shape.sizes().first(static_cast<std::size_t>(shape.rank() - 2))); }

Product product_of(const Shape& a, const Shape& b, Transpose t) {
  if (a.rank() < 2 || b.rank() < 2) fail<ShapeError>("both sides need two axes or more: a ", a, " b ", b);
  const std::int64_t inner_a = t.a ? a[-2] : a[-1], inner_b = t.b ? b[-1] : b[-2];
  if (inner_a != inner_b)
    fail<ShapeError>("inner sizes differ: a ", a, t.a ? "ᵀ" : "", " b ", b, t.b ? "ᵀ" : "", " (", inner_a,
                     " != ", inner_b, ")");
  return {t.a ? a[-1] : a[-2], t.b ? b[-2] : b[-1], inner_a,
          batch_of(a),         batch_of(b),         broadcast(batch_of(a), batch_of(b))};
}

// Calls body(i, index into a, index into b) for every matrix i of the batch, in parallel; one after the other where a
// product is smaller than a thread's start is worth.
template <class Body>
void for_batch(const Product& p, Body body) {
  const std::int64_t n = p.batch.size();
  if (n == 0) return;
  constexpr double worthwhile = 1 << 18;  // multiply-adds
  const double products = static_cast<double>(p.m) * static_cast<double>(p.n) * static_cast<double>(p.k);
  const auto block = static_cast<std::int64_t>(std::max(1.0, worthwhile / std::max(1.0, products)));
  const BroadcastWalk walk(p.batch, p.batch_a, p.batch_b);
  parallel_for(n, block, [&](std::int64_t begin, std::int64_t end) {
    BroadcastWalk::Place place = walk.at(begin);
    for (std::int64_t i = begin; i < end; ++i) {
      body(i, place.a + (walk.steps_a() ? place.column : 0), place.b + (walk.steps_b() ? place.column : 0));
      if (++place.column == walk.row_size() && i + 1 < end) walk.next_row(place);
    }
  });
}

// The products are made for y's whole batch; where the input was broadcast they are summed to the input's batch.
template <class Write>
void product_gradient(Vjp& v, const Shape& batch, const Shape& own_batch, Write write) {
  if (own_batch == batch) return write(v.dx);
  const Shape& shape = v.dx.shape();
  const Shape full = batch.inserted(batch.rank(), shape[-2]).inserted(batch.rank() + 1, shape[-1]);
  Tensor products = v.scratch(full);
  write(products);
  sum_to(v.dx, products, v.memory());
}

// The sizes of a linear layer; every axis of x but the last counts as rows.
struct Layer {
  std::int64_t rows, in, out;
};

Layer layer_of(const Shape& x, const Shape& weight) {
  if (weight.rank() != 2) fail<ShapeError>("weight ", weight, " is not [out, in]");
  if (x.rank() < 1) fail<ShapeError>("x ", x, " has no axis of inputs");
  if (x[-1] != weight[1])
    fail<ShapeError>("inner sizes differ: x ", x, " weight ", weight, " (", x[-1], " != ", weight[1], ")");
  return {view_around(x, -1).outer, weight[1], weight[0]};
}

void linear_forward(Forward& c, const Tensor* bias, Activation activation) {
  const Tensor &x = c.in(0), &weight = c.in(1);
  const Layer size = layer_of(x.shape(), weight.shape());
  if (bias && bias->shape() != Shape{size.out})
    fail<ShapeError>("bias ", bias->shape(), " for a weight ", weight.shape(), ": it must be [", size.out, "]");
  c.multiply_adds(size.rows * size.in * size.out);
  Tensor& y = c.out(x.shape().with(-1, size.out));
  const auto tail = [&](const Tile& tile) {
    finish_rows(y.data() + tile.row * size.out + tile.column, size.out, tile.rows, tile.columns,
                bias ? bias->data() + tile.column : nullptr, activation);
  };
  gemm(size.rows, size.out, size.in, {x.data(), size.in}, {weight.data(), size.in, true}, y.data(), size.out, false,
       tail);
}

void linear_input_gradient(Vjp& v) {
  const Layer size = layer_of(v.input(0).shape(), v.input(1).shape());
  gemm(size.rows, size.in, size.out, {v.dy.data(), size.out}, {v.input(1).data(), size.in}, v.dx.data(), size.in);
}

void linear_weight_gradient(Vjp& v) {
  const Layer size = layer_of(v.input(0).shape(), v.input(1).shape());
  gemm(size.out, size.in, size.rows, {v.dy.data(), size.out, true}, {v.input(0).data(), size.in}, v.dx.data(), size.in);
}

// The second form, with every axis but the last joined to rows.
Var linear_gradient(const VarVjp& v, Activation activation) {
  const Layer size = layer_of(v.input(0).shape(), v.input(1).shape());
  const Var dy = reshape(activation_gradient(activation, v), {size.rows, size.out});
  if (v.index == 0) return reshape(matmul(dy, v.input(1)), v.input(0).shape());
  if (v.index == 1) return matmul(dy, reshape(v.input(0), {size.rows, size.in}), {true, false});
  return sum(dy, 0);
}

void linear_bias_gradient(Vjp& v) {
  const Layer size = layer_of(v.input(0).shape(), v.input(1).shape());
  sum_middle(v.dx.data(), v.dy.data(), {1, size.rows, size.out});
}

}  // namespace

Var matmul(Var a, Var b, Transpose t) {
  const Var result = record(
      {"matmul", "da = dy · bᵀ, db = aᵀ · dy"}, {a, b},
      [t](Forward& c) {
        const Tensor &x = c.in(0), &z = c.in(1);
        const Product p = product_of(x.shape(), z.shape(), t);
        Tensor& y = c.out(p.result());
        c.multiply_adds(y.size() * p.k);
        for_batch(p, [&](std::int64_t i, std::int64_t ia, std::int64_t ib) {
          gemm(p.m, p.n, p.k, {x.data() + ia * p.m * p.k, t.a ? p.m : p.k, t.a},
               {z.data() + ib * p.k * p.n, t.b ? p.k : p.n, t.b}, y.data() + i * p.m * p.n, p.n);
        });
      },
      [t](Vjp& v) {  // da = dy·op(b)ᵀ [m,k], stored as [k,m] when a is transposed
        const Product p = product_of(v.input(0).shape(), v.input(1).shape(), t);
        product_gradient(v, p.batch, p.batch_a, [&](Tensor& da) {
          for_batch(p, [&](std::int64_t i, std::int64_t, std::int64_t ib) {
            const MatrixView dy{v.dy.data() + i * p.m * p.n, p.n, t.a};
            const MatrixView z{v.input(1).data() + ib * p.k * p.n, t.b ? p.k : p.n, t.a == t.b};
            real* out = da.data() + i * p.m * p.k;
            if (t.a)
              gemm(p.k, p.m, p.n, z, dy, out, p.m);
            else
              gemm(p.m, p.k, p.n, dy, z, out, p.k);
          });
        });
      },
      [t](Vjp& v) {  // db = op(a)ᵀ·dy [k,n], stored as [n,k] when b is transposed
        const Product p = product_of(v.input(0).shape(), v.input(1).shape(), t);
        product_gradient(v, p.batch, p.batch_b, [&](Tensor& db) {
          for_batch(p, [&](std::int64_t i, std::int64_t ia, std::int64_t) {
            const MatrixView dy{v.dy.data() + i * p.m * p.n, p.n, t.b};
            const MatrixView x{v.input(0).data() + ia * p.m * p.k, t.a ? p.m : p.k, t.a == t.b};
            real* out = db.data() + i * p.k * p.n;
            if (t.b)
              gemm(p.n, p.k, p.m, dy, x, out, p.k);
            else
              gemm(p.k, p.n, p.m, x, dy, out, p.n);
          });
        });
      });
  return with_var_vjps(
      result,
      [t](const VarVjp& v) {
        const Var &z = v.input(1), da = t.a ? matmul(z, v.dy, {t.b, true}) : matmul(v.dy, z, {false, !t.b});
        return sum_to_shape(da, v.input(0).shape());
      },
      [t](const VarVjp& v) {
        const Var &x = v.input(0), db = t.b ? matmul(v.dy, x, {true, t.a}) : matmul(x, v.dy, {!t.a, false});
        return sum_to_shape(db, v.input(1).shape());
      });
}

Var dot(Var a, Var b) {
  const auto scaled = [](std::size_t other) {
    return [other](Vjp& v) {
      map(
          v.dx, [dy = v.dy.item()](real x) { return dy * x; }, v.input(other));
    };
  };
  const Var result = record(
      {"dot", "da = dy b, db = dy a"}, {a, b},
      [](Forward& c) {
        const Tensor &x = c.in(0), &z = c.in(1);
        if (x.shape().rank() != 1 || x.shape() != z.shape())
          fail<ShapeError>("a ", x.shape(), " and b ", z.shape(), " are not two vectors of one size");
        c.out(Shape{})[0] = static_cast<real>(sum_of_products(x.data(), z.data(), x.size()));
      },
      scaled(1), scaled(0));
  return with_var_vjps(
      result, [](const VarVjp& v) { return v.dy * v.input(1); }, [](const VarVjp& v) { return v.dy * v.input(0); });
}

Var outer(Var a, Var b) {
  const Shape &rows = a.shape(), &columns = b.shape();
  if (rows.rank() != 1 || columns.rank() != 1)
    fail<ShapeError>("outer: a ", rows, " and b ", columns, " are not two vectors");
  return matmul(reshape(a, {rows[0], 1}), reshape(b, {1, columns[0]}));
}

Var linear(Var x, Var weight, Var bias, Activation activation) {
  const Var result = record(
      {"linear", "dx = dy · W, dW = dyᵀ · x, db = Σ dy"}, {x, weight, bias},
      [activation](Forward& c) { linear_forward(c, &c.in(2), activation); }, activation_gradient(activation),
      linear_input_gradient, linear_weight_gradient, linear_bias_gradient);
  return with_var_vjp(result, [activation](const VarVjp& v) { return linear_gradient(v, activation); });
}

Var linear(Var x, Var weight, Activation activation) {
  const Var result = record(
      {"linear", "dx = dy · W, dW = dyᵀ · x"}, {x, weight},
      [activation](Forward& c) { linear_forward(c, nullptr, activation); }, activation_gradient(activation),
      linear_input_gradient, linear_weight_gradient);
  return with_var_vjp(result, [activation](const VarVjp& v) { return linear_gradient(v, activation); });
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
