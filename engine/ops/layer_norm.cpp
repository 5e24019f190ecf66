#include <cotape/engine/base/error.h>
#include <cotape/engine/kernels/channels.h>
#include <cotape/engine/kernels/rows.h>
#include <cotape/engine/ops/arithmetic.h>
#include <cotape/engine/ops/layer_norm.h>
#include <cotape/engine/ops/reduce.h>
#include <cotape/engine/ops/shape.h>
#include <cotape/engine/tape/record.h>

#include <algorithm>
#include <cmath>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

enum class Kind { layer, rms };

// What the forward pass keeps, in this order: mean and scale of each row, [rows, 2], and where there is a gain, room
// for what the backward pass starts with, the gradients of gain and bias.
enum Saved : std::size_t { saved_rows, saved_dgain, saved_dbias };

// x as a matrix.
struct Rows {
  std::int64_t count, size;
};

Rows rows_of(const Shape& x, const LayerNormSettings& settings) {
  std::int64_t size = 1;
  for (int axis = 1; axis <= settings.axes; ++axis) size *= x[-axis];
  return {size == 0 ? 0 : x.size() / size, size};
}

void check(Forward& f, const LayerNormSettings& settings) {
  const Shape& x = f.in(0).shape();
  if (settings.axes < 1 || settings.axes > x.rank()) fail<ShapeError>("x ", x, " has no last ", settings.axes, " axes");
  const Shape row(x.sizes().last(static_cast<std::size_t>(settings.axes)));
  for (std::size_t i = 1; i < f.inputs(); ++i)
    if (f.in(i).shape() != row)
      fail<ShapeError>(i == 1 ? "gain " : "bias ", f.in(i).shape(), " for x ", x, ": it must be ", row);
  if (!(settings.epsilon > 0)) fail<ValueError>("ε = ", settings.epsilon, " is not positive");
}

// A normalised row is x̂ = ((x − first) − mean) · scale: with the row's first number taken off before anything else,
// what all numbers have in common costs no digits. rms_norm takes nothing off.
struct RowScale {
  real first, mean, scale;

  template <class T>  // real or Lanes
  T operator()(const T& x) const {
    return ((x - first) - mean) * scale;
  }
};

RowScale measure(const real* x, std::int64_t n, Kind kind, real epsilon) {
  const real count = static_cast<real>(n), first = kind == Kind::layer ? x[0] : 0;
  real mean = 0;
  if (kind == Kind::layer) mean = row_total(n, [=](std::int64_t i) { return x[i] - first; }) / count;
  if (!std::isfinite(mean))  // the sum overflowed
    mean = row_total(n, [=](std::int64_t i) { return (x[i] - first) / count; });
  const auto deviation = [=](std::int64_t i) { return (x[i] - first) - mean; };
  const auto squared = [=](std::int64_t i) {
    const real d = deviation(i);
    return d * d;
  };
  const real root = root_of_squares(row_total(n, squared), n, deviation);
  return {first, mean, 1 / std::hypot(root / std::sqrt(count), std::sqrt(epsilon))};
}

// How each row was normalised, for the backward pass.
class RowScales {
 public:
  RowScales(const Vjp& v, Kind kind, std::int64_t size)
      : x_(v.input(0).data()), kept_(v.saved(saved_rows).data()), size_(size), kind_(kind) {}

  RowScale operator[](std::int64_t r) const {
    return {kind_ == Kind::layer ? x_[r * size_] : 0, kept_[2 * r], kept_[2 * r + 1]};
  }

 private:
  const real *x_, *kept_;
  std::int64_t size_;
  Kind kind_;
};

void normalise(Forward& f, Kind kind, const LayerNormSettings& settings) {
  check(f, settings);
  const Tensor& x = f.in(0);
  const Rows rows = rows_of(x.shape(), settings);
  const real* gain = f.inputs() > 1 ? f.in(1).data() : nullptr;
  const real* bias = f.inputs() > 2 ? f.in(2).data() : nullptr;
  Tensor &y = f.out(x.shape()), &kept = f.save({rows.count, 2});
  if (f.inputs() > 1) {  // not `gain`: one of no numbers has no memory
    f.save(f.in(1).shape());
    f.save(f.in(1).shape());
  }
  for_rows(rows.count, rows.size, [&, n = rows.size](std::int64_t r) {
    const real* from = x.data() + r * n;
    real* to = y.data() + r * n;
    const RowScale normalised = measure(from, n, kind, settings.epsilon);
    kept[2 * r] = normalised.mean;
    kept[2 * r + 1] = normalised.scale;
    if (bias)
      for (std::int64_t i = 0; i < n; ++i) to[i] = normalised(from[i]) * gain[i] + bias[i];
    else if (gain)
      for (std::int64_t i = 0; i < n; ++i) to[i] = normalised(from[i]) * gain[i];
    else
      for (std::int64_t i = 0; i < n; ++i) to[i] = normalised(from[i]);
  });
}

// Σ dy ⊙ x̂ and Σ dy over the rows, in one pass: the gradients of gain and bias.
auto sum_parameter_gradients(Kind kind, const LayerNormSettings& settings) {
  return Before{[=](Vjp& v) {
    const Rows rows = rows_of(v.input(0).shape(), settings);
    const ChannelSums<2> sums =
        sum_channels<2>(rows.count, rows.size,
                        [x = v.input(0).data(), dy = v.dy.data(), scales = RowScales(v, kind, rows.size),
                         size = rows.size](std::int64_t i, std::int64_t c, auto n, Lanes(&sum)[2]) {
                          const Lanes d = load_lanes(dy + i, n);
                          sum[0] += d * scales[(i - c) / size](load_lanes(x + i, n));
                          sum[1] += d;
                        });
    std::copy(sums[0].begin(), sums[0].end(), v.shared(saved_dgain).data());
    std::copy(sums[1].begin(), sums[1].end(), v.shared(saved_dbias).data());
  }};
}

auto parameter_gradient(Saved which) {
  return [which](Vjp& v) { v.dx.copy_from(v.saved(which)); };
}

// dx = scale · (g − mean g − x̂ ⊙ mean(g ⊙ x̂)) with g = dy ⊙ gain; rms_norm has no mean g.
auto input_gradient(Kind kind, const LayerNormSettings& settings, bool has_gain) {
  return [=](Vjp& v) {
    const Tensor& x = v.input(0);
    const Rows rows = rows_of(x.shape(), settings);
    const auto one_row = [n = rows.size, kind](const real* from, auto g, const RowScale& normalised, real* dx) {
      const real count = static_cast<real>(n);
      const real mean = kind == Kind::layer ? row_total(n, g) / count : 0;
      const real along = row_total(n, [=](std::int64_t i) { return g(i) * normalised(from[i]); }) / count;
      for (std::int64_t i = 0; i < n; ++i) dx[i] = normalised.scale * (g(i) - mean - normalised(from[i]) * along);
    };
    const real* gain = has_gain ? v.input(1).data() : nullptr;
    const RowScales scales(v, kind, rows.size);
    for_rows(rows.count, rows.size, [&, n = rows.size](std::int64_t r) {
      const real *from = x.data() + r * n, *dy = v.dy.data() + r * n;
      real* dx = v.dx.data() + r * n;
      if (gain)
        one_row(
            from, [=](std::int64_t i) { return dy[i] * gain[i]; }, scales[r], dx);
      else
        one_row(
            from, [=](std::int64_t i) { return dy[i]; }, scales[r], dx);
    });
  };
}

constexpr Op layer_op{"layer_norm",
                      "dx = (g − mean g − x̂ ⊙ mean(g ⊙ x̂)) / σ with g = dy ⊙ gain, dgain = Σ dy ⊙ x̂, dbias = Σ dy"};
constexpr Op rms_op{"rms_norm", "dx = (g − x̂ ⊙ mean(g ⊙ x̂)) / rms with g = dy ⊙ gain, dgain = Σ dy ⊙ x̂"};

// Gives an op of this file its value in ops.
Var in_ops(Var y, Kind kind, const LayerNormSettings& settings) {
  return with_value_in_ops(y, [kind, settings](const VarVjp& v) {
    const Rows rows = rows_of(v.input(0).shape(), settings);
    Var x = reshape(v.input(0), {rows.count, rows.size});
    if (kind == Kind::layer) x = x - mean(x, 1, true);
    Var result = x * rsqrt(mean(square(x), 1, true) + settings.epsilon);
    if (v.inputs.size() > 1) result = result * reshape(v.input(1), {rows.size});
    if (v.inputs.size() > 2) result = result + reshape(v.input(2), {rows.size});
    return reshape(result, v.y.shape());
  });
}

Var without_gain(const Op& op, Kind kind, Var x, const LayerNormSettings& settings) {
  return in_ops(record(
                    op, {x}, [&](Forward& f) { normalise(f, kind, settings); }, input_gradient(kind, settings, false)),
                kind, settings);
}

Var with_gain(const Op& op, Kind kind, Var x, Var gain, const LayerNormSettings& settings) {
  return in_ops(
      record(
          op, {x, gain}, [&](Forward& f) { normalise(f, kind, settings); }, sum_parameter_gradients(kind, settings),
          input_gradient(kind, settings, true), parameter_gradient(saved_dgain)),
      kind, settings);
}

}  // namespace

Var layer_norm(Var x, Var gain, Var bias, const LayerNormSettings& settings) {
  return in_ops(record(
                    layer_op, {x, gain, bias}, [&](Forward& f) { normalise(f, Kind::layer, settings); },
                    sum_parameter_gradients(Kind::layer, settings), input_gradient(Kind::layer, settings, true),
                    parameter_gradient(saved_dgain), parameter_gradient(saved_dbias)),
                Kind::layer, settings);
}

Var layer_norm(Var x, Var gain, const LayerNormSettings& settings) {
  return with_gain(layer_op, Kind::layer, x, gain, settings);
}

Var layer_norm(Var x, const LayerNormSettings& settings) { return without_gain(layer_op, Kind::layer, x, settings); }

Var rms_norm(Var x, Var gain, const LayerNormSettings& settings) {
  return with_gain(rms_op, Kind::rms, x, gain, settings);
}

Var rms_norm(Var x, const LayerNormSettings& settings) { return without_gain(rms_op, Kind::rms, x, settings); }

}  // namespace COTAPE_PRECISION
}  // namespace cotape
