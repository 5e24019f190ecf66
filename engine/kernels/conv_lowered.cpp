#include <cotape/engine/base/shape.h>
#include <cotape/engine/base/workspaces.h>
#include <cotape/engine/kernels/conv_lowered.h>
#include <cotape/engine/kernels/conv_pool.h>
#include <cotape/engine/kernels/gemm.h>
#include <cotape/engine/kernels/lanes.h>
#include <cotape/engine/kernels/packed_matrix.h>
#include <cotape/engine/kernels/reduce.h>

#include <algorithm>
#include <cstring>
#include <vector>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// The gradient of the filters is summed in at most so many parts, which run in parallel. The number is fixed, so that
// the order of additions does not depend on the number of threads.
constexpr std::int64_t max_parts = 8;

// Sizes and places of the bands (conv_pool.h) of a batch, numbered through all images.
struct Bands {
  const ConvGeometry& g;
  std::int64_t per_image = g.out_h / g.pool;
  std::int64_t count = g.batch * per_image;
  std::int64_t pixels = g.pool * g.out_w;          // of one, before pooling
  std::int64_t y_size = g.out_w / g.pool * g.out;  // numbers of one, after pooling
  std::int64_t columns_size = pixels * g.taps();   // numbers of one's columns

  // Its first row in y before pooling, counted over the batch.
  std::int64_t first_row(std::int64_t band) const { return band / per_image * g.out_h + band % per_image * g.pool; }
};

// How many bands are worked on together: at least 64 pixels, and else so few that their columns stay in a core's
// first-level cache and OpenBLAS, where it multiplies, uses its kernels for small matrices, which copy no operands.
std::int64_t bands_per_block(const Bands& bands) {
  constexpr std::int64_t numbers = (40 << 10) / static_cast<std::int64_t>(sizeof(float)), small = 1000000,
                         min_pixels = 64;
  const std::int64_t size = std::max<std::int64_t>(1, bands.pixels * bands.g.taps());
  const std::int64_t max_bands = std::max<std::int64_t>(1, bands.count);
  const std::int64_t cached = std::max(numbers / size, min_pixels / bands.pixels);
  return std::clamp<std::int64_t>(std::min(cached, small / (size * bands.g.group_out())), 1, max_bands);
}

// A window is copied in runs of pixels whose numbers lie side by side in x and in the columns alike: its rows of kw
// pixels, or single pixels where dilation or groups leave gaps between them.
std::int64_t run_pixels(const ConvGeometry& g) { return g.dilation.width == 1 && g.groups == 1 ? g.kw : 1; }
std::int64_t run_size(const ConvGeometry& g) { return run_pixels(g) * g.group_in(); }

// For all windows of a group's channels that row `row` of y (before pooling, counted over the batch) is made of, calls
//   body(column, source, begin, end)
// for each of a window's runs: its numbers lie from `column` on in the columns and from `source` on in x, but only the
// numbers begin … end − 1 of them are inside the image; the others are padding.
template <class Body>
void for_window_runs(const ConvGeometry& g, std::int64_t row, std::int64_t group, Body body) {
  const std::int64_t image = row / g.out_h, i = row % g.out_h, run = run_pixels(g), in = g.group_in(), size = run * in;
  const std::int64_t stride = g.stride.width, taps = g.taps(), step = stride * g.in;
  for (std::int64_t r = 0; r < g.kh; ++r) {
    const std::int64_t y = i * g.stride.height + r * g.dilation.height - g.padding.top;
    const bool inside = y >= 0 && y < g.h;
    for (std::int64_t s = 0; s < g.kw; s += run) {
      // The first window's run begins so many pixels to the left of the image.
      const std::int64_t left = g.padding.left - s * g.dilation.width;
      // Runs of windows [first, last) lie between the left and the right side of the image.
      const std::int64_t first = std::clamp<std::int64_t>((left + stride - 1) / stride, 0, g.out_w);
      const std::int64_t last = std::clamp<std::int64_t>((g.w - run + left + stride) / stride, first, g.out_w);
      std::int64_t column = (r * g.kw + s) * in, source = ((image * g.h + y) * g.w - left) * g.in + group * in;
      const auto side = [&](std::int64_t from, std::int64_t to) {
        for (std::int64_t j = from; j < to; ++j, column += taps, source += step) {
          const std::int64_t begin = std::clamp<std::int64_t>(left - j * stride, 0, run);
          const std::int64_t end = std::clamp<std::int64_t>(g.w + left - j * stride, begin, run);
          body(column, source, inside ? begin * in : size, inside ? end * in : size);
        }
      };
      if (!inside) {
        side(0, g.out_w);
        continue;
      }
      side(0, first);
      for (std::int64_t j = first; j < last; ++j, column += taps, source += step) body(column, source, 0, size);
      side(last, g.out_w);
    }
  }
}

// std::copy_n for few numbers, which is slow as a call: copies pieces of 32 bytes. n ≥ piece_size; the last piece ends
// with the last number and so overlaps the one before.
using Piece = LanesOf<real, 32>;
constexpr std::int64_t piece_size = lane_count_of<real, 32>;
inline void copy_pieces(const real* from, std::int64_t n, real* to, std::int64_t pieces) {
  for (std::int64_t k = 0; k < pieces; ++k) {
    const std::int64_t at = std::min(k * piece_size, n - piece_size);
    Piece piece;
    std::memcpy(&piece, from + at, sizeof piece);
    std::memcpy(to + at, &piece, sizeof piece);
  }
}

// columns [out_w, taps] = a group's windows of one row of y before pooling; 0 outside the image.
void copy_windows(const ConvGeometry& g, const real* x, std::int64_t row, std::int64_t group, real* columns) {
  const std::int64_t size = run_size(g);
  const auto copy = [&](auto copy_run) {
    for_window_runs(g, row, group, [&](std::int64_t column, std::int64_t source, std::int64_t begin, std::int64_t end) {
      real* to = columns + column;
      if (begin == 0 && end == size) return copy_run(x + source, to);
      std::fill(to, to + begin, real(0));
      std::copy(x + source + begin, x + source + end, to + begin);
      std::fill(to + end, to + size, real(0));
    });
  };
  const auto numbers = [&]<std::int64_t n>(std::integral_constant<std::int64_t, n>) {
    copy([](const real* from, real* to) { std::memcpy(to, from, n * sizeof(real)); });
  };
  const auto pieces = [&](auto count) {
    copy([size, count](const real* from, real* to) { copy_pieces(from, size, to, count); });
  };
  // The rows of windows of 3 and 5 pixels in grey images, and of few pieces, are worth loops without a branch.
  switch (const std::int64_t count = (size + piece_size - 1) / piece_size; count) {
    case 1:
      if (size == 3) return numbers(std::integral_constant<std::int64_t, 3>{});
      if (size == 5) return numbers(std::integral_constant<std::int64_t, 5>{});
      if (size == piece_size) return pieces(std::integral_constant<std::int64_t, 1>{});
      return copy([size](const real* from, real* to) { std::copy_n(from, size, to); });
    case 2:
      return pieces(std::integral_constant<std::int64_t, 2>{});
    case 3:
      return pieces(std::integral_constant<std::int64_t, 3>{});
    default:
      return pieces(count);
  }
}

// Adds the windows of one row of y back to where they came from.
void add_windows(const ConvGeometry& g, const real* columns, std::int64_t row, std::int64_t group, real* dx) {
  for_window_runs(g, row, group, [&](std::int64_t column, std::int64_t target, std::int64_t begin, std::int64_t end) {
    const real* from = columns + column;
    for (std::int64_t t = begin; t < end; ++t) dx[target + t] += from[t];
  });
}

// The columns of bands [begin, end) for a group.
void copy_bands(const Bands& bands, const real* x, std::int64_t begin, std::int64_t end, std::int64_t group,
                real* columns) {
  for (std::int64_t band = begin; band < end; ++band)
    for (std::int64_t r = 0; r < bands.g.pool; ++r, columns += bands.g.out_w * bands.g.taps())
      copy_windows(bands.g, x, bands.first_row(band) + r, group, columns);
}

// The gradient of bands [begin, end) before pooling: in dy itself, or spread out in `space`.
const real* band_gradients(const Bands& bands, const real* dy, const real* winners, std::int64_t begin,
                           std::int64_t end, real* space) {
  if (bands.g.pool == 1) return dy + begin * bands.y_size;
  for (std::int64_t band = begin; band < end; ++band)
    unpool_band(bands.g, dy + band * bands.y_size, winners + band * bands.y_size,
                space + (band - begin) * bands.pixels * bands.g.out);
  return space;
}

// The filters of each group [taps, group_out], or for the gradient of the input [group_out, taps], packed.
std::vector<PackedMatrix> packed_filters(const ConvGeometry& g, const real* weight, bool transposed,
                                         std::pmr::memory_resource* memory) {
  std::vector<PackedMatrix> filters;
  filters.reserve(static_cast<std::size_t>(g.groups));
  const std::int64_t taps = g.taps(), out = g.group_out();
  for (std::int64_t group = 0; group < g.groups; ++group)
    filters.emplace_back(transposed ? out : taps, transposed ? taps : out,
                         MatrixView{weight + group * out, g.out, transposed}, memory);
  return filters;
}

// Numbers for one block before pooling, where there is pooling.
std::int64_t unpooled_size(const Bands& bands, std::int64_t block) {
  return bands.g.pool == 1 ? 0 : block * bands.pixels * bands.g.out;
}

}  // namespace

void lowered_forward(const ConvGeometry& g, const real* x, const real* weight, const ConvTail& tail, real* y,
                     real* winners, std::pmr::memory_resource* memory) {
  constexpr std::int64_t blocks_per_task = 8;
  const Bands bands{g};
  const std::int64_t block = bands_per_block(bands), taps = g.taps();
  Workspaces columns(block * bands.columns_size, memory), unpooled(unpooled_size(bands, block), memory);
  const std::vector<PackedMatrix> filters = packed_filters(g, weight, false, memory);
  const auto make = [&](std::int64_t begin, std::int64_t end, real* c, real* product) {
    real* to = y + begin * bands.y_size;
    if (g.pool == 1) product = to;
    for (std::int64_t group = 0; group < g.groups; ++group) {
      copy_bands(bands, x, begin, end, group, c);
      filters[static_cast<std::size_t>(group)].multiply((end - begin) * bands.pixels, c, taps, nullptr,
                                                        product + group * g.group_out(), g.out);
    }
    if (g.pool > 1)
      for (std::int64_t band = begin; band < end; ++band)
        pool_band(g, product + (band - begin) * bands.pixels * g.out, y + band * bands.y_size,
                  winners + band * bands.y_size);
    // Bias and activation keep the order of numbers, so they may follow the maximum.
    finish_rows(to, g.out, (end - begin) * bands.y_size / g.out, g.out, tail.bias, tail.activation);
  };
  parallel_for_workers(bands.count, blocks_per_task * block,
                       [&](std::int64_t worker, std::int64_t first, std::int64_t last) {
                         for (std::int64_t begin = first; begin < last; begin += block)
                           make(begin, std::min(last, begin + block), columns.of(worker), unpooled.of(worker));
                       });
}

void lowered_input_gradient(const ConvGeometry& g, const real* dy, const real* winners, const real* weight, real* dx,
                            std::pmr::memory_resource* memory) {
  // Enough pixels for one product to be worth its packing; windows overlap, so that one worker has whole images.
  constexpr std::int64_t pixels = 384;
  const Bands bands{g};
  const std::int64_t block = std::max<std::int64_t>(1, pixels / bands.pixels), taps = g.taps();
  const std::int64_t images = (block + bands.per_image - 1) / bands.per_image, image = g.h * g.w * g.in;
  const std::vector<PackedMatrix> filters = packed_filters(g, weight, true, memory);
  Workspaces columns(block * bands.columns_size, memory), unpooled(unpooled_size(bands, block), memory);
  parallel_for_workers(g.batch, images, [&](std::int64_t worker, std::int64_t first, std::int64_t last) {
    real* c = columns.of(worker);
    std::fill(dx + first * image, dx + last * image, real(0));
    for (std::int64_t begin = first * bands.per_image; begin < last * bands.per_image; begin += block) {
      const std::int64_t end = std::min(last * bands.per_image, begin + block);
      const real* d = band_gradients(bands, dy, winners, begin, end, unpooled.of(worker));
      for (std::int64_t group = 0; group < g.groups; ++group) {
        filters[static_cast<std::size_t>(group)].multiply((end - begin) * bands.pixels, d + group * g.group_out(),
                                                          g.out, nullptr, c, taps);
        const real* from = c;
        for (std::int64_t band = begin; band < end; ++band)
          for (std::int64_t r = 0; r < g.pool; ++r, from += g.out_w * taps)
            add_windows(g, from, bands.first_row(band) + r, group, dx);
      }
    }
  });
}

void lowered_weight_gradient(const ConvGeometry& g, const real* x, const real* dy, const real* winners, real* dweight,
                             std::pmr::memory_resource* memory) {
  // Every block reads and writes all of the sums: enough pixels for one.
  constexpr std::int64_t pixels = 192;
  const Bands bands{g};
  const std::int64_t block = std::max(bands_per_block(bands), std::min(bands.count, pixels / bands.pixels));
  const std::int64_t taps = g.taps(), size = taps * g.out;
  const std::int64_t blocks = (bands.count + block - 1) / block, per_part = (blocks + max_parts - 1) / max_parts;
  const std::int64_t parts = per_part == 0 ? 0 : (blocks + per_part - 1) / per_part;
  Workspaces columns(block * bands.columns_size, memory), unpooled(unpooled_size(bands, block), memory);
  Tensor sums = Tensor::uninitialized(Shape{parts, size}, memory);
  // They are [out, taps] where such rows leave fewer of a register's lanes empty than those of dweight, [taps, out].
  const bool turned = filled_lanes(taps) > filled_lanes(g.group_out());
  parallel_for_workers(blocks, per_part, [&](std::int64_t worker, std::int64_t first, std::int64_t last) {
    real* c = columns.of(worker);
    real* sum = sums.data() + first / per_part * size;
    for (std::int64_t b = first; b < last; ++b) {
      const std::int64_t begin = b * block, end = std::min(bands.count, begin + block);
      const real* d = band_gradients(bands, dy, winners, begin, end, unpooled.of(worker));
      for (std::int64_t group = 0, part = 0; group < g.groups; ++group, part += g.group_out()) {
        copy_bands(bands, x, begin, end, group, c);
        if (turned)
          gemm_block(g.group_out(), taps, (end - begin) * bands.pixels, {d + part, g.out, true}, {c, taps},
                     sum + part * taps, taps, b > first);
        else
          gemm_block(taps, g.group_out(), (end - begin) * bands.pixels, {c, taps, true}, {d + part, g.out}, sum + part,
                     g.out, b > first);
      }
    }
  });
  if (!turned) return sum_middle(dweight, sums.data(), {1, parts, size});
  Tensor total = Tensor::uninitialized(Shape{g.out, taps}, memory);
  sum_middle(total.data(), sums.data(), {1, parts, size});
  for (std::int64_t tap = 0; tap < taps; ++tap)
    for (std::int64_t o = 0; o < g.out; ++o) dweight[tap * g.out + o] = total[o * taps + tap];
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
