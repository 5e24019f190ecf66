#include <cotape/engine/kernels/lanes.h>
#include <cotape/engine/kernels/windows.h>
#include <cotape/engine/ops/indexing.h>
#include <cotape/engine/ops/matmul.h>
#include <cotape/engine/ops/pool.h>
#include <cotape/engine/ops/shape.h>
#include <cotape/engine/tape/record.h>

#include <algorithm>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// For for_windows: sets dx to 0 before gradients are added to it.
auto cleared(Tensor& x) {
  return [data = x.data()](std::int64_t begin, std::int64_t end) { std::fill(data + begin, data + end, real(0)); };
}

void pool_maximum(Forward& f, const Windows& windows) {
  const Tensor& x = f.in(0);
  const std::int64_t width = x.shape()[2], channels = x.shape()[3];
  Tensor& y = f.out(windows.pooled(x.shape()));
  for_windows(x.shape(), windows, [&](Range rows, Range columns, std::int64_t to, std::int64_t image) {
    for_lanes(channels, [&](std::int64_t c, auto n) {
      const auto read = [&](std::int64_t r, std::int64_t s) {
        return load_lanes(x.data() + image + (r * width + s) * channels + c, n);
      };
      Lanes largest = read(rows.begin, columns.begin);
      for (std::int64_t r = rows.begin; r < rows.end; ++r)
        for (std::int64_t s = columns.begin; s < columns.end; ++s) {
          const Lanes v = read(r, s);
          largest = ((v > largest) | (v != v)) ? v : largest;  // a NaN goes through
        }
      store_lanes(y.data() + to + c, largest, n);
    });
  });
}

void maximum_gradient(Vjp& v, const Windows& windows) {
  add_to_winners(v.input(0), windows, v.y, v.dx, cleared(v.dx),
                 [dy = v.dy.data()](std::int64_t i, std::int64_t, auto n) { return load_lanes(dy + i, n); });
}

// The value as numbers of x that are looked up.
Var recorded_maximum(const Var& x, const Windows& windows) {
  const Shape& shape = x.shape();
  const std::int64_t width = shape[2], channels = shape[3];
  const Shape pooled = windows.pooled(shape);
  std::vector<std::int64_t> places(static_cast<std::size_t>(pooled.size()));
  for_windows(shape, windows,
              [&, in = x.value().data()](Range rows, Range columns, std::int64_t to, std::int64_t image) {
                for (std::int64_t c = 0; c < channels; ++c) {
                  std::int64_t best = image + (rows.begin * width + columns.begin) * channels + c;
                  for (std::int64_t r = rows.begin; r < rows.end; ++r)
                    for (std::int64_t s = columns.begin; s < columns.end; ++s)
                      if (const std::int64_t i = image + (r * width + s) * channels + c; in[i] > in[best]) best = i;
                  places[static_cast<std::size_t>(to + c)] = best;
                }
              });
  return reshape(index_select(reshape(x, {shape.size()}), 0, places), pooled);
}

template <class MakeWindows>
Var record_maximum(const char* name, Var x, MakeWindows windows) {
  return with_value_in_ops(
      record(
          {name, "dx = dy where x is its window's first maximum"}, {x},
          [&](Forward& f) { pool_maximum(f, windows(f.in(0).shape())); },
          [windows](Vjp& v) { maximum_gradient(v, windows(v.input(0).shape())); }),
      [windows](const VarVjp& v) { return recorded_maximum(v.input(0), windows(v.input(0).shape())); });
}

real count(Range rows, Range columns) {
  return static_cast<real>((rows.end - rows.begin) * (columns.end - columns.begin));
}

void pool_average(Forward& f, const Windows& windows) {
  const Tensor& x = f.in(0);
  const std::int64_t width = x.shape()[2], channels = x.shape()[3];
  Tensor& y = f.out(windows.pooled(x.shape()));
  for_windows(x.shape(), windows, [&](Range rows, Range columns, std::int64_t to, std::int64_t image) {
    for_lanes(channels, [&](std::int64_t c, auto n) {
      Lanes sum{};
      for (std::int64_t r = rows.begin; r < rows.end; ++r)
        for (std::int64_t s = columns.begin; s < columns.end; ++s)
          sum += load_lanes(x.data() + image + (r * width + s) * channels + c, n);
      store_lanes(y.data() + to + c, sum / count(rows, columns), n);
    });
  });
}

void average_gradient(Vjp& v, const Windows& windows) {
  const Shape& shape = v.input(0).shape();
  const std::int64_t width = shape[2], channels = shape[3];
  for_windows(shape, windows, cleared(v.dx), [&](Range rows, Range columns, std::int64_t from, std::int64_t image) {
    for_lanes(channels, [&](std::int64_t c, auto n) {
      const Lanes share = load_lanes(v.dy.data() + from + c, n) / count(rows, columns);
      for (std::int64_t r = rows.begin; r < rows.end; ++r)
        for (std::int64_t s = columns.begin; s < columns.end; ++s) {
          real* to = v.dx.data() + image + (r * width + s) * channels + c;
          store_lanes(to, load_lanes(to, n) + share, n);
        }
    });
  });
}

// A matrix whose rows take the mean over each of the ranges of an axis.
Var means_over(const Var& x, const std::vector<Range>& ranges, std::int64_t size) {
  return x.tape().constant({std::ssize(ranges), size}, [&](Tensor& out) {
    out.fill(0);
    for (std::size_t i = 0; i < ranges.size(); ++i) {
      const auto [begin, end] = ranges[i];
      real* row = out.data() + static_cast<std::int64_t>(i) * size;
      std::fill(row + begin, row + end, 1 / static_cast<real>(end - begin));
    }
  });
}

// The value as a mean over rows, then one over columns.
Var recorded_average(const Var& x, const Windows& windows) {
  const Shape &shape = x.shape(), pooled = windows.pooled(shape);
  const Var rows = matmul(means_over(x, windows.rows, shape[1]), reshape(x, {shape[0], shape[1], shape[2] * shape[3]}));
  const Var columns =
      matmul(means_over(x, windows.columns, shape[2]), reshape(rows, {shape[0] * pooled[1], shape[2], shape[3]}));
  return reshape(columns, pooled);
}

template <class MakeWindows>
Var record_average(const char* name, Var x, MakeWindows windows) {
  return with_value_in_ops(
      record(
          {name, "dx = dy / window"}, {x}, [&](Forward& f) { pool_average(f, windows(f.in(0).shape())); },
          [windows](Vjp& v) { average_gradient(v, windows(v.input(0).shape())); }),
      [windows](const VarVjp& v) { return recorded_average(v.input(0), windows(v.input(0).shape())); });
}

// For record_maximum and record_average.
auto sliding(const PoolSettings& settings) {
  return [settings](const Shape& x) { return sliding_windows(x, settings); };
}
auto areas(std::int64_t height, std::int64_t width) {
  return [height, width](const Shape& x) { return area_windows(x, height, width); };
}

}  // namespace

Var max_pool2d(Var x, const PoolSettings& settings) { return record_maximum("max_pool2d", x, sliding(settings)); }

Var average_pool2d(Var x, const PoolSettings& settings) {
  return record_average("average_pool2d", x, sliding(settings));
}

Var adaptive_max_pool2d(Var x, std::int64_t height, std::int64_t width) {
  return record_maximum("adaptive_max_pool2d", x, areas(height, width));
}

Var adaptive_average_pool2d(Var x, std::int64_t height, std::int64_t width) {
  return record_average("adaptive_average_pool2d", x, areas(height, width));
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
