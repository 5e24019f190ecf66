#include <cotape/engine/base/error.h>
#include <cotape/engine/kernels/channels.h>
#include <cotape/engine/kernels/image_shape.h>
#include <cotape/engine/kernels/map.h>
#include <cotape/engine/kernels/windows.h>
#include <cotape/engine/ops/arithmetic.h>
#include <cotape/engine/ops/norm.h>
#include <cotape/engine/ops/reduce.h>
#include <cotape/engine/ops/shape.h>
#include <cotape/engine/tape/record.h>

#include <algorithm>
#include <cmath>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// What the forward pass keeps for the backward pass, in this order. Each has the shape [channels]: the mean,
// 1/√(variance + ε), shift, slope and offset of y = slope ⊙ (x − shift) + offset, the rest of the mean, mean − shift,
// and room for the sums that the backward pass starts with. With max_pool there are also, in y's shape, the numbers of
// x that were largest in their windows.
enum Saved : std::size_t {
  saved_mean,
  saved_scale,
  saved_shift,
  saved_slope,
  saved_offset,
  saved_rest,
  saved_dy_mean,
  saved_dy_slope,
  saved_winners
};

void check(Forward& f, const BatchNormSettings& settings) {
  const Shape& x = f.in(0).shape();
  if (x.rank() < 2) fail<ShapeError>("x ", x, " has no axis besides its channels");
  for (std::size_t i = 1; i < 3; ++i)
    if (f.in(i).shape() != Shape{x[-1]})
      fail<ShapeError>(i == 1 ? "gain " : "bias ", f.in(i).shape(), " for x ", x, ": it must be [", x[-1], "]",
                       f.in(i).shape().rank() == 1 ? channels_first_hint(x, f.in(i).size()) : "");
  if (f.inputs() > 3 && f.in(3).shape() != x) fail<ShapeError>("skip ", f.in(3).shape(), " is not of x's shape ", x);
  if (f.inputs() > 3 && settings.max_pool) fail<ValueError>("skip and max_pool do not go together");
  if (!(settings.epsilon > 0)) fail<ValueError>("ε = ", settings.epsilon, " is not positive");
  if (settings.max_pool) sliding_windows(x, *settings.max_pool);  // throws before any statistics change
}

std::int64_t rows_of(const Shape& x) { return x[-1] == 0 ? 0 : x.size() / x[-1]; }

void measure(const Tensor& x, ChannelStatistics& statistics) {
  const std::int64_t channels = x.shape()[-1], rows = rows_of(x.shape());
  if (rows < 2) fail<ShapeError>("x ", x.shape(), " has fewer than two numbers a channel: they have no variance");
  const MeansAndVariances moments = channel_moments(x.data(), rows, channels);
  if (statistics.mean.shape() != Shape{channels}) statistics.mean = statistics.variance = Tensor(Shape{channels});
  statistics.count = rows;
  for (std::int64_t c = 0; c < channels; ++c) {
    statistics.mean[c] = static_cast<real>(moments.mean[static_cast<std::size_t>(c)]);
    statistics.variance[c] = static_cast<real>(moments.variance[static_cast<std::size_t>(c)]);
  }
}

// The shift of a channel. For most channels it is 0, and their mean is part of the offset: that saves a subtraction.
// Where the mean is so large beside the deviation that rounding the offset would be seen in y, or all numbers are
// equal, it is the mean.
real shift_of(real mean, real variance, real scale) {
  constexpr real far = 1024;
  return variance == 0 || std::abs(mean) * scale > far ? mean : 0;
}

// x − shift, a few channels at a time; without subtracting where no channel has a shift.
class Shifted {
 public:
  Shifted(const Tensor& x, const Tensor& shift)
      : x_(x.data()),
        shift_(std::any_of(shift.data(), shift.data() + shift.size(), [](real s) { return s != 0; }) ? shift.data()
                                                                                                     : nullptr) {}

  template <class Size>
  Lanes operator()(std::int64_t i, std::int64_t c, Size n) const {
    const Lanes x = load_lanes(x_ + i, n);
    return shift_ ? x - load_lanes(shift_ + c, n) : x;
  }

 private:
  const real *x_, *shift_;
};

// y = activation(slope ⊙ (x − shift) + offset + skip), the first three [channels].
void normalise(Forward& f, const Tensor& shift, const Tensor& slope, const Tensor& offset, bool relu) {
  const Tensor& x = f.in(0);
  Tensor& y = f.out(x.shape());
  const real* skip = f.inputs() > 3 ? f.in(3).data() : nullptr;
  const Shifted shifted(x, shift);
  for_channels(rows_of(x.shape()), x.shape()[-1], [&](std::int64_t i, std::int64_t c, auto n) {
    Lanes sum = shifted(i, c, n) * load_lanes(slope.data() + c, n) + load_lanes(offset.data() + c, n);
    if (skip) sum += load_lanes(skip + i, n);
    if (relu) sum = sum <= 0 ? Lanes{} : sum;
    store_lanes(y.data() + i, sum, n);
  });
}

// y = activation(the largest slope ⊙ (x − shift) + offset of each window).
void normalise_and_pool(Forward& f, const Tensor& shift, const Tensor& slope, const Tensor& offset, bool relu,
                        const PoolSettings& pool) {
  const Tensor& x = f.in(0);
  const Windows windows = sliding_windows(x.shape(), pool);
  const std::int64_t width = x.shape()[2], channels = x.shape()[3];
  Tensor &y = f.out(windows.pooled(x.shape())), &winners = f.save(y.shape());
  const Shifted shifted(x, shift);
  for_windows(x.shape(), windows, [&](Range rows, Range columns, std::int64_t to, std::int64_t image) {
    for_lanes(channels, [&](std::int64_t c, auto n) {
      const Lanes a = load_lanes(slope.data() + c, n), b = load_lanes(offset.data() + c, n);
      const auto place = [&](std::int64_t r, std::int64_t s) { return image + (r * width + s) * channels + c; };
      const std::int64_t first = place(rows.begin, columns.begin);
      Lanes winner = load_lanes(x.data() + first, n), largest = shifted(first, c, n) * a + b;
      for (std::int64_t r = rows.begin; r < rows.end; ++r)
        for (std::int64_t s = columns.begin; s < columns.end; ++s) {
          const std::int64_t i = place(r, s);
          const Lanes v = load_lanes(x.data() + i, n), normalised = shifted(i, c, n) * a + b;
          const auto better = (normalised > largest) | (normalised != normalised);  // a NaN goes through
          largest = better ? normalised : largest;
          winner = better ? v : winner;
        }
      if (relu) largest = largest <= 0 ? Lanes{} : largest;
      store_lanes(y.data() + to + c, largest, n);
      store_lanes(winners.data() + to + c, winner, n);
    });
  });
}

void forward(Forward& f, const Tensor& mean, const Tensor& variance, const BatchNormSettings& settings) {
  const Tensor &gain = f.in(1), &bias = f.in(2);
  const std::int64_t channels = gain.size();
  Tensor &kept_mean = f.save({channels}), &scale = f.save({channels}), &shift = f.save({channels});
  Tensor &slope = f.save({channels}), &offset = f.save({channels}), &rest = f.save({channels});
  f.save({channels}).fill(0);
  f.save({channels}).fill(0);
  kept_mean.copy_from(mean);
  for (std::int64_t c = 0; c < channels; ++c) {
    scale[c] = 1 / std::sqrt(variance[c] + settings.epsilon);
    slope[c] = gain[c] * scale[c];
    shift[c] = shift_of(mean[c], variance[c], scale[c]);
    rest[c] = mean[c] - shift[c];
    offset[c] = bias[c] - rest[c] * slope[c];
  }
  const bool relu = settings.activation == Activation::relu;
  if (settings.max_pool)
    normalise_and_pool(f, shift, slope, offset, relu, *settings.max_pool);
  else
    normalise(f, shift, slope, offset, relu);
}

// The settings that the vector-Jacobian products depend on.
struct Kind {
  bool relu, skip;
  bool fixed;  // statistics are given
  std::optional<PoolSettings> pool;
};

// The numbers of x that y is made of, in y's shape.
const Tensor& sources(const Vjp& v, const Kind& kind) { return kind.pool ? v.saved(saved_winners) : v.input(0); }

// The cotangent of the normalised numbers, dy masked by the ReLU. Without skip, the sign of y is computed again from x,
// which the products read anyway; with skip, dy has been masked in place, because the skip's gradient needs it too.
struct Cotangent {
  const real* dy;
  Shifted x;
  const real *slope, *offset;
  bool masks;

  Cotangent(const Vjp& v, const Kind& kind)
      : dy(v.dy.data()),
        x(sources(v, kind), v.saved(saved_shift)),
        slope(v.saved(saved_slope).data()),
        offset(v.saved(saved_offset).data()),
        masks(kind.relu && !kind.skip) {}

  template <class Size>
  Lanes operator()(std::int64_t i, std::int64_t c, Size n) const {
    const Lanes all = load_lanes(dy + i, n);
    if (!masks) return all;
    return x(i, c, n) * load_lanes(slope + c, n) + load_lanes(offset + c, n) > 0 ? all : Lanes{};
  }
};

// The two means for each channel that the products share: of dy, and of dy ⊙ x̂, with x̂ the normalised x.
auto mask_and_sum(const Kind& kind) {
  return Before{[kind](Vjp& v) {
    const Tensor &x = sources(v, kind), &mean = v.saved(saved_mean), &scale = v.saved(saved_scale);
    const std::int64_t channels = x.shape()[-1];
    if (kind.relu && kind.skip)
      map(
          v.dy, [](real d, real y) { return y > 0 ? d : 0; }, v.dy, v.y);
    const Cotangent cotangent(v, kind);
    const ChannelSums<2> sums =
        sum_channels<2>(rows_of(x.shape()), channels,
                        [=, x = x.data(), mean = mean.data()](std::int64_t i, std::int64_t c, auto n, Lanes(&sum)[2]) {
                          const Lanes dy = cotangent(i, c, n);
                          sum[0] += dy;
                          sum[1] += dy * (load_lanes(x + i, n) - load_lanes(mean + c, n));
                        });
    Tensor &dy_mean = v.shared(saved_dy_mean), &dy_slope = v.shared(saved_dy_slope);
    for (std::int64_t c = 0; c < channels; ++c) {
      const double count = static_cast<double>(rows_of(v.input(0).shape())), s = static_cast<double>(scale[c]);
      dy_mean[c] = static_cast<real>(sums[0][static_cast<std::size_t>(c)] / count);
      dy_slope[c] = static_cast<real>(sums[1][static_cast<std::size_t>(c)] * s / count);
    }
  }};
}

// dx = gain / √(σ² + ε) ⊙ (dy − mean(dy) − x̂ ⊙ mean(dy ⊙ x̂)); with fixed statistics the means are left out. Behind
// max_pool, dy is 0 but for the first number of each window that equals its winner.
auto input_gradient(const Kind& kind) {
  return [kind](Vjp& v) {
    const Shape& shape = v.dx.shape();
    const std::int64_t channels = shape[-1];
    Tensor slope_x = v.scratch({channels}), offset = v.scratch({channels});
    for (std::int64_t c = 0; c < channels; ++c) {
      const real slope = v.saved(saved_slope)[c];
      slope_x[c] = kind.fixed ? 0 : -slope * v.saved(saved_scale)[c] * v.saved(saved_dy_slope)[c];
      offset[c] = kind.fixed ? 0 : -slope * v.saved(saved_dy_mean)[c] - slope_x[c] * v.saved(saved_rest)[c];
    }
    const auto from_dy = [slope = v.saved(saved_slope).data(), cotangent = Cotangent(v, kind)](std::int64_t i,
                                                                                               std::int64_t c, auto n) {
      return cotangent(i, c, n) * load_lanes(slope + c, n);
    };
    const auto from_means = [x = Shifted(v.input(0), v.saved(saved_shift)), slope = slope_x.data(),
                             offset = offset.data()](std::int64_t i, std::int64_t c, auto n) {
      return x(i, c, n) * load_lanes(slope + c, n) + load_lanes(offset + c, n);
    };
    real* dx = v.dx.data();
    if (!kind.pool)
      return for_channels(rows_of(shape), channels, [=](std::int64_t i, std::int64_t c, auto n) {
        const Lanes means = from_means(i, c, n);
        store_lanes(dx + i, from_dy(i, c, n) + means, n);
      });
    const auto prepare = [=](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; i += channels)
        for_lanes(channels, [=](std::int64_t c, auto n) { store_lanes(dx + i + c, from_means(i + c, c, n), n); });
    };
    add_to_winners(v.input(0), sliding_windows(shape, *kind.pool), v.saved(saved_winners), v.dx, prepare, from_dy);
  };
}

// The parameters' gradients are the sums themselves.
auto parameter_gradient(Saved which) {
  return [which](Vjp& v) {
    const real rows = static_cast<real>(rows_of(v.input(0).shape()));
    map(
        v.dx, [rows](real mean) { return mean * rows; }, v.saved(which));
  };
}

// The value in ops.
Var recorded_norm(const VarVjp& v, const Kind& kind, real epsilon) {
  const Shape& shape = v.input(0).shape();
  Var x = reshape(v.input(0), {rows_of(shape), shape[-1]});
  if (kind.fixed) {
    x = (x - v.saved(saved_mean)) * v.saved(saved_scale);
  } else {
    x = x - mean(x, 0, true);
    x = x * rsqrt(mean(square(x), 0, true) + epsilon);
  }
  Var y = reshape(x * v.input(1) + v.input(2), shape);
  if (kind.skip) y = y + v.input(3);
  if (kind.pool) y = max_pool2d(y, *kind.pool);
  return kind.relu ? relu(y) : y;
}

Var record_norm(Var x, Var gain, Var bias, std::optional<Var> skip, bool fixed, const BatchNormSettings& settings,
                FunctionRef<void(Forward&)> compute) {
  const Kind kind{settings.activation == Activation::relu, skip.has_value(), fixed, settings.max_pool};
  const auto dx = input_gradient(kind);
  const auto dgain = parameter_gradient(saved_dy_slope), dbias = parameter_gradient(saved_dy_mean);
  const auto in_ops = [kind, epsilon = settings.epsilon](const VarVjp& v) { return recorded_norm(v, kind, epsilon); };
  if (!skip)
    return with_value_in_ops(
        record({"batch_norm", "dx = gain/σ ⊙ (dy − mean dy − x̂ ⊙ mean(dy ⊙ x̂)), dgain = Σ dy ⊙ x̂, dbias = Σ dy"},
               {x, gain, bias}, compute, mask_and_sum(kind), dx, dgain, dbias),
        in_ops);
  return with_value_in_ops(
      record(
          {"batch_norm", "dx = gain/σ ⊙ (dy − mean dy − x̂ ⊙ mean(dy ⊙ x̂)), dgain = Σ dy ⊙ x̂, dbias = Σ dy, dskip = dy"},
          {x, gain, bias, *skip}, compute, mask_and_sum(kind), dx, dgain, dbias,
          [](Vjp& v) {
            map(
                v.dx, [](real dy) { return dy; }, v.dy);
          }),
      in_ops);
}

}  // namespace

Var batch_norm(Var x, Var gain, Var bias, ChannelStatistics& statistics, const BatchNormSettings& settings,
               std::optional<Var> skip) {
  return record_norm(x, gain, bias, skip, false, settings, [&](Forward& f) {
    check(f, settings);
    measure(f.in(0), statistics);
    forward(f, statistics.mean, statistics.variance, settings);
  });
}

Var batch_norm(Var x, Var gain, Var bias, const Tensor& mean, const Tensor& variance, const BatchNormSettings& settings,
               std::optional<Var> skip) {
  return record_norm(x, gain, bias, skip, true, settings, [&](Forward& f) {
    check(f, settings);
    const Shape channels{f.in(0).shape()[-1]};
    if (mean.shape() != channels || variance.shape() != channels)
      fail<ShapeError>("mean ", mean.shape(), " and variance ", variance.shape(), " for x ", f.in(0).shape(),
                       ": they must be ", channels, channels_first_hint(f.in(0).shape(), mean.size()));
    forward(f, mean, variance, settings);
  });
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
