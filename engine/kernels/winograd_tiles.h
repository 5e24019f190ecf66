#pragma once
#include <algorithm>

#include <cotape/engine/kernels/matrix_view.h>
#include <cotape/engine/kernels/winograd_transforms.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Tiles [first, end) of a batch.
struct TileRange {
  std::int64_t first, end;
};

// Where the first output of a tile is.
struct TilePlace {
  std::int64_t image, row, column;
};

// A batch of images cut into tiles of size × size outputs. Tiles are numbered row by row through the whole batch.
struct WinogradTiles {
  std::int64_t size;
  std::int64_t h, w;          // of the images that are read
  std::int64_t top, left;     // padding in front of them
  std::int64_t out_h, out_w;  // of the images that are written
  std::int64_t down, across;  // tiles of an image
  std::int64_t rows;          // tile rows of the batch

  WinogradTiles(std::int64_t size_, std::int64_t batch, std::int64_t h_, std::int64_t w_, std::int64_t top_,
                std::int64_t left_, std::int64_t out_h_, std::int64_t out_w_)
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

  TilePlace place_of(std::int64_t tile) const {
    const std::int64_t tile_row = tile / across;
    return {tile_row / down, tile_row % down * size, tile % across * size};
  }

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
struct WinogradPoints {
  real* data;
  std::int64_t channels;
  std::int64_t stride;     // from a point to the next
  std::int64_t tile_step;  // from a tile to the next

  // Kept as one matrix [tiles, channels] for each point. The matrices are an odd number of cache lines apart, because
  // otherwise all would compete for the same places of the cache.
  static WinogradPoints matrices(real* data, std::int64_t channels, std::int64_t stride) {
    return {data, channels, stride, channels};
  }
  static std::int64_t stride_of(std::int64_t tiles, std::int64_t channels) {
    return (tiles * channels + 15) / 16 * 16 / 32 * 32 + 48;
  }
  static std::int64_t size(std::int64_t tiles, std::int64_t channels) {
    return winograd_points * stride_of(tiles, channels);
  }

  real* at(int p, int q) const { return data + (p * winograd_tile + q) * stride; }
  MatrixView matrix(int point) const { return {data + point * stride, channels}; }
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
