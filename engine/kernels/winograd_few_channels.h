#pragma once
#include <cotape/engine/base/workspaces.h>
#include <cotape/engine/kernels/winograd_filters.h>
#include <cotape/engine/kernels/winograd_pixels.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// With few channels to add up there is little to multiply for all the products that would be written and read: they
// stay in registers until they are transformed. Such inputs have their points tile by tile, [tiles, 36, channels].
inline constexpr int fused_tiles = lane_bytes == 64 ? 4 : 2;  // at a time, so many that all sums stay in registers

// A register of channels from c on, of which n are there, of the outputs of `count` tiles from `tile` on; `from` are
// the points of their inputs.
template <int taps, int channels, int count, class N>
void multiply_and_transform(const WinogradTiles& tiles, std::int64_t tile, const real* from,
                            const WinogradFilters<taps>& filters, const ConvTail& tail, real* y,
                            std::int64_t y_channels, std::int64_t c, N n) {
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
        for (int t = 0; t < count; ++t)
          products[p][t] += point[(t * winograd_points + p * winograd_tile) * channels] * factor;
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
    const auto [image, top, left] = tiles.place_of(tile + t);
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
void filter_few_channels(const WinogradTiles& tiles, const ConvGeometry& g, const real* x,
                         const WinogradFilters<taps>& filters, const ConvTail& tail, real* y,
                         std::pmr::memory_resource* memory) {
  const std::int64_t block = tiles.rows_per_block(channels, g.out),
                     size = block * tiles.across * winograd_points * channels;
  Workspaces workspaces(size + lane_count + pixel_tile_size(channels), memory);
  parallel_for_workers(tiles.rows, block, [&](std::int64_t worker, std::int64_t begin, std::int64_t end) {
    real* from = workspaces.of(worker);
    const std::int64_t first = begin * tiles.across, last = end * tiles.across;
    transform_inputs(tiles, {first, last}, Images{x, g.h, g.w, channels}, from + size + lane_count,
                     {from, channels, channels, winograd_points * channels});
    for_lanes(g.out, [&](std::int64_t c, auto n) {
      std::int64_t tile = first;
      const auto walk = [&]<int count>(std::integral_constant<int, count>) {
        for (; tile + count <= last; tile += count)
          multiply_and_transform<taps, channels, count>(tiles, tile, from + (tile - first) * winograd_points * channels,
                                                        filters, tail, y, g.out, c, n);
      };
      walk(std::integral_constant<int, fused_tiles>{});
      walk(std::integral_constant<int, 1>{});
    });
  });
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
