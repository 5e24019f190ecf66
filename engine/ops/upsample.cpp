#include <cotape/engine/base/error.h>
#include <cotape/engine/kernels/lanes.h>
#include <cotape/engine/kernels/map.h>
#include <cotape/engine/ops/matmul.h>
#include <cotape/engine/ops/shape.h>
#include <cotape/engine/ops/upsample.h>
#include <cotape/engine/tape/record.h>

#include <algorithm>
#include <vector>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// Where one row (or column) of y comes from: (1 − share) · first + share · second.
struct Source {
  std::int64_t first, second;
  real share;
};

std::vector<Source> nearest(std::int64_t from, std::int64_t to) {
  std::vector<Source> sources(static_cast<std::size_t>(to));
  for (std::int64_t i = 0; i < to; ++i) sources[static_cast<std::size_t>(i)] = {i * from / to, 0, 0};
  return sources;
}

std::vector<Source> bilinear(std::int64_t from, std::int64_t to) {
  std::vector<Source> sources(static_cast<std::size_t>(to));
  const double scale = static_cast<double>(from) / static_cast<double>(to);
  for (std::int64_t i = 0; i < to; ++i) {
    const double place = std::max(0.0, (static_cast<double>(i) + 0.5) * scale - 0.5);
    const std::int64_t first = std::min(static_cast<std::int64_t>(place), from - 1);
    sources[static_cast<std::size_t>(i)] = {first, std::min(first + 1, from - 1),
                                            static_cast<real>(place - static_cast<double>(first))};
  }
  return sources;
}

// The sizes of x and y, and where each row and column of y comes from.
struct Resizing {
  std::int64_t batch, h, w, channels;
  std::vector<Source> rows, columns;

  template <class Sources>
  Resizing(const Shape& x, const Size2d& size, Sources sources) {
    if (x.rank() != 4) fail<ShapeError>("x ", x, " is not [batch, height, width, channels]");
    if (size.height < 1 || size.width < 1)
      fail<ValueError>("size ", size.height, " × ", size.width, " is not positive on both sides");
    if (x[1] < 1 || x[2] < 1) fail<ShapeError>("x ", x, " has no pixels");
    batch = x[0], h = x[1], w = x[2], channels = x[3];
    rows = sources(h, size.height);
    columns = sources(w, size.width);
  }

  Shape y_shape() const { return {batch, std::ssize(rows), std::ssize(columns), channels}; }

  // Calls body(place in y, row source, column source, first place of the row's image in x) for the pixels of row `row`
  // of y, counted over the batch.
  template <class Body>
  void for_row(std::int64_t row, Body body) const {
    const std::int64_t height = std::ssize(rows), width = std::ssize(columns);
    for (std::int64_t j = 0; j < width; ++j)
      body((row * width + j) * channels, rows[static_cast<std::size_t>(row % height)],
           columns[static_cast<std::size_t>(j)], row / height * h * w * channels);
  }

  // Calls body for all pixels, rows in parallel.
  template <class Body>
  void for_pixels(Body body) const {
    const std::int64_t row_size = std::max<std::int64_t>(1, std::ssize(columns) * channels);
    parallel_for(batch * std::ssize(rows), std::max<std::int64_t>(1, elementwise_block / row_size),
                 [&](std::int64_t begin, std::int64_t end) {
                   for (std::int64_t row = begin; row < end; ++row) for_row(row, body);
                 });
  }

  // Sets dx to 0, then calls body for all pixels, which adds to it; images in parallel.
  template <class Body>
  void for_pixels_of_images(Tensor& dx, Body body) const {
    const std::int64_t image = h * w * channels, height = std::ssize(rows);
    parallel_for(batch, 1, [&](std::int64_t begin, std::int64_t end) {
      std::fill(dx.data() + begin * image, dx.data() + end * image, real(0));
      for (std::int64_t row = begin * height; row < end * height; ++row) for_row(row, body);
    });
  }

  // The place of a pixel of x.
  std::int64_t place(std::int64_t image, std::int64_t row, std::int64_t column) const {
    return image + (row * w + column) * channels;
  }
};

// The places and weights of the four pixels that a bilinear pixel is made of.
struct PixelSquare {
  std::int64_t places[4];
  real weights[4];

  PixelSquare(const Resizing& r, const Source& row, const Source& column, std::int64_t image)
      : places{r.place(image, row.first, column.first), r.place(image, row.first, column.second),
               r.place(image, row.second, column.first), r.place(image, row.second, column.second)},
        weights{(1 - row.share) * (1 - column.share), (1 - row.share) * column.share, row.share * (1 - column.share),
                row.share * column.share} {}
};

// The matrix that makes the pixels of an axis from their sources.
Var weights_of(const Var& x, const std::vector<Source>& sources, std::int64_t size) {
  return x.tape().constant({std::ssize(sources), size}, [&](Tensor& out) {
    out.fill(0);
    for (std::size_t i = 0; i < sources.size(); ++i) {
      real* row = out.data() + static_cast<std::int64_t>(i) * size;
      row[sources[i].first] += 1 - sources[i].share;
      row[sources[i].second] += sources[i].share;
    }
  });
}

// The value in ops: rows, then columns.
Var recorded_resize(const Var& x, const Resizing& r) {
  const Shape y = r.y_shape();
  const Var rows = matmul(weights_of(x, r.rows, r.h), reshape(x, {r.batch, r.h, r.w * r.channels}));
  return reshape(matmul(weights_of(x, r.columns, r.w), reshape(rows, {r.batch * y[1], r.w, r.channels})), y);
}

}  // namespace

Var upsample_nearest2d(Var x, const Size2d& size) {
  return with_value_in_ops(
      record(
          {"upsample_nearest2d", "dx = Σ dy over the copies of x"}, {x},
          [&](Forward& f) {
            const Tensor& in = f.in(0);
            const Resizing r(in.shape(), size, nearest);
            Tensor& y = f.out(r.y_shape());
            r.for_pixels([&](std::int64_t to, const Source& row, const Source& column, std::int64_t image) {
              std::copy_n(in.data() + r.place(image, row.first, column.first), r.channels, y.data() + to);
            });
          },
          [size](Vjp& v) {
            const Resizing r(v.dx.shape(), size, nearest);
            r.for_pixels_of_images(v.dx,
                                   [&](std::int64_t from, const Source& row, const Source& column, std::int64_t image) {
                                     real* to = v.dx.data() + r.place(image, row.first, column.first);
                                     const real* dy = v.dy.data() + from;
                                     for (std::int64_t c = 0; c < r.channels; ++c) to[c] += dy[c];
                                   });
          }),
      [size](const VarVjp& v) { return recorded_resize(v.input(0), Resizing(v.input(0).shape(), size, nearest)); });
}

Var upsample_bilinear2d(Var x, const Size2d& size) {
  return with_value_in_ops(
      record(
          {"upsample_bilinear2d", "dx = Σ dy ⊙ the weight of x"}, {x},
          [&](Forward& f) {
            const Tensor& in = f.in(0);
            const Resizing r(in.shape(), size, bilinear);
            Tensor& y = f.out(r.y_shape());
            r.for_pixels([&](std::int64_t to, const Source& row, const Source& column, std::int64_t image) {
              const PixelSquare corners(r, row, column, image);
              for_lanes(r.channels, [&](std::int64_t c, auto n) {
                Lanes sum{};
                for (int k = 0; k < 4; ++k)
                  sum += corners.weights[k] * load_lanes(in.data() + corners.places[k] + c, n);
                store_lanes(y.data() + to + c, sum, n);
              });
            });
          },
          [size](Vjp& v) {
            const Resizing r(v.dx.shape(), size, bilinear);
            r.for_pixels_of_images(v.dx,
                                   [&](std::int64_t from, const Source& row, const Source& column, std::int64_t image) {
                                     const PixelSquare corners(r, row, column, image);
                                     for_lanes(r.channels, [&](std::int64_t c, auto n) {
                                       const Lanes dy = load_lanes(v.dy.data() + from + c, n);
                                       for (int k = 0; k < 4; ++k) {
                                         real* to = v.dx.data() + corners.places[k] + c;
                                         store_lanes(to, load_lanes(to, n) + corners.weights[k] * dy, n);
                                       }
                                     });
                                   });
          }),
      [size](const VarVjp& v) { return recorded_resize(v.input(0), Resizing(v.input(0).shape(), size, bilinear)); });
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
