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

// A batch of images cut into tiles of 4×4 outputs. Tiles are numbered row by row through the whole batch.
struct Tiles {
  std::int64_t h, w;          // of the images that are read
  std::int64_t top, left;     // padding in front of them
  std::int64_t out_h, out_w;  // of the images that are written
  std::int64_t down, across;  // tiles of an image
  std::int64_t rows;          // tile rows of the batch

  Tiles(std::int64_t batch, std::int64_t h_, std::int64_t w_, std::int64_t top_, std::int64_t left_,
        std::int64_t out_h_, std::int64_t out_w_)
      : h(h_),
        w(w_),
        top(top_),
        left(left_),
        out_h(out_h_),
        out_w(out_w_),
        down((out_h + winograd_output - 1) / winograd_output),
        across((out_w + winograd_output - 1) / winograd_output),
        rows(batch * down) {}

  // Tile rows that are worked on together, so that their points of `channels` channels stay in the cache beside the
  // filters: about 40 tiles for 128 channels.
  std::int64_t rows_per_block(std::int64_t channels) const {
    const std::int64_t tiles = std::max<std::int64_t>(16, 40 * 128 / channels);
    return std::clamp<std::int64_t>(tiles / std::max<std::int64_t>(1, across), 1, std::max<std::int64_t>(1, rows));
  }
};

// A block of tiles after the transform: 36 points a tile, kept as one matrix [tiles, channels] for each point. The
// matrices are an odd number of cache lines apart, because otherwise all would compete for the same places of the
// cache.
struct Points {
  real* data;
  std::int64_t channels;
  std::int64_t stride;

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

// The points of the inputs of tile rows [begin, end).
template <class Source>
void transform_inputs(const Tiles& tiles, std::int64_t begin, std::int64_t end, const Source& x, const Points& to) {
  std::int64_t tile = 0;
  for (std::int64_t row = begin; row < end; ++row) {
    const std::int64_t image = row / tiles.down, first = row % tiles.down * winograd_output - tiles.top;
    for (std::int64_t t = 0; t < tiles.across; ++t, ++tile) {
      const std::int64_t left = t * winograd_output - tiles.left;
      const bool inside =
          first >= 0 && first + winograd_tile <= tiles.h && left >= 0 && left + winograd_tile <= tiles.w;
      for_lanes(to.channels, [&](std::int64_t c, auto n) {
        const auto store = [&](int p, int q, const Lanes& value) {
          store_lanes(to.at(p, q) + tile * to.channels + c, value, n);
        };
        if constexpr (std::is_same_v<Source, Images>)
          if (inside) {
            const real* corner = x.at(image, first, left) + c;
            return transform_tile<winograd_tile, winograd_tile, Lanes>(
                transform_input<Lanes>,
                [&](int r, int s) { return load_lanes(corner + (r * x.w + s) * x.channels, n); }, store);
          }
        transform_tile<winograd_tile, winograd_tile, Lanes>(
            transform_input<Lanes>, [&](int r, int s) { return x.load(image, first + r, left + s, c, n); }, store);
      });
    }
  }
}

// Some channels of a tile of outputs.
struct OutputTile {
  std::int64_t image, row, column;  // of its first output
  std::int64_t channel;             // the first one
  std::int64_t place;               // of that channel in the matrix of each point
};

// Calls body(OutputTile, n) for every tile of tile rows [begin, end) and every group of n channels.
template <class Body>
void for_output_tiles(const Tiles& tiles, std::int64_t begin, std::int64_t end, const Points& points_of, Body body) {
  std::int64_t tile = 0;
  for (std::int64_t row = begin; row < end; ++row)
    for (std::int64_t t = 0; t < tiles.across; ++t, ++tile)
      for_lanes(points_of.channels, [&](std::int64_t c, auto n) {
        body(OutputTile{row / tiles.down, row % tiles.down * winograd_output, t * winograd_output, c,
                        tile * points_of.channels + c},
             n);
      });
}

Lanes finished(const Lanes& value, const Lanes& bias, Activation activation) {
  const Lanes sum = value + bias;
  return activation == Activation::relu ? (sum <= 0 ? Lanes{} : sum) : sum;
}

// Outputs of tile rows [begin, end) from their points, with bias and activation.
void transform_outputs(const Tiles& tiles, std::int64_t begin, std::int64_t end, const Points& from,
                       const ConvTail& tail, real* y) {
  for_output_tiles(tiles, begin, end, from, [&](const OutputTile& t, auto n) {
    const Lanes bias = tail.bias ? load_lanes(tail.bias + t.channel, n) : Lanes{};
    real* corner = y + ((t.image * tiles.out_h + t.row) * tiles.out_w + t.column) * from.channels + t.channel;
    transform_tile<winograd_tile, winograd_output, Lanes>(
        transform_output<Lanes>, [&](int p, int q) { return load_lanes(from.at(p, q) + t.place, n); },
        [&](int r, int s, const Lanes& value) {
          if (t.row + r < tiles.out_h && t.column + s < tiles.out_w)
            store_lanes(corner + (r * tiles.out_w + s) * from.channels, finished(value, bias, tail.activation), n);
        });
  });
}

// The same with the maximum over windows of 2×2, of which a tile has four whole ones, before bias and activation, which
// keep the order of numbers.
void transform_pooled_outputs(const Tiles& tiles, std::int64_t begin, std::int64_t end, const Points& from,
                              const ConvTail& tail, real* y, real* winners) {
  const std::int64_t h = tiles.out_h / 2, w = tiles.out_w / 2;
  for_output_tiles(tiles, begin, end, from, [&](const OutputTile& t, auto n) {
    const Lanes bias = tail.bias ? load_lanes(tail.bias + t.channel, n) : Lanes{};
    Lanes values[winograd_output][winograd_output];
    transform_tile<winograd_tile, winograd_output, Lanes>(
        transform_output<Lanes>, [&](int p, int q) { return load_lanes(from.at(p, q) + t.place, n); },
        [&](int r, int s, const Lanes& value) { values[r][s] = value; });
    for (int r = 0; r < winograd_output && t.row + r + 1 < tiles.out_h; r += 2)
      for (int s = 0; s < winograd_output && t.column + s + 1 < tiles.out_w; s += 2) {
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

// Points of the cotangents of tile rows [begin, end); 0 where a tile reaches beyond the image.
template <class Source>
void transform_cotangents(const Tiles& tiles, std::int64_t begin, std::int64_t end, const Source& dy,
                          const Points& to) {
  for_output_tiles(tiles, begin, end, to, [&](const OutputTile& t, auto n) {
    transform_tile<winograd_output, winograd_tile, Lanes>(
        transform_cotangent<Lanes>,
        [&](int r, int s) { return dy.load(t.image, t.row + r, t.column + s, t.channel, n); },
        [&](int p, int q, const Lanes& value) { store_lanes(to.at(p, q) + t.place, value, n); });
  });
}

// Points of the filters, packed matrices [in, out]; or, for the gradient of the input, of the filters turned by 180°,
// with the two channel axes exchanged: [out, in].
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

 private:
  static constexpr int taps = 9;

  // The points of one row of a matrix, n columns from `column` on, from the taps that load(r, s) gives.
  template <class Load, class N>
  void store_points(std::int64_t row, std::int64_t column, N n, Load load) {
    real* to = u_.data() + PackedView::place(from_, row, column);
    transform_tile<3, winograd_tile, Lanes>(transform_filter<Lanes>, load, [&](int p, int q, const Lanes& value) {
      store_lanes(to + (p * winograd_tile + q) * size_, value, n);
    });
  }

  void transform_plain(const ConvGeometry& g, const real* weight) {
    parallel_for(g.in, 8, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i)
        for_lanes(g.out, [&](std::int64_t o, auto n) {
          store_points(i, o, n,
                       [&](int r, int s) { return load_lanes(weight + ((r * 3 + s) * g.in + i) * g.out + o, n); });
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
        Lanes w[taps][lane_count];
        for (int tap = 0; tap < taps; ++tap) {
          const real* from = weight + ((taps - 1 - tap) * g.in + i) * g.out + o;
          for (std::int64_t row = 0; row < lane_count; ++row)
            w[tap][row] = row < rows ? load_lanes(from + row * g.out, columns) : Lanes{};
          transpose(w[tap]);
        }
        for (std::int64_t column = 0; column < columns; ++column)
          store_points(o + column, i, rows, [&](int r, int s) { return w[r * 3 + s][column]; });
      }
    });
  }

  std::int64_t from_, to_, size_;
  Tensor u_;
};

// One pass of filtering: images of to_channels from images x of from_channels. Calls write(begin, end, points) with the
// points of the outputs of tile rows [begin, end).
template <class Source, class Write>
void filter(const Tiles& tiles, std::int64_t from_channels, std::int64_t to_channels, const Source& x,
            const FilterPoints& filters, std::pmr::memory_resource* memory, Write write) {
  const std::int64_t block = tiles.rows_per_block(from_channels + to_channels), max_tiles = block * tiles.across;
  Workspaces inputs(Points::size(max_tiles, from_channels), memory),
      outputs(Points::size(max_tiles, to_channels), memory);
  parallel_for_workers(tiles.rows, block, [&](std::int64_t worker, std::int64_t begin, std::int64_t end) {
    const Points from{inputs.of(worker), from_channels, Points::stride_of(max_tiles, from_channels)};
    const Points to{outputs.of(worker), to_channels, Points::stride_of(max_tiles, to_channels)};
    transform_inputs(tiles, begin, end, x, from);
    filters.multiply((end - begin) * tiles.across, from, to);
    write(begin, end, to);
  });
}

Tiles forward_tiles(const ConvGeometry& g) {
  return {g.batch, g.h, g.w, g.padding.top, g.padding.left, g.out_h, g.out_w};
}

}  // namespace

// Narrow layers have too little to multiply between the transforms.
bool winograd_applies(const ConvGeometry& g) {
  return g.kh == 3 && g.kw == 3 && g.stride == 1 && g.dilation == 1 && g.groups == 1 && g.pool <= 2 && g.in >= 16 &&
         g.out >= 16;
}

void winograd_forward(const ConvGeometry& g, const real* x, const real* weight, const ConvTail& tail, real* y,
                      real* winners, std::pmr::memory_resource* memory) {
  const FilterPoints filters(g, weight, false, memory);
  const Tiles tiles = forward_tiles(g);
  filter(tiles, g.in, g.out, Images{x, g.h, g.w, g.in}, filters, memory,
         [&](std::int64_t begin, std::int64_t end, const Points& outputs) {
           if (g.pool == 1)
             transform_outputs(tiles, begin, end, outputs, tail, y);
           else
             transform_pooled_outputs(tiles, begin, end, outputs, tail, y, winners);
         });
}

// dx is dy filtered with the filters turned by 180°, padded so that it has x's size.
void winograd_input_gradient(const ConvGeometry& g, const real* dy, const real* winners, const real* weight, real* dx,
                             std::pmr::memory_resource* memory) {
  const FilterPoints filters(g, weight, true, memory);
  const Tiles tiles{g.batch, g.out_h, g.out_w, 2 - g.padding.top, 2 - g.padding.left, g.h, g.w};
  with_gradient(g, dy, winners, [&](const auto& gradient) {
    filter(tiles, g.out, g.in, gradient, filters, memory,
           [&](std::int64_t begin, std::int64_t end, const Points& outputs) {
             transform_outputs(tiles, begin, end, outputs, {nullptr, Activation::none}, dx);
           });
  });
}

void winograd_weight_gradient(const ConvGeometry& g, const real* x, const real* dy, const real* winners, real* dweight,
                              std::pmr::memory_resource* memory) {
  const Tiles tiles = forward_tiles(g);
  const std::int64_t block = tiles.rows_per_block(g.in + g.out), max_tiles = block * tiles.across, size = g.in * g.out;
  const std::int64_t blocks = (tiles.rows + block - 1) / block;
  const std::int64_t per_part = std::max<std::int64_t>(1, (blocks + max_parts - 1) / max_parts);
  const std::int64_t parts = (blocks + per_part - 1) / per_part;
  Workspaces inputs(Points::size(max_tiles, g.in), memory), cotangents(Points::size(max_tiles, g.out), memory);
  Tensor sums = Tensor::uninitialized(Shape{parts, points, g.in, g.out}, memory);
  parallel_for_workers(blocks, per_part, [&](std::int64_t worker, std::int64_t first, std::int64_t last) {
    const Points v{inputs.of(worker), g.in, Points::stride_of(max_tiles, g.in)};
    const Points d{cotangents.of(worker), g.out, Points::stride_of(max_tiles, g.out)};
    real* sum = sums.data() + first / per_part * points * size;
    for (std::int64_t b = first; b < last; ++b) {
      const std::int64_t begin = b * block, end = std::min(tiles.rows, begin + block);
      transform_inputs(tiles, begin, end, Images{x, g.h, g.w, g.in}, v);
      with_gradient(g, dy, winners,
                    [&](const auto& gradient) { transform_cotangents(tiles, begin, end, gradient, d); });
      for (int p = 0; p < points; ++p)
        gemm_block(g.in, g.out, (end - begin) * tiles.across, {v.data + p * v.stride, g.in, true}, d.matrix(p),
                   sum + p * size, g.out, b > first);
    }
  });
  Tensor total = Tensor::uninitialized(Shape{points, g.in, g.out}, memory);
  sum_middle(total.data(), sums.data(), {1, parts, points * size});
  parallel_for(size, 1 << 10, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i)
      transform_tile<winograd_tile, 3, real>(
          transform_filter_gradient<real>, [&](int p, int q) { return total[(p * winograd_tile + q) * size + i]; },
          [&](int r, int s, real value) { dweight[(r * 3 + s) * size + i] = value; });
  });
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
