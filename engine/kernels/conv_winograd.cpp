#include <cotape/engine/base/parallel.h>
#include <cotape/engine/base/shape.h>
#include <cotape/engine/base/workspaces.h>
#include <cotape/engine/kernels/conv_pool.h>
#include <cotape/engine/kernels/conv_winograd.h>
#include <cotape/engine/kernels/gemm.h>
#include <cotape/engine/kernels/reduce.h>
#include <cotape/engine/kernels/winograd_few_channels.h>
#include <cotape/engine/kernels/winograd_filters.h>
#include <cotape/engine/kernels/winograd_pixels.h>

#include <algorithm>
#include <type_traits>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// The gradient of the filters is summed in at most so many parts, which run in parallel. The number is fixed, so that
// the order of additions does not depend on the number of threads.
constexpr std::int64_t max_parts = 8;

// Some channels of a tile of outputs.
struct OutputTile {
  TilePlace first;       // its first output
  std::int64_t channel;  // the first one
  std::int64_t place;    // of that channel in the matrix of each point
};

// Calls body(OutputTile, n) for every tile of a range and every group of n channels.
template <class Body>
void for_output_tiles(const WinogradTiles& tiles, TileRange range, const WinogradPoints& points_of, Body body) {
  for (std::int64_t tile = range.first; tile < range.end; ++tile) {
    const TilePlace first = tiles.place_of(tile);
    const std::int64_t place = (tile - range.first) * points_of.tile_step;
    for_lanes(points_of.channels, [&](std::int64_t c, auto n) { body(OutputTile{first, c, place + c}, n); });
  }
}

// Outputs of a range from their points, with bias and activation.
template <int size>
void transform_outputs(const WinogradTiles& tiles, TileRange range, const WinogradPoints& from, const ConvTail& tail,
                       real* y) {
  for_output_tiles(tiles, range, from, [&](const OutputTile& t, auto n) {
    const Lanes bias = tail.bias ? load_lanes(tail.bias + t.channel, n) : Lanes{};
    real* corner =
        y + ((t.first.image * tiles.out_h + t.first.row) * tiles.out_w + t.first.column) * from.channels + t.channel;
    transform_tile<winograd_tile, size, Lanes>(
        transform_output<Lanes, size>, [&](int p, int q) { return load_lanes(from.at(p, q) + t.place, n); },
        [&](int r, int s, const Lanes& value) {
          if (t.first.row + r < tiles.out_h && t.first.column + s < tiles.out_w)
            store_lanes(corner + (r * tiles.out_w + s) * from.channels, finished(value, bias, tail.activation), n);
        });
  });
}

// The same with the maximum over windows of 2×2, of which a tile of 4×4 has four whole ones, before bias and
// activation, which keep the order of numbers.
void transform_pooled_outputs(const WinogradTiles& tiles, TileRange range, const WinogradPoints& from,
                              const ConvTail& tail, real* y, real* winners) {
  constexpr int size = 4;
  const std::int64_t h = tiles.out_h / 2, w = tiles.out_w / 2;
  for_output_tiles(tiles, range, from, [&](const OutputTile& t, auto n) {
    const Lanes bias = tail.bias ? load_lanes(tail.bias + t.channel, n) : Lanes{};
    Lanes values[size][size];
    transform_tile<winograd_tile, size, Lanes>(
        transform_output<Lanes, size>, [&](int p, int q) { return load_lanes(from.at(p, q) + t.place, n); },
        [&](int r, int s, const Lanes& value) { values[r][s] = value; });
    for (int r = 0; r < size && t.first.row + r + 1 < tiles.out_h; r += 2)
      for (int s = 0; s < size && t.first.column + s + 1 < tiles.out_w; s += 2) {
        LargestLanes largest(values[r][s]);
        largest.next(values[r][s + 1], 1);
        largest.next(values[r + 1][s], 2);
        largest.next(values[r + 1][s + 1], 3);
        const std::int64_t to =
            ((t.first.image * h + (t.first.row + r) / 2) * w + (t.first.column + s) / 2) * from.channels + t.channel;
        store_lanes(y + to, finished(largest.value, bias, tail.activation), n);
        store_lanes(winners + to, largest.winner, n);
      }
  });
}

// One pass of filtering: images of to_channels from images x of from_channels. Calls write(range, points) with
// the points of the outputs of some tiles.
template <int taps, class Source, class Write>
void filter(const WinogradTiles& tiles, std::int64_t from_channels, std::int64_t to_channels, const Source& x,
            const WinogradFilters<taps>& filters, std::pmr::memory_resource* memory, Write write) {
  const std::int64_t block = tiles.rows_per_block(from_channels, to_channels), max_tiles = block * tiles.across;
  // Products are written over the points that have been read already, one place before their own: half the memory.
  const std::int64_t stride = WinogradPoints::stride_of(max_tiles, std::max(from_channels, to_channels));
  Workspaces workspaces((winograd_points + 1) * stride + pixel_tile_size(from_channels), memory);
  parallel_for_workers(tiles.rows, block, [&](std::int64_t worker, std::int64_t begin, std::int64_t end) {
    real* products = workspaces.of(worker);
    const WinogradPoints from = WinogradPoints::matrices(products + stride, from_channels, stride);
    const WinogradPoints to = WinogradPoints::matrices(products, to_channels, stride);
    const TileRange range{begin * tiles.across, end * tiles.across};
    transform_inputs(tiles, range, x, products + (winograd_points + 1) * stride, from);
    filters.multiply((end - begin) * tiles.across, from, to);
    write(range, to);
  });
}

WinogradTiles forward_tiles(const ConvGeometry& g, int taps) {
  return {winograd_outputs(taps), g.batch, g.h, g.w, g.padding.top, g.padding.left, g.out_h, g.out_w};
}

template <int taps>
void forward(const ConvGeometry& g, const real* x, const real* weight, const ConvTail& tail, real* y, real* winners,
             std::pmr::memory_resource* memory) {
  const WinogradFilters<taps> filters(g, weight, false, memory);
  const WinogradTiles tiles = forward_tiles(g, taps);
  if constexpr (taps == 4) {
    if (g.in == 4) return filter_few_channels<taps, 4>(tiles, g, x, filters, tail, y, memory);
    if (g.in == 8) return filter_few_channels<taps, 8>(tiles, g, x, filters, tail, y, memory);
    if (g.in == 12) return filter_few_channels<taps, 12>(tiles, g, x, filters, tail, y, memory);
  }
  filter(tiles, g.in, g.out, Images{x, g.h, g.w, g.in}, filters, memory,
         [&](TileRange range, const WinogradPoints& outputs) {
           if (g.pool == 1)
             transform_outputs<winograd_outputs(taps)>(tiles, range, outputs, tail, y);
           else if constexpr (taps == 3)
             transform_pooled_outputs(tiles, range, outputs, tail, y, winners);
         });
}

// dx is dy filtered with the filters turned by 180°, padded so that it has x's size.
template <int taps>
void input_gradient(const ConvGeometry& g, const real* dy, const real* winners, const real* weight, real* dx,
                    std::pmr::memory_resource* memory) {
  const WinogradFilters<taps> filters(g, weight, true, memory);
  const WinogradTiles tiles{winograd_outputs(taps),    g.batch, g.out_h, g.out_w, taps - 1 - g.padding.top,
                            taps - 1 - g.padding.left, g.h,     g.w};
  with_gradient(g, dy, winners, [&](const auto& gradient) {
    filter(tiles, g.out, g.in, gradient, filters, memory, [&](TileRange range, const WinogradPoints& outputs) {
      transform_outputs<winograd_outputs(taps)>(tiles, range, outputs, {nullptr, Activation::none}, dx);
    });
  });
}

template <int taps>
void weight_gradient(const ConvGeometry& g, const real* x, const real* dy, const real* winners, real* dweight,
                     std::pmr::memory_resource* memory) {
  const WinogradTiles tiles = forward_tiles(g, taps);
  const std::int64_t block = tiles.rows_per_block(g.in, g.out), max_tiles = block * tiles.across, size = g.in * g.out;
  const std::int64_t blocks = (tiles.rows + block - 1) / block;
  const std::int64_t per_part = std::max<std::int64_t>(1, (blocks + max_parts - 1) / max_parts);
  const std::int64_t parts = (blocks + per_part - 1) / per_part;
  const std::int64_t input_size = WinogradPoints::size(max_tiles, g.in),
                     cotangent_size = WinogradPoints::size(max_tiles, g.out);
  Workspaces inputs(input_size + pixel_tile_size(g.in), memory);
  Workspaces cotangents(cotangent_size + pixel_tile_size(g.out), memory);
  Tensor sums = Tensor::uninitialized(Shape{parts, winograd_points, g.in, g.out}, memory);
  parallel_for_workers(blocks, per_part, [&](std::int64_t worker, std::int64_t first, std::int64_t last) {
    const WinogradPoints v =
        WinogradPoints::matrices(inputs.of(worker), g.in, WinogradPoints::stride_of(max_tiles, g.in));
    const WinogradPoints d =
        WinogradPoints::matrices(cotangents.of(worker), g.out, WinogradPoints::stride_of(max_tiles, g.out));
    real* sum = sums.data() + first / per_part * winograd_points * size;
    for (std::int64_t b = first; b < last; ++b) {
      const std::int64_t begin = b * block, end = std::min(tiles.rows, begin + block);
      const TileRange range{begin * tiles.across, end * tiles.across};
      transform_inputs(tiles, range, Images{x, g.h, g.w, g.in}, v.data + input_size, v);
      with_gradient(g, dy, winners, [&](const auto& gradient) {
        transform_cotangents<winograd_outputs(taps)>(tiles, range, gradient, d.data + cotangent_size, d);
      });
      for (int p = 0; p < winograd_points; ++p)
        gemm_block(g.in, g.out, (end - begin) * tiles.across, {v.data + p * v.stride, g.in, true}, d.matrix(p),
                   sum + p * size, g.out, b > first);
    }
  });
  Tensor total = Tensor::uninitialized(Shape{winograd_points, g.in, g.out}, memory);
  sum_middle(total.data(), sums.data(), {1, parts, winograd_points * size});
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
