#include <cotape/engine/base/parallel.h>
#include <cotape/engine/base/shape.h>
#include <cotape/engine/base/workspaces.h>
#include <cotape/engine/kernels/conv_pool.h>
#include <cotape/engine/kernels/conv_winograd.h>
#include <cotape/engine/kernels/gemm.h>
#include <cotape/engine/kernels/packed_matrix.h>
#include <cotape/engine/kernels/reduce.h>
#include <cotape/engine/kernels/transpose_lanes.h>
#include <cotape/engine/kernels/winograd_transforms.h>

#include <algorithm>
#include <type_traits>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr int points = winograd_tile * winograd_tile;
// The gradient of the filters is summed in at most so many parts, which run in parallel. The number is fixed, so that
// the order of additions does not depend on the number of threads.
constexpr std::int64_t max_parts = 8;

// A batch of images cut into tiles of size × size outputs. Tiles are numbered row by row through the whole batch.
struct Tiles {
  std::int64_t size;
  std::int64_t h, w;          // of the images that are read
  std::int64_t top, left;     // padding in front of them
  std::int64_t out_h, out_w;  // of the images that are written
  std::int64_t down, across;  // tiles of an image
  std::int64_t rows;          // tile rows of the batch

  Tiles(std::int64_t size_, std::int64_t batch, std::int64_t h_, std::int64_t w_, std::int64_t top_, std::int64_t left_,
        std::int64_t out_h_, std::int64_t out_w_)
      : size(size_),
        h(h_),
        w(w_),
        top(top_),
        left(left_),
        out_h(out_h_),
        out_w(out_w_),
        down((out_h + size - 1) / size),
        across((out_w + size - 1) / size),
        rows(batch * down) {}

  // Tile rows that are worked on together, so that their points stay in the second-level cache beside the filters.
  std::int64_t rows_per_block(std::int64_t from_channels, std::int64_t to_channels) const {
    constexpr std::int64_t cached = 7300;  // numbers of one point, a mebibyte of all
    const std::int64_t fit = (cached - from_channels * to_channels) / std::max(from_channels, to_channels);
    const std::int64_t tiles = std::clamp<std::int64_t>(fit, 16, 48);
    return std::clamp<std::int64_t>(tiles / std::max<std::int64_t>(1, across), 1, std::max<std::int64_t>(1, rows));
  }
};

// A block of tiles after the transform: 36 points a tile, each with its channels. Whole registers are written from the
// first one on, and what is too much is written over by the next; the memory is more than a register longer than that.
struct Points {
  real* data;
  std::int64_t channels;
  std::int64_t stride;     // from a point to the next
  std::int64_t tile_step;  // from a tile to the next

  // Kept as one matrix [tiles, channels] for each point. The matrices are an odd number of cache lines apart, because
  // otherwise all would compete for the same places of the cache.
  static Points matrices(real* data, std::int64_t channels, std::int64_t stride) {
    return {data, channels, stride, channels};
  }
  static std::int64_t stride_of(std::int64_t tiles, std::int64_t channels) {
    return (tiles * channels + 15) / 16 * 16 / 32 * 32 + 48;
  }
  static std::int64_t size(std::int64_t tiles, std::int64_t channels) { return points * stride_of(tiles, channels); }

  real* at(int p, int q) const { return data + (p * winograd_tile + q) * stride; }
  MatrixView matrix(int point) const { return {data + point * stride, channels}; }
};

// Images [.., h, w, channels] as they lie in memory.
struct Images {
  const real* data;
  std::int64_t h, w, channels;

  const real* at(std::int64_t image, std::int64_t row, std::int64_t column) const {
    return data + ((image * h + row) * w + column) * channels;
  }
  // n channels of a pixel from c on; 0 outside the image.
  template <class N>
  Lanes load(std::int64_t image, std::int64_t row, std::int64_t column, std::int64_t c, N n) const {
    const bool here = row >= 0 && row < h && column >= 0 && column < w;
    return here ? load_lanes(at(image, row, column) + c, n) : Lanes{};
  }
};

// The gradient of convolved images before the maximum over windows of 2×2, read from the one after it: in each window
// it belongs to the winner (conv_pool.h); pixels that fill no window have none.
struct UnpooledImages {
  Images gradient, winners;

  template <class N>
  Lanes load(std::int64_t image, std::int64_t row, std::int64_t column, std::int64_t c, N n) const {
    const std::int64_t i = row >> 1, j = column >> 1;
    const Lanes winner = winners.load(image, i, j, c, n);
    return winner == Lanes{} + static_cast<real>((row & 1) * 2 + (column & 1)) ? gradient.load(image, i, j, c, n)
                                                                               : Lanes{};
  }
};

// Calls body with the gradient of the convolution's images before pooling.
template <class Body>
void with_gradient(const ConvGeometry& g, const real* dy, const real* winners, Body body) {
  const std::int64_t h = g.out_h / g.pool, w = g.out_w / g.pool;
  const Images gradient{dy, h, w, g.out};
  if (g.pool == 1)
    body(gradient);
  else
    body(UnpooledImages{gradient, {winners, h, w, g.out}});
}

// A tile of pixels as it is read: side by side, rows so many numbers apart.
struct PixelTile {
  const real* corner;
  std::int64_t row_stride;
};

// The tile of size × size pixels whose first one is (row, column), 0 outside the image: where it lies in the image, or
// a copy.
template <int size>
PixelTile pixel_tile(const Images& x, std::int64_t image, std::int64_t row, std::int64_t column, real* copy) {
  if (row >= 0 && row + size <= x.h && column >= 0 && column + size <= x.w)
    return {x.at(image, row, column), x.w * x.channels};
  const std::int64_t row_size = size * x.channels;
  const std::int64_t first = std::clamp<std::int64_t>(-column, 0, size);
  const std::int64_t end = std::clamp<std::int64_t>(x.w - column, first, size);
  for (int r = 0; r < size; ++r) {
    real* to = copy + r * row_size;
    const bool here = row + r >= 0 && row + r < x.h && first < end;
    const std::int64_t begin_copy = (here ? first : 0) * x.channels, end_copy = (here ? end : 0) * x.channels;
    std::fill(to, to + begin_copy, real(0));
    if (here) std::copy_n(x.at(image, row + r, column + first), end_copy - begin_copy, to + begin_copy);
    std::fill(to + end_copy, to + row_size, real(0));
  }
  return {copy, row_size};
}
template <int size>
PixelTile pixel_tile(const UnpooledImages& x, std::int64_t image, std::int64_t row, std::int64_t column, real* copy) {
  const std::int64_t channels = x.gradient.channels;
  for (int r = 0; r < size; ++r)
    for (int s = 0; s < size; ++s)
      for_lanes(channels, [&](std::int64_t c, auto n) {
        store_lanes(copy + (r * size + s) * channels + c, x.load(image, row + r, column + s, c, n), n);
      });
  return {copy, size * channels};
}

// Numbers of the largest copy.
std::int64_t pixel_tile_size(std::int64_t channels) { return points * channels; }

// The points of the inputs of tile rows [begin, end). `copy` is memory for a tile of them.
template <class Source>
void transform_inputs(const Tiles& tiles, std::int64_t begin, std::int64_t end, const Source& x, real* copy,
                      const Points& to) {
  std::int64_t tile = 0;
  for (std::int64_t row = begin; row < end; ++row)
    for (std::int64_t t = 0; t < tiles.across; ++t, ++tile) {
      const PixelTile pixels = pixel_tile<winograd_tile>(x, row / tiles.down, row % tiles.down * tiles.size - tiles.top,
                                                         t * tiles.size - tiles.left, copy);
      for_lanes(to.channels, [&](std::int64_t c, auto n) {
        transform_tile<winograd_tile, winograd_tile, Lanes>(
            transform_input<Lanes>,
            [&](int r, int s) { return load_lanes(pixels.corner + r * pixels.row_stride + s * to.channels + c, n); },
            [&](int p, int q, const Lanes& value) { store_lanes(to.at(p, q) + tile * to.tile_step + c, value); });
      });
    }
}

// Some channels of a tile of outputs.
struct OutputTile {
  std::int64_t image, row, column;  // of its first output
  std::int64_t channel;             // the first one
  std::int64_t place;               // of that channel in the matrix of each point
};

// Tiles [first, end) of a batch.
struct TileRange {
  std::int64_t first, end;
};

// Calls body(OutputTile, n) for every tile of a range and every group of n channels.
template <class Body>
void for_output_tiles(const Tiles& tiles, TileRange range, const Points& points_of, Body body) {
  for (std::int64_t tile = range.first; tile < range.end; ++tile) {
    const std::int64_t row = tile / tiles.across, image = row / tiles.down, top = row % tiles.down * tiles.size;
    const std::int64_t left = tile % tiles.across * tiles.size, place = (tile - range.first) * points_of.tile_step;
    for_lanes(points_of.channels, [&](std::int64_t c, auto n) { body(OutputTile{image, top, left, c, place + c}, n); });
  }
}

Lanes finished(const Lanes& value, const Lanes& bias, Activation activation) {
  const Lanes sum = value + bias;
  return activation == Activation::relu ? (sum <= 0 ? Lanes{} : sum) : sum;
}

// Outputs of a range from their points, with bias and activation.
template <int size>
void transform_outputs(const Tiles& tiles, TileRange range, const Points& from, const ConvTail& tail, real* y) {
  for_output_tiles(tiles, range, from, [&](const OutputTile& t, auto n) {
    const Lanes bias = tail.bias ? load_lanes(tail.bias + t.channel, n) : Lanes{};
    real* corner = y + ((t.image * tiles.out_h + t.row) * tiles.out_w + t.column) * from.channels + t.channel;
    transform_tile<winograd_tile, size, Lanes>(
        transform_output<Lanes, size>, [&](int p, int q) { return load_lanes(from.at(p, q) + t.place, n); },
        [&](int r, int s, const Lanes& value) {
          if (t.row + r < tiles.out_h && t.column + s < tiles.out_w)
            store_lanes(corner + (r * tiles.out_w + s) * from.channels, finished(value, bias, tail.activation), n);
        });
  });
}

// The same with the maximum over windows of 2×2, of which a tile of 4×4 has four whole ones, before bias and
// activation, which keep the order of numbers.
void transform_pooled_outputs(const Tiles& tiles, TileRange range, const Points& from, const ConvTail& tail, real* y,
                              real* winners) {
  constexpr int size = 4;
  const std::int64_t h = tiles.out_h / 2, w = tiles.out_w / 2;
  for_output_tiles(tiles, range, from, [&](const OutputTile& t, auto n) {
    const Lanes bias = tail.bias ? load_lanes(tail.bias + t.channel, n) : Lanes{};
    Lanes values[size][size];
    transform_tile<winograd_tile, size, Lanes>(
        transform_output<Lanes, size>, [&](int p, int q) { return load_lanes(from.at(p, q) + t.place, n); },
        [&](int r, int s, const Lanes& value) { values[r][s] = value; });
    for (int r = 0; r < size && t.row + r + 1 < tiles.out_h; r += 2)
      for (int s = 0; s < size && t.column + s + 1 < tiles.out_w; s += 2) {
        LargestLanes largest(values[r][s]);
        largest.next(values[r][s + 1], 1);
        largest.next(values[r + 1][s], 2);
        largest.next(values[r + 1][s + 1], 3);
        const std::int64_t to = ((t.image * h + (t.row + r) / 2) * w + (t.column + s) / 2) * from.channels + t.channel;
        store_lanes(y + to, finished(largest.value, bias, tail.activation), n);
        store_lanes(winners + to, largest.winner, n);
      }
  });
}

// Points of a range's cotangents. `copy` is memory for a tile of them.
template <int size, class Source>
void transform_cotangents(const Tiles& tiles, TileRange range, const Source& dy, real* copy, const Points& to) {
  for (std::int64_t tile = range.first; tile < range.end; ++tile) {
    const std::int64_t row = tile / tiles.across;
    const PixelTile pixels =
        pixel_tile<size>(dy, row / tiles.down, row % tiles.down * size, tile % tiles.across * size, copy);
    for_lanes(to.channels, [&](std::int64_t c, auto n) {
      transform_tile<size, winograd_tile, Lanes>(
          transform_cotangent<Lanes, size>,
          [&](int r, int s) { return load_lanes(pixels.corner + r * pixels.row_stride + s * to.channels + c, n); },
          [&](int p, int q, const Lanes& value) {
            store_lanes(to.at(p, q) + (tile - range.first) * to.tile_step + c, value);
          });
    });
  }
}

// Points of the filters, packed matrices [in, out]; or, for the gradient of the input, of the filters turned by 180°,
// with the two channel axes exchanged: [out, in].
template <int taps>
class FilterPoints {
 public:
  FilterPoints(const ConvGeometry& g, const real* weight, bool turned, std::pmr::memory_resource* memory)
      : from_(turned ? g.out : g.in),
        to_(turned ? g.in : g.out),
        size_(PackedView::size(from_, to_)),
        u_(Tensor::uninitialized(Shape{points, size_}, memory)) {
    if (to_ % PackedView::width() != 0) std::fill_n(u_.data(), u_.size(), real(0));
    if (turned)
      transform_turned(g, weight);
    else
      transform_plain(g, weight);
  }

  // to = from · filters, point by point: [tiles, from.channels] · [from.channels, to.channels].
  void multiply(std::int64_t tiles, const Points& from, const Points& to) const {
    for (int p = 0; p < points; ++p)
      PackedView(from_, to_, u_.data() + p * size_)
          .multiply(tiles, from.data + p * from.stride, from_, nullptr, to.data + p * to.stride, to_);
  }

  // Numbers of a point's matrix.
  std::int64_t size() const { return size_; }

  // A point of the filters of one input channel: a register of output channels from c on, a multiple of lane_count.
  const real* at(int p, int q, std::int64_t from_channel, std::int64_t c) const {
    return u_.data() + (p * winograd_tile + q) * size_ + PackedView::place(from_, from_channel, c);
  }

 private:
  // The points of one row of a matrix, n columns from `column` on, from the taps that load(r, s) gives.
  template <class Load, class N>
  void store_points(std::int64_t row, std::int64_t column, N n, Load load) {
    real* to = u_.data() + PackedView::place(from_, row, column);
    transform_tile<taps, winograd_tile, Lanes>(
        transform_filter<Lanes, taps>, load,
        [&](int p, int q, const Lanes& value) { store_lanes(to + (p * winograd_tile + q) * size_, value, n); });
  }

  void transform_plain(const ConvGeometry& g, const real* weight) {
    parallel_for(g.in, 8, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i)
        for_lanes(g.out, [&](std::int64_t o, auto n) {
          store_points(i, o, n,
                       [&](int r, int s) { return load_lanes(weight + ((r * taps + s) * g.in + i) * g.out + o, n); });
        });
    });
  }

  // Squares of channels are transposed, so that those which lie beside each other in the matrices do so in registers.
  void transform_turned(const ConvGeometry& g, const real* weight) {
    const std::int64_t across = (g.out + lane_count - 1) / lane_count, down = (g.in + lane_count - 1) / lane_count;
    parallel_for(down * across, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t square = begin; square < end; ++square) {
        const std::int64_t i = square / across * lane_count, o = square % across * lane_count;
        const std::int64_t rows = std::min(lane_count, g.in - i), columns = std::min(lane_count, g.out - o);
        Lanes w[taps * taps][lane_count];
        for (int tap = 0; tap < taps * taps; ++tap) {
          const real* from = weight + ((taps * taps - 1 - tap) * g.in + i) * g.out + o;
          for (std::int64_t row = 0; row < lane_count; ++row)
            w[tap][row] = row < rows ? load_lanes(from + row * g.out, columns) : Lanes{};
          transpose(w[tap]);
        }
        for (std::int64_t column = 0; column < columns; ++column)
          store_points(o + column, i, rows, [&](int r, int s) { return w[r * taps + s][column]; });
      }
    });
  }

  std::int64_t from_, to_, size_;
  Tensor u_;
};

// One pass of filtering: images of to_channels from images x of from_channels. Calls write(range, points) with the
// points of the outputs of some tiles.
template <int taps, class Source, class Write>
void filter(const Tiles& tiles, std::int64_t from_channels, std::int64_t to_channels, const Source& x,
            const FilterPoints<taps>& filters, std::pmr::memory_resource* memory, Write write) {
  const std::int64_t block = tiles.rows_per_block(from_channels, to_channels), max_tiles = block * tiles.across;
  // Products are written over the points that have been read already, one place before their own: half the memory.
  const std::int64_t stride = Points::stride_of(max_tiles, std::max(from_channels, to_channels));
  Workspaces workspaces((points + 1) * stride + pixel_tile_size(from_channels), memory);
  parallel_for_workers(tiles.rows, block, [&](std::int64_t worker, std::int64_t begin, std::int64_t end) {
    real* products = workspaces.of(worker);
    const Points from = Points::matrices(products + stride, from_channels, stride);
    const Points to = Points::matrices(products, to_channels, stride);
    transform_inputs(tiles, begin, end, x, products + (points + 1) * stride, from);
    filters.multiply((end - begin) * tiles.across, from, to);
    write({begin * tiles.across, end * tiles.across}, to);
  });
}

// With few channels to add up there is little to multiply for all the products that would be written and read: they
// stay in registers until they are transformed. Such inputs have their points tile by tile, [tiles, 36, channels].
constexpr int fused_tiles = lane_bytes == 64 ? 4 : 2;  // at a time, so many that all sums stay in registers

// A register of channels from c on, of which n are there, of the outputs of `count` tiles from `tile` on; `from` are
// the points of their inputs.
template <int taps, int channels, int count, class N>
void multiply_and_transform(const Tiles& tiles, std::int64_t tile, const real* from, const FilterPoints<taps>& filters,
                            const ConvTail& tail, real* y, std::int64_t y_channels, std::int64_t c, N n) {
  constexpr int size = winograd_outputs(taps);
  const std::int64_t width = PackedView::width(), filter_step = winograd_tile * filters.size();
  Lanes rows[count][size][winograd_tile];  // after the transform along the first axis
  for (int q = 0; q < winograd_tile; ++q) {
    Lanes products[winograd_tile][count] = {};
    const real *filter = filters.at(0, q, 0, c), *point = from + q * channels;
    for (int i = 0; i < channels; ++i, filter += width, ++point)
#pragma GCC unroll 6
      for (int p = 0; p < winograd_tile; ++p) {
        const Lanes factor = load_lanes(filter + p * filter_step);
#pragma GCC unroll 4
        for (int t = 0; t < count; ++t) products[p][t] += point[(t * points + p * winograd_tile) * channels] * factor;
      }
#pragma GCC unroll 4
    for (int t = 0; t < count; ++t) {
      Lanes column[winograd_tile], outputs[size];
#pragma GCC unroll 6
      for (int p = 0; p < winograd_tile; ++p) column[p] = products[p][t];
      transform_output(column, outputs);
#pragma GCC unroll 4
      for (int r = 0; r < size; ++r) rows[t][r][q] = outputs[r];
    }
  }
  const Lanes bias = tail.bias ? load_lanes(tail.bias + c, n) : Lanes{};
  for (int t = 0; t < count; ++t) {
    const std::int64_t tile_row = (tile + t) / tiles.across, image = tile_row / tiles.down;
    const std::int64_t top = tile_row % tiles.down * size, left = (tile + t) % tiles.across * size;
    real* corner = y + ((image * tiles.out_h + top) * tiles.out_w + left) * y_channels + c;
    for (int r = 0; r < size && top + r < tiles.out_h; ++r) {
      Lanes outputs[size];
      transform_output(rows[t][r], outputs);
#pragma GCC unroll 4
      for (int s = 0; s < size; ++s)
        if (left + s < tiles.out_w)
          store_lanes(corner + (r * tiles.out_w + s) * y_channels, finished(outputs[s], bias, tail.activation), n);
    }
  }
}

// As filter(), with the outputs.
template <int taps, int channels>
void filter_few_channels(const Tiles& tiles, const ConvGeometry& g, const real* x, const FilterPoints<taps>& filters,
                         const ConvTail& tail, real* y, std::pmr::memory_resource* memory) {
  const std::int64_t block = tiles.rows_per_block(channels, g.out), size = block * tiles.across * points * channels;
  Workspaces workspaces(size + lane_count + pixel_tile_size(channels), memory);
  parallel_for_workers(tiles.rows, block, [&](std::int64_t worker, std::int64_t begin, std::int64_t end) {
    real* from = workspaces.of(worker);
    transform_inputs(tiles, begin, end, Images{x, g.h, g.w, channels}, from + size + lane_count,
                     {from, channels, channels, points * channels});
    const std::int64_t first = begin * tiles.across, last = end * tiles.across;
    for_lanes(g.out, [&](std::int64_t c, auto n) {
      std::int64_t tile = first;
      const auto walk = [&]<int count>(std::integral_constant<int, count>) {
        for (; tile + count <= last; tile += count)
          multiply_and_transform<taps, channels, count>(tiles, tile, from + (tile - first) * points * channels, filters,
                                                        tail, y, g.out, c, n);
      };
      walk(std::integral_constant<int, fused_tiles>{});
      walk(std::integral_constant<int, 1>{});
    });
  });
}

Tiles forward_tiles(const ConvGeometry& g, int taps) {
  return {winograd_outputs(taps), g.batch, g.h, g.w, g.padding.top, g.padding.left, g.out_h, g.out_w};
}

template <int taps>
void forward(const ConvGeometry& g, const real* x, const real* weight, const ConvTail& tail, real* y, real* winners,
             std::pmr::memory_resource* memory) {
  const FilterPoints<taps> filters(g, weight, false, memory);
  const Tiles tiles = forward_tiles(g, taps);
  if constexpr (taps == 4) {
    if (g.in == 4) return filter_few_channels<taps, 4>(tiles, g, x, filters, tail, y, memory);
    if (g.in == 8) return filter_few_channels<taps, 8>(tiles, g, x, filters, tail, y, memory);
    if (g.in == 12) return filter_few_channels<taps, 12>(tiles, g, x, filters, tail, y, memory);
  }
  filter(tiles, g.in, g.out, Images{x, g.h, g.w, g.in}, filters, memory, [&](TileRange range, const Points& outputs) {
    if (g.pool == 1)
      transform_outputs<winograd_outputs(taps)>(tiles, range, outputs, tail, y);
    else
      transform_pooled_outputs(tiles, range, outputs, tail, y, winners);
  });
}

// dx is dy filtered with the filters turned by 180°, padded so that it has x's size.
template <int taps>
void input_gradient(const ConvGeometry& g, const real* dy, const real* winners, const real* weight, real* dx,
                    std::pmr::memory_resource* memory) {
  const FilterPoints<taps> filters(g, weight, true, memory);
  const Tiles tiles{winograd_outputs(taps),    g.batch, g.out_h, g.out_w, taps - 1 - g.padding.top,
                    taps - 1 - g.padding.left, g.h,     g.w};
  with_gradient(g, dy, winners, [&](const auto& gradient) {
    filter(tiles, g.out, g.in, gradient, filters, memory, [&](TileRange range, const Points& outputs) {
      transform_outputs<winograd_outputs(taps)>(tiles, range, outputs, {nullptr, Activation::none}, dx);
    });
  });
}

template <int taps>
void weight_gradient(const ConvGeometry& g, const real* x, const real* dy, const real* winners, real* dweight,
                     std::pmr::memory_resource* memory) {
  const Tiles tiles = forward_tiles(g, taps);
  const std::int64_t block = tiles.rows_per_block(g.in, g.out), max_tiles = block * tiles.across, size = g.in * g.out;
  const std::int64_t blocks = (tiles.rows + block - 1) / block;
  const std::int64_t per_part = std::max<std::int64_t>(1, (blocks + max_parts - 1) / max_parts);
  const std::int64_t parts = (blocks + per_part - 1) / per_part;
  const std::int64_t input_size = Points::size(max_tiles, g.in), cotangent_size = Points::size(max_tiles, g.out);
  Workspaces inputs(input_size + pixel_tile_size(g.in), memory);
  Workspaces cotangents(cotangent_size + pixel_tile_size(g.out), memory);
  Tensor sums = Tensor::uninitialized(Shape{parts, points, g.in, g.out}, memory);
  parallel_for_workers(blocks, per_part, [&](std::int64_t worker, std::int64_t first, std::int64_t last) {
    const Points v = Points::matrices(inputs.of(worker), g.in, Points::stride_of(max_tiles, g.in));
    const Points d = Points::matrices(cotangents.of(worker), g.out, Points::stride_of(max_tiles, g.out));
    real* sum = sums.data() + first / per_part * points * size;
    for (std::int64_t b = first; b < last; ++b) {
      const std::int64_t begin = b * block, end = std::min(tiles.rows, begin + block);
      transform_inputs(tiles, begin, end, Images{x, g.h, g.w, g.in}, v.data + input_size, v);
      with_gradient(g, dy, winners, [&](const auto& gradient) {
        transform_cotangents<winograd_outputs(taps)>(tiles, {begin * tiles.across, end * tiles.across}, gradient,
                                                     d.data + cotangent_size, d);
      });
      for (int p = 0; p < points; ++p)
        gemm_block(g.in, g.out, (end - begin) * tiles.across, {v.data + p * v.stride, g.in, true}, d.matrix(p),
                   sum + p * size, g.out, b > first);
    }
  });
  Tensor total = Tensor::uninitialized(Shape{points, g.in, g.out}, memory);
  sum_middle(total.data(), sums.data(), {1, parts, points * size});
  parallel_for(size, 1 << 10, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i)
      transform_tile<winograd_tile, taps, real>(
          transform_filter_gradient<real, taps>,
          [&](int p, int q) { return total[(p * winograd_tile + q) * size + i]; },
          [&](int r, int s, real value) { dweight[(r * taps + s) * size + i] = value; });
  });
}

// Calls body(number) with the filters' size as a compile-time constant.
template <class Body>
void with_taps(const ConvGeometry& g, Body body) {
  if (g.kh == 3)
    body(std::integral_constant<int, 3>{});
  else
    body(std::integral_constant<int, 4>{});
}

}  // namespace

// Narrow layers have too little to multiply between the transforms.
bool winograd_applies(const ConvGeometry& g) {
  return g.kh == 3 && g.kw == 3 && g.stride == 1 && g.dilation == 1 && g.groups == 1 && g.pool <= 2 && g.in >= 16 &&
         g.out >= 16;
}

void winograd_forward(const ConvGeometry& g, const real* x, const real* weight, const ConvTail& tail, real* y,
                      real* winners, std::pmr::memory_resource* memory) {
  with_taps(
      g, [&]<int taps>(std::integral_constant<int, taps>) { forward<taps>(g, x, weight, tail, y, winners, memory); });
}

void winograd_input_gradient(const ConvGeometry& g, const real* dy, const real* winners, const real* weight, real* dx,
                             std::pmr::memory_resource* memory) {
  with_taps(g, [&]<int taps>(std::integral_constant<int, taps>) {
    input_gradient<taps>(g, dy, winners, weight, dx, memory);
  });
}

void winograd_weight_gradient(const ConvGeometry& g, const real* x, const real* dy, const real* winners, real* dweight,
                              std::pmr::memory_resource* memory) {
  with_taps(g, [&]<int taps>(std::integral_constant<int, taps>) {
    weight_gradient<taps>(g, x, dy, winners, dweight, memory);
  });
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
