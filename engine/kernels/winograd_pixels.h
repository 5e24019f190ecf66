#pragma once
#include <algorithm>

#include <cotape/engine/kernels/conv_geometry.h>
#include <cotape/engine/kernels/winograd_tiles.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

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
inline std::int64_t pixel_tile_size(std::int64_t channels) { return winograd_points * channels; }

// Points of the tiles of a range by a transform of size × size pixels, of which the first lies at the tile's first
// output less an offset. `transform` is of a type of its own, so that it is known when this is compiled. `copy` is
// memory for a tile of pixels.
template <int size, class Transform, class Source>
void transform_pixels(const WinogradTiles& tiles, TileRange range, Transform transform, const Source& x,
                      std::int64_t top, std::int64_t left, real* copy, const WinogradPoints& to) {
  for (std::int64_t tile = range.first; tile < range.end; ++tile) {
    const auto [image, row, column] = tiles.place_of(tile);
    const PixelTile pixels = pixel_tile<size>(x, image, row - top, column - left, copy);
    real* first = to.data + (tile - range.first) * to.tile_step;
    for_lanes(to.channels, [&](std::int64_t c, auto n) {
      transform_tile<size, winograd_tile, Lanes>(
          transform,
          [&](int r, int s) { return load_lanes(pixels.corner + r * pixels.row_stride + s * to.channels + c, n); },
          [&](int p, int q, const Lanes& value) {
            store_lanes(first + (p * winograd_tile + q) * to.stride + c, value);
          });
    });
  }
}

template <class Source>
void transform_inputs(const WinogradTiles& tiles, TileRange range, const Source& x, real* copy,
                      const WinogradPoints& to) {
  transform_pixels<winograd_tile>(
      tiles, range, [](const auto& inputs, auto& t) { transform_input(inputs, t); }, x, tiles.top, tiles.left, copy,
      to);
}
// size: outputs of a tile along one axis.
template <int size, class Source>
void transform_cotangents(const WinogradTiles& tiles, TileRange range, const Source& dy, real* copy,
                          const WinogradPoints& to) {
  transform_pixels<size>(
      tiles, range, [](const auto& cotangents, auto& t) { transform_cotangent(cotangents, t); }, dy, 0, 0, copy, to);
}

// An output from its sum.
inline Lanes finished(const Lanes& value, const Lanes& bias, Activation activation) {
  const Lanes sum = value + bias;
  return activation == Activation::relu ? (sum <= 0 ? Lanes{} : sum) : sum;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
