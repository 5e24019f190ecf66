#include <cotape/engine/base/error.h>
#include <cotape/engine/kernels/channels.h>
#include <cotape/engine/kernels/reduce.h>
#include <cotape/engine/ops/arithmetic.h>
#include <cotape/engine/ops/group_norm.h>
#include <cotape/engine/ops/reduce.h>
#include <cotape/engine/ops/shape.h>
#include <cotape/engine/tape/record.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// What the forward pass keeps, in this order: how each sample was normalised, [batch, 3, channels] (see Normalised),
// and room, [batch, channels] each, for the sums over a sample's pixels that the backward pass starts with.
enum Saved : std::size_t { saved_scales, saved_dgain, saved_dbias };

// How many groups; without a number each channel is one.
using Groups = std::optional<std::int64_t>;

struct Sizes {
  std::int64_t batch, pixels, channels;
  std::int64_t channels_per_group;
  std::int64_t sample = pixels * channels;
};

Sizes sizes_of(const Shape& x, const Groups& groups) {
  std::int64_t pixels = 1;
  for (int axis = 1; axis < x.rank() - 1; ++axis) pixels *= x[axis];
  return {x[0], pixels, x[-1], groups ? x[-1] / *groups : 1};
}

void check(Forward& f, const Groups& groups, real epsilon) {
  const Shape& x = f.in(0).shape();
  if (x.rank() < 2) fail<ShapeError>("x ", x, " has no axes besides its channels: it must be [batch, …, channels]");
  if (groups && *groups < 1) fail<ValueError>("groups ", *groups, " is less than 1");
  if (groups && x[-1] % *groups != 0)
    fail<ShapeError>("the ", x[-1], " channels of x ", x, " do not divide into ", *groups, " groups");
  for (std::size_t i = 1; i < f.inputs(); ++i)
    if (f.in(i).shape() != Shape{x[-1]})
      fail<ShapeError>(i == 1 ? "gain " : "bias ", f.in(i).shape(), " for x ", x, ": it must be [", x[-1], "]");
  if (!(epsilon > 0)) fail<ValueError>("ε = ", epsilon, " is not positive");
  const Sizes s = sizes_of(x, groups);
  if (x.size() > 0 && s.pixels * s.channels_per_group < 2)
    fail<ShapeError>("x ", x, " has fewer than two numbers a group: they have no variance");
}

// A sample's normalised numbers x̂ = (x − shift) ⊙ scale + offset, each [channels], a few channels at a time. The shift
// is the mean rounded to a number, and the offset makes good for the rounding.
struct Normalised {
  const real *x, *shift, *scale, *offset;

  Normalised(const real* sample, const real* scales, std::int64_t channels)
      : x(sample), shift(scales), scale(scales + channels), offset(scales + 2 * channels) {}

  template <class Size>
  Lanes operator()(std::int64_t i, std::int64_t c, Size n) const {
    return (load_lanes(x + i, n) - load_lanes(shift + c, n)) * load_lanes(scale + c, n) + load_lanes(offset + c, n);
  }
};

// Calls body(sample) in parallel.
template <class Body>
void for_samples(const Sizes& s, Body body) {
  parallel_for(s.batch, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t b = begin; b < end; ++b) body(b);
  });
}

// shift, scale and offset of a sample.
void measure(const real* x, const Sizes& s, real epsilon, real* scales) {
  const MeansAndVariances moments = channel_moments(x, s.pixels, s.channels);
  const double size = static_cast<double>(s.channels_per_group);
  for (std::int64_t first = 0; first < s.channels; first += s.channels_per_group) {
    const auto sum = [&](auto term) {
      double total = 0;
      for (std::int64_t c = first; c < first + s.channels_per_group; ++c) total += term(static_cast<std::size_t>(c));
      return total;
    };
    // Around the first channel's mean, so that equal means have exactly that mean.
    const double start = moments.mean[static_cast<std::size_t>(first)];
    const double mean = start + sum([&](std::size_t c) { return moments.mean[c] - start; }) / size;
    const double variance = sum([&](std::size_t c) {
                              const double away = moments.mean[c] - mean;
                              return moments.variance[c] + away * away;
                            }) /
                            size;
    const real shift = static_cast<real>(mean);
    const real scale = static_cast<real>(1 / std::sqrt(variance + static_cast<double>(epsilon)));
    const real offset = -static_cast<real>(mean - static_cast<double>(shift)) * scale;
    std::fill_n(scales + first, s.channels_per_group, shift);
    std::fill_n(scales + s.channels + first, s.channels_per_group, scale);
    std::fill_n(scales + 2 * s.channels + first, s.channels_per_group, offset);
  }
}

void normalise(Forward& f, const Groups& groups, real epsilon) {
  check(f, groups, epsilon);
  const Tensor& x = f.in(0);
  const Sizes s = sizes_of(x.shape(), groups);
  const real* gain = f.inputs() > 1 ? f.in(1).data() : nullptr;
  const real* bias = f.inputs() > 1 ? f.in(2).data() : nullptr;
  Tensor &y = f.out(x.shape()), &scales = f.save({s.batch, 3, s.channels});
  f.save({s.batch, s.channels});
  f.save({s.batch, s.channels});
  if (x.size() == 0) return;
  for_samples(s, [&](std::int64_t b) {
    real *own = scales.data() + b * 3 * s.channels, *to = y.data() + b * s.sample;
    measure(x.data() + b * s.sample, s, epsilon, own);
    const Normalised normalised(x.data() + b * s.sample, own, s.channels);
    for_channels(s.pixels, s.channels, [=](std::int64_t i, std::int64_t c, auto n) {
      const Lanes plain = normalised(i, c, n);
      store_lanes(to + i, gain ? plain * load_lanes(gain + c, n) + load_lanes(bias + c, n) : plain, n);
    });
  });
}

Normalised normalised_sample(const Vjp& v, const Sizes& s, std::int64_t b) {
  return {v.input(0).data() + b * s.sample, v.saved(saved_scales).data() + b * 3 * s.channels, s.channels};
}

// Σ dy ⊙ x̂ and Σ dy over each sample's pixels, in one pass.
auto sum_over_pixels(const Groups& groups) {
  return Before{[groups](Vjp& v) {
    const Sizes s = sizes_of(v.input(0).shape(), groups);
    Tensor &dgain = v.shared(saved_dgain), &dbias = v.shared(saved_dbias);
    for_samples(s, [&](std::int64_t b) {
      const ChannelSums<2> sums =
          sum_channels<2>(s.pixels, s.channels,
                          [dy = v.dy.data() + b * s.sample, normalised = normalised_sample(v, s, b)](
                              std::int64_t i, std::int64_t c, auto n, Lanes(&sum)[2]) {
                            const Lanes d = load_lanes(dy + i, n);
                            sum[0] += d * normalised(i, c, n);
                            sum[1] += d;
                          });
      std::copy(sums[0].begin(), sums[0].end(), dgain.data() + b * s.channels);
      std::copy(sums[1].begin(), sums[1].end(), dbias.data() + b * s.channels);
    });
  }};
}

// dx = scale ⊙ (g − mean g − x̂ ⊙ mean(g ⊙ x̂)) with g = dy ⊙ gain and the means of a group.
auto input_gradient(const Groups& groups, bool has_gain) {
  return [=](Vjp& v) {
    const Sizes s = sizes_of(v.input(0).shape(), groups);
    if (v.dx.size() == 0) return;
    const real* gain = has_gain ? v.input(1).data() : nullptr;
    Tensor means = v.scratch({s.batch, 2, s.channels});  // scale ⊙ mean(g ⊙ x̂) and scale ⊙ mean g of each channel
    for_samples(s, [&](std::int64_t b) {
      const real* scale = v.saved(saved_scales).data() + (b * 3 + 1) * s.channels;
      real *along = means.data() + b * 2 * s.channels, *mean = along + s.channels;
      const auto group_mean = [&](const Tensor& sums, std::int64_t first) {
        double total = 0;
        for (std::int64_t c = first; c < first + s.channels_per_group; ++c)
          total += static_cast<double>(sums[b * s.channels + c] * (gain ? gain[c] : 1));
        return static_cast<real>(total / static_cast<double>(s.pixels * s.channels_per_group));
      };
      for (std::int64_t first = 0; first < s.channels; first += s.channels_per_group) {
        std::fill_n(along + first, s.channels_per_group, scale[first] * group_mean(v.saved(saved_dgain), first));
        std::fill_n(mean + first, s.channels_per_group, scale[first] * group_mean(v.saved(saved_dbias), first));
      }
      for_channels(s.pixels, s.channels,
                   [=, normalised = normalised_sample(v, s, b), dy = v.dy.data() + b * s.sample,
                    dx = v.dx.data() + b * s.sample](std::int64_t i, std::int64_t c, auto n) {
                     const Lanes slope = load_lanes(scale + c, n) * (gain ? load_lanes(gain + c, n) : Lanes{} + 1);
                     const Lanes own = load_lanes(dy + i, n) * slope - load_lanes(mean + c, n);
                     store_lanes(dx + i, own - normalised(i, c, n) * load_lanes(along + c, n), n);
                   });
    });
  };
}

// The sums over pixels, added up over the batch.
auto parameter_gradient(Saved which) {
  return [which](Vjp& v) { sum_middle(v.dx.data(), v.saved(which).data(), {1, v.input(0).shape()[0], v.dx.size()}); };
}

// The value in ops.
Var recorded_norm(const VarVjp& v, const Groups& groups, real epsilon) {
  const Sizes s = sizes_of(v.input(0).shape(), groups);
  Var x = reshape(v.input(0), {s.batch, s.pixels, s.channels / s.channels_per_group, s.channels_per_group});
  x = x - mean(x, {1, 3}, true);
  Var y = reshape(x * rsqrt(mean(square(x), {1, 3}, true) + epsilon), v.y.shape());
  return v.inputs.size() > 1 ? y * v.input(1) + v.input(2) : y;
}

Var record_norm(const char* name, Var x, const Groups& groups, real epsilon) {
  return with_value_in_ops(
      record(
          {name, "dx = (dy − mean dy − x̂ ⊙ mean(dy ⊙ x̂)) / σ"}, {x}, [&](Forward& f) { normalise(f, groups, epsilon); },
          sum_over_pixels(groups), input_gradient(groups, false)),
      [groups, epsilon](const VarVjp& v) { return recorded_norm(v, groups, epsilon); });
}

Var record_norm(const char* name, Var x, const Groups& groups, Var gain, Var bias, real epsilon) {
  return with_value_in_ops(
      record(
          {name, "dx = (g − mean g − x̂ ⊙ mean(g ⊙ x̂)) / σ with g = dy ⊙ gain, dgain = Σ dy ⊙ x̂, dbias = Σ dy"},
          {x, gain, bias}, [&](Forward& f) { normalise(f, groups, epsilon); }, sum_over_pixels(groups),
          input_gradient(groups, true), parameter_gradient(saved_dgain), parameter_gradient(saved_dbias)),
      [groups, epsilon](const VarVjp& v) { return recorded_norm(v, groups, epsilon); });
}

}  // namespace

Var group_norm(Var x, std::int64_t groups, Var gain, Var bias, real epsilon) {
  return record_norm("group_norm", x, groups, gain, bias, epsilon);
}

Var group_norm(Var x, std::int64_t groups, real epsilon) { return record_norm("group_norm", x, groups, epsilon); }

Var instance_norm(Var x, Var gain, Var bias, real epsilon) {
  return record_norm("instance_norm", x, {}, gain, bias, epsilon);
}

Var instance_norm(Var x, real epsilon) { return record_norm("instance_norm", x, {}, epsilon); }

}  // namespace COTAPE_PRECISION
}  // namespace cotape
