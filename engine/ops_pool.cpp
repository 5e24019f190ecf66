#include <cotape/engine/conv_geometry.h>
#include <cotape/engine/lanes.h>
#include <cotape/engine/ops_pool.h>

#include <algorithm>
#include <limits>
#include <vector>

namespace cotape::inline COTAPE_PRECISION {
namespace {

// The rows (or columns) that one window covers.
struct Range {
  std::int64_t begin, end;
};

// All windows over an image: out[i][j] covers rows[i] × columns[j].
struct Windows {
  std::vector<Range> rows, columns;
};

std::vector<Range> sliding(const char* axis, std::int64_t size, std::int64_t before, std::int64_t after,
                           const PoolSettings& s) {
  if (s.window < 1) fail<ValueError>("window ", s.window, " is less than 1");
  if (before >= s.window || after >= s.window)
    fail<ValueError>("padding ", std::max(before, after), " is not less than the window ", s.window);
  std::vector<Range> ranges(static_cast<std::size_t>(windows_along(axis, size, before, after, s.window, s.stride)));
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    const std::int64_t first = static_cast<std::int64_t>(i) * s.stride - before;
    ranges[i] = {std::max<std::int64_t>(0, first), std::min(size, first + s.window)};
    if (ranges[i].begin >= ranges[i].end)
      fail<ShapeError>("window ", i, " along the ", axis, " of ", size, " lies in the padding alone");
  }
  return ranges;
}

Windows sliding_windows(const Shape& x, const PoolSettings& s) {
  const Padding& p = s.padding;
  return {sliding("height", x[1], p.top, p.bottom, s), sliding("width", x[2], p.left, p.right, s)};
}

std::vector<Range> areas(std::int64_t size, std::int64_t count) {
  std::vector<Range> ranges(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i)
    ranges[static_cast<std::size_t>(i)] = {i * size / count, ((i + 1) * size + count - 1) / count};
  return ranges;
}

void check_image(const Shape& x) {
  if (x.rank() != 4) fail<ShapeError>("x ", x, " is not [batch, height, width, channels]");
}

// Calls body(window's range of rows, of columns, offset of its pixel in y, first offset of its image in x) for every
// window. One worker has a whole image, because windows overlap; it first sets the image in `cleared`, if any, to 0.
template <class Body>
void for_windows(const Shape& x, const Windows& windows, real* cleared, Body body) {
  const std::int64_t image = x[1] * x[2] * x[3], down = std::ssize(windows.rows), across = std::ssize(windows.columns);
  parallel_for(x[0], 1, [&](std::int64_t b, std::int64_t) {
    if (cleared) std::fill_n(cleared + b * image, image, real(0));
    for (std::int64_t i = 0; i < down; ++i)
      for (std::int64_t j = 0; j < across; ++j)
        body(windows.rows[static_cast<std::size_t>(i)], windows.columns[static_cast<std::size_t>(j)],
             ((b * down + i) * across + j) * x[3], b * image);
  });
}

void pool_maximum(Forward& f, const Windows& windows) {
  const Tensor& x = f.in(0);
  const std::int64_t width = x.shape()[2], channels = x.shape()[3];
  Tensor& y = f.out({x.shape()[0], std::ssize(windows.rows), std::ssize(windows.columns), channels});
  for_windows(x.shape(), windows, nullptr, [&](Range rows, Range columns, std::int64_t to, std::int64_t image) {
    for_lanes(channels, [&](std::int64_t c, auto n) {
      const auto read = [&](std::int64_t r, std::int64_t s) {
        return load_lanes(x.data() + image + (r * width + s) * channels + c, n);
      };
      Lanes most = read(rows.begin, columns.begin);
      for (std::int64_t r = rows.begin; r < rows.end; ++r)
        for (std::int64_t s = columns.begin; s < columns.end; ++s) {
          const Lanes v = read(r, s);
          most = ((v > most) | (v != v)) ? v : most;  // a NaN goes through
        }
      store_lanes(y.data() + to + c, most, n);
    });
  });
}

// dy goes to the first number of each window that equals the maximum.
void maximum_gradient(Vjp& v, const Windows& windows) {
  const Tensor& x = v.input(0);
  const std::int64_t width = x.shape()[2], channels = x.shape()[3];
  for_windows(x.shape(), windows, v.dx.data(), [&](Range rows, Range columns, std::int64_t from, std::int64_t image) {
    for_lanes(channels, [&](std::int64_t c, auto n) {
      const Lanes most = load_lanes(v.y.data() + from + c, n);
      Lanes left = load_lanes(v.dy.data() + from + c, n);  // not handed on yet
      for (std::int64_t r = rows.begin; r < rows.end; ++r)
        for (std::int64_t s = columns.begin; s < columns.end; ++s) {
          const std::int64_t place = image + (r * width + s) * channels + c;
          const auto here = load_lanes(x.data() + place, n) == most;
          store_lanes(v.dx.data() + place, load_lanes(v.dx.data() + place, n) + (here ? left : Lanes{}), n);
          left = here ? Lanes{} : left;
        }
    });
  });
}

template <class MakeWindows>
Var record_maximum(const char* name, Var x, MakeWindows windows) {
  return record(
      {name, "dx = dy where x is its window's first maximum"}, {x},
      [&](Forward& f) {
        check_image(f.in(0).shape());
        pool_maximum(f, windows(f.in(0).shape()));
      },
      [windows](Vjp& v) { maximum_gradient(v, windows(v.input(0).shape())); });
}

}  // namespace

Var max_pool2d(Var x, const PoolSettings& settings) {
  return record_maximum("max_pool2d", x, [settings](const Shape& shape) { return sliding_windows(shape, settings); });
}

Var adaptive_max_pool2d(Var x, std::int64_t height, std::int64_t width) {
  return record_maximum("adaptive_max_pool2d", x, [height, width](const Shape& shape) -> Windows {
    if (height < 1 || width < 1) fail<ValueError>("areas ", height, " × ", width, " are not both positive");
    if (shape[1] < 1 || shape[2] < 1) fail<ShapeError>("x ", shape, " has no pixels");
    return {areas(shape[1], height), areas(shape[2], width)};
  });
}

Var average_pool2d(Var x, const PoolSettings& settings) {
  const auto count = [](Range rows, Range columns) {
    return static_cast<real>((rows.end - rows.begin) * (columns.end - columns.begin));
  };
  return record(
      {"average_pool2d", "dx = dy / window"}, {x},
      [&](Forward& f) {
        check_image(f.in(0).shape());
        const Tensor& in = f.in(0);
        const Windows windows = sliding_windows(in.shape(), settings);
        const std::int64_t width = in.shape()[2], channels = in.shape()[3];
        Tensor& y = f.out({in.shape()[0], std::ssize(windows.rows), std::ssize(windows.columns), channels});
        for_windows(in.shape(), windows, nullptr, [&](Range rows, Range columns, std::int64_t to, std::int64_t image) {
          for_lanes(channels, [&](std::int64_t c, auto n) {
            Lanes sum{};
            for (std::int64_t r = rows.begin; r < rows.end; ++r)
              for (std::int64_t s = columns.begin; s < columns.end; ++s)
                sum += load_lanes(in.data() + image + (r * width + s) * channels + c, n);
            store_lanes(y.data() + to + c, sum / count(rows, columns), n);
          });
        });
      },
      [settings, count](Vjp& v) {
        const Shape& shape = v.input(0).shape();
        const std::int64_t width = shape[2], channels = shape[3];
        for_windows(shape, sliding_windows(shape, settings), v.dx.data(),
                    [&](Range rows, Range columns, std::int64_t from, std::int64_t image) {
                      for_lanes(channels, [&](std::int64_t c, auto n) {
                        const Lanes share = load_lanes(v.dy.data() + from + c, n) / count(rows, columns);
                        for (std::int64_t r = rows.begin; r < rows.end; ++r)
                          for (std::int64_t s = columns.begin; s < columns.end; ++s) {
                            real* to = v.dx.data() + image + (r * width + s) * channels + c;
                            store_lanes(to, load_lanes(to, n) + share, n);
                          }
                      });
                    });
      });
}

}  // namespace cotape::inline COTAPE_PRECISION
