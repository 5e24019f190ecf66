#include <cotape/engine/base/parallel.h>
#include <cotape/engine/base/workspaces.h>
#include <cotape/engine/kernels/conv_depthwise.h>
#include <cotape/engine/kernels/lanes.h>
#include <cotape/engine/kernels/map.h>
#include <cotape/engine/kernels/reduce.h>

#include <algorithm>
#include <vector>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// The gradient of the filters is summed in at most so many parts, which run in parallel. The number is fixed, so that
// the order of additions does not depend on the number of threads.
constexpr std::int64_t max_parts = 8;

// One axis of a filtering: which places of the source are read for each place of the target, and with which place of
// the filter each of them is multiplied.
struct Tap {
  std::int64_t source, filter;
};
using Taps = std::vector<std::vector<Tap>>;

struct Axis {
  std::int64_t size, out, kernel, stride, dilation, padding;
};
Axis rows_of(const ConvGeometry& g) { return {g.h, g.out_h, g.kh, g.stride.height, g.dilation.height, g.padding.top}; }
Axis columns_of(const ConvGeometry& g) {
  return {g.w, g.out_w, g.kw, g.stride.width, g.dilation.width, g.padding.left};
}

// y is the target and x the source, or the other way around.
Taps taps_of(const Axis& axis, bool y_is_target) {
  Taps taps(static_cast<std::size_t>(y_is_target ? axis.out : axis.size));
  for (std::int64_t to = 0; to < axis.out; ++to)
    for (std::int64_t k = 0; k < axis.kernel; ++k) {
      const std::int64_t from = to * axis.stride + k * axis.dilation - axis.padding;
      if (from < 0 || from >= axis.size) continue;
      if (y_is_target)
        taps[static_cast<std::size_t>(to)].push_back({from, k});
      else
        taps[static_cast<std::size_t>(from)].push_back({to, k});
    }
  return taps;
}

// target = tail(Σ source ⊙ weight) over the taps, for each channel.
void filter(const ConvGeometry& g, bool y_is_target, const real* source, const real* weight, const ConvTail& tail,
            real* target) {
  const Taps rows = taps_of(rows_of(g), y_is_target), columns = taps_of(columns_of(g), y_is_target);
  const std::int64_t channels = g.in, height = std::ssize(rows), width = std::ssize(columns);
  const std::int64_t source_h = y_is_target ? g.h : g.out_h, source_w = y_is_target ? g.w : g.out_w;
  const std::int64_t row_size = std::max<std::int64_t>(1, width * channels);
  parallel_for(g.batch * height, std::max<std::int64_t>(1, elementwise_block / row_size),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t row = begin; row < end; ++row)
                   for (std::int64_t j = 0; j < width; ++j)
                     for_lanes(channels, [&](std::int64_t c, auto n) {
                       Lanes sum{};
                       for (const Tap& r : rows[static_cast<std::size_t>(row % height)])
                         for (const Tap& s : columns[static_cast<std::size_t>(j)]) {
                           const std::int64_t pixel = (row / height * source_h + r.source) * source_w + s.source;
                           sum += load_lanes(source + pixel * channels + c, n) *
                                  load_lanes(weight + (r.filter * g.kw + s.filter) * channels + c, n);
                         }
                       if (tail.bias) sum += load_lanes(tail.bias + c, n);
                       if (tail.activation == Activation::relu) sum = sum <= 0 ? Lanes{} : sum;
                       store_lanes(target + (row * width + j) * channels + c, sum, n);
                     });
               });
}

}  // namespace

bool depthwise_applies(const ConvGeometry& g) {
  return g.groups > 1 && g.groups == g.in && g.in == g.out && g.pool == 1;
}

void depthwise_forward(const ConvGeometry& g, const real* x, const real* weight, const ConvTail& tail, real* y) {
  filter(g, true, x, weight, tail, y);
}

void depthwise_input_gradient(const ConvGeometry& g, const real* dy, const real* weight, real* dx) {
  filter(g, false, dy, weight, {nullptr, Activation::none}, dx);
}

void depthwise_weight_gradient(const ConvGeometry& g, const real* x, const real* dy, real* dweight,
                               std::pmr::memory_resource* memory) {
  const Taps rows = taps_of(rows_of(g), true), columns = taps_of(columns_of(g), true);
  const std::int64_t channels = g.in, size = g.kh * g.kw * channels, count = g.batch * g.out_h;
  const std::int64_t per_part = std::max<std::int64_t>(1, (count + max_parts - 1) / max_parts);
  const std::int64_t parts = (count + per_part - 1) / per_part;
  Tensor sums = Tensor::uninitialized(Shape{parts, size}, memory);
  Workspaces row_sums(size, memory);
  parallel_for_workers(count, per_part, [&](std::int64_t worker, std::int64_t begin, std::int64_t end) {
    real *sum = sums.data() + begin / per_part * size, *own = row_sums.of(worker);
    std::fill_n(sum, size, real(0));
    for (std::int64_t row = begin; row < end; ++row) {
      std::fill_n(own, size, real(0));  // rows are summed one by one, which keeps rounding errors small
      for (const Tap& r : rows[static_cast<std::size_t>(row % g.out_h)])
        for (std::int64_t j = 0; j < g.out_w; ++j)
          for (const Tap& s : columns[static_cast<std::size_t>(j)]) {
            const real* in = x + ((row / g.out_h * g.h + r.source) * g.w + s.source) * channels;
            const real* d = dy + (row * g.out_w + j) * channels;
            real* to = own + (r.filter * g.kw + s.filter) * channels;
            for_lanes(channels, [=](std::int64_t c, auto n) {
              store_lanes(to + c, load_lanes(to + c, n) + load_lanes(in + c, n) * load_lanes(d + c, n), n);
            });
          }
      for (std::int64_t i = 0; i < size; ++i) sum[i] += own[i];
    }
  });
  sum_middle(dweight, sums.data(), {1, parts, size});
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
