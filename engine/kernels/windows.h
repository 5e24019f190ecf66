#pragma once
#include <vector>

#include <cotape/engine/base/parallel.h>
#include <cotape/engine/base/shape.h>
#include <cotape/engine/base/tensor.h>
#include <cotape/engine/kernels/image_settings.h>
#include <cotape/engine/kernels/lanes.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The rows (or columns) begin … end − 1 that a window covers.
struct Range {
  std::int64_t begin, end;
};

// All windows over an image: number (i, j) of the result is made from rows[i] × columns[j]. Both ends of the ranges
// never decrease from one range to the next.
struct Windows {
  std::vector<Range> rows, columns;

  // The shape of the result for images x: one number for each window and channel.
  Shape pooled(const Shape& x) const { return {x[0], std::ssize(rows), std::ssize(columns), x[3]}; }
};

// Windows of one size that slide over x. Throws what max_pool2d throws (engine/ops/pool.h).
Windows sliding_windows(const Shape& x, const PoolSettings& settings);

// height × width windows that together cover x. Throws what adaptive_max_pool2d throws.
Windows area_windows(const Shape& x, std::int64_t height, std::int64_t width);

// Calls body(rows, columns, to, image) for every window of every image, in row-major order: the ranges that the window
// covers, the place of its first number in the result, and the place of its image's first number in x. Images run in
// parallel; windows of one image do not, because they may overlap.
//   Also calls prepare(begin, end) for ranges of places in x that together are all of x, each place once, and before
// the first body whose window covers it: to set memory while it is about to be in the cache.
template <class Prepare, class Body>
void for_windows(const Shape& x, const Windows& windows, Prepare prepare, Body body) {
  const std::int64_t row = x[2] * x[3], image = x[1] * row;
  const std::int64_t down = std::ssize(windows.rows), across = std::ssize(windows.columns);
  parallel_for(x[0], 1, [&](std::int64_t b, std::int64_t) {
    std::int64_t prepared = 0;
    for (std::int64_t i = 0; i < down; ++i) {
      const Range rows = windows.rows[static_cast<std::size_t>(i)];
      prepare(b * image + prepared * row, b * image + rows.end * row);
      prepared = rows.end;
      for (std::int64_t j = 0; j < across; ++j)
        body(rows, windows.columns[static_cast<std::size_t>(j)], ((b * down + i) * across + j) * x[3], b * image);
    }
    prepare(b * image + prepared * row, (b + 1) * image);
  });
}

template <class Body>
void for_windows(const Shape& x, const Windows& windows, Body body) {
  for_windows(
      x, windows, [](std::int64_t, std::int64_t) {}, body);
}

// The gradient of a maximum over windows. `winners`, in the shape of the result, holds each window's largest number.
// prepare() is called as by for_windows and must set dx. Then, for each window, its part of dy is added to dx at the
// first number of x in the window that equals its winner: dy(place in the result, c, n) gives the n channels from
// channel c on, as Lanes.
template <class Prepare, class Dy>
void add_to_winners(const Tensor& x, const Windows& windows, const Tensor& winners, Tensor& dx, Prepare prepare,
                    Dy dy) {
  const std::int64_t channels = x.shape()[3], row = x.shape()[2] * channels;
  for_windows(x.shape(), windows, prepare,
              [=, x = x.data(), winners = winners.data(), dx = dx.data()](Range rows, Range columns, std::int64_t from,
                                                                          std::int64_t image) {
                const std::int64_t step = channels;  // on the stack, so that stores to dx cannot change it
                const std::int64_t begin = columns.begin * step, size = (columns.end - columns.begin) * step;
                for_lanes(step, [&](std::int64_t c, auto n) {
                  const Lanes winner = load_lanes(winners + from + c, n);
                  Lanes left = dy(from + c, c, n);  // not handed on yet
                  for (std::int64_t r = rows.begin; r < rows.end; ++r) {
                    const std::int64_t first = image + r * row + begin + c;
                    const real* in = x + first;
                    real* out = dx + first;
                    for (std::int64_t i = 0; i < size; i += step) {
                      const auto here = load_lanes(in + i, n) == winner;
                      store_lanes(out + i, load_lanes(out + i, n) + (here ? left : Lanes{}), n);
                      left = here ? Lanes{} : left;
                    }
                  }
                });
              });
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
