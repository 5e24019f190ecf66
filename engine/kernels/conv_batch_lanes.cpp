#include <cotape/engine/base/workspaces.h>
#include <cotape/engine/kernels/conv_batch_lanes.h>
#include <cotape/engine/kernels/conv_pool.h>
#include <cotape/engine/kernels/reduce.h>
#include <cotape/engine/kernels/transpose_lanes.h>

#include <algorithm>
#include <vector>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// Sums that stay in registers: of the forward pass pixels × filters, of the gradient of the filters taps × filters.
constexpr bool many_registers = lane_bytes == 64;
constexpr int tile_pixels = many_registers ? 4 : 2, tile_filters = 5;
constexpr int tile_taps = many_registers ? 4 : 3, tile_slopes = many_registers ? 5 : 3;

// The gradient of the filters is summed in at most so many parts, which run in parallel: a fixed number, so that the
// order of additions does not depend on the number of threads.
constexpr std::int64_t max_parts = 8;

// Images in groups of one for each lane, the last group perhaps with fewer. Numbers of a group are [number, lane].
struct Groups {
  const ConvGeometry& g;
  std::int64_t count = (g.batch + lane_count - 1) / lane_count;
  std::int64_t width = g.w + g.padding.left + g.padding.right;  // with the zeros around an image
  std::int64_t x_size = (g.h + g.padding.top + g.padding.bottom) * width * g.in;
  std::int64_t rows = g.out_h / g.pool, columns = g.out_w / g.pool;
  std::int64_t y_size = rows * columns * g.out;

  std::int64_t images(std::int64_t group) const { return std::min(lane_count, g.batch - group * lane_count); }
  // Where the window of a pixel before pooling begins in a group's x, and where its taps lie from there.
  std::int64_t window(std::int64_t i, std::int64_t j) const {
    return (i * g.stride.height * width + j * g.stride.width) * g.in * lane_count;
  }
  std::vector<std::int64_t> taps = tap_places();

  std::vector<std::int64_t> tap_places() const {
    std::vector<std::int64_t> places;
    for (std::int64_t r = 0; r < g.kh; ++r)
      for (std::int64_t s = 0; s < g.kw; ++s)
        for (std::int64_t c = 0; c < g.in; ++c)
          places.push_back(((r * g.dilation.height * width + s * g.dilation.width) * g.in + c) * lane_count);
    return places;
  }
};

// body(images): with a compile-time constant for a group that has an image in each lane.
template <class Body>
void for_images(std::int64_t images, Body body) {
  if (images == lane_count)
    body(AllLanes{});
  else
    body(images);
}

// to [n, lane] = n numbers of each of `images` images, which are `stride` apart; 0 in lanes without an image.
void to_lanes(const real* from, std::int64_t stride, std::int64_t images, std::int64_t n, real* to) {
  for_images(images, [&](auto all) {
    for_lanes(n, [&](std::int64_t first, auto count) {
      Lanes square[lane_count];
      for (std::int64_t image = 0; image < all; ++image)
        square[image] = load_lanes(from + image * stride + first, count);
      for (std::int64_t image = all; image < lane_count; ++image) square[image] = Lanes{};
      transpose(square);
      for (std::int64_t i = 0; i < count; ++i) store_lanes(to + (first + i) * lane_count, square[i]);
    });
  });
}

// The way back.
void from_lanes(const real* from, std::int64_t stride, std::int64_t images, std::int64_t n, real* to) {
  for_images(images, [&](auto all) {
    for_lanes(n, [&](std::int64_t first, auto count) {
      Lanes square[lane_count];
      for (std::int64_t i = 0; i < count; ++i) square[i] = load_lanes(from + (first + i) * lane_count);
      for (std::int64_t i = count; i < lane_count; ++i) square[i] = Lanes{};
      transpose(square);
      for (std::int64_t image = 0; image < all; ++image) store_lanes(to + image * stride + first, square[image], count);
    });
  });
}

void clear_padding(const Groups& groups, real* x) {
  if (groups.g.padding != Padding{}) std::fill_n(x, groups.x_size * lane_count, real(0));
}

// A group's images with zeros around them. The zeros must be there already.
void images_to_lanes(const Groups& groups, const real* x, std::int64_t group, real* to) {
  const ConvGeometry& g = groups.g;
  const std::int64_t image = g.h * g.w * g.in, images = groups.images(group);
  const real* from = x + group * lane_count * image;
  if (g.padding == Padding{}) return to_lanes(from, image, images, image, to);
  for (std::int64_t i = 0; i < g.h; ++i)
    to_lanes(from + i * g.w * g.in, image, images, g.w * g.in,
             to + ((i + g.padding.top) * groups.width + g.padding.left) * g.in * lane_count);
}

// y [pixel, out, lane] of windows that begin at these places of x.
void convolve_windows(const Groups& groups, const real* x, const real* weight,
                      const std::int64_t (&windows)[tile_pixels], real* y) {
  const ConvGeometry& g = groups.g;
  const bool gaps = g.dilation.width != 1;
  const std::int64_t run = gaps ? g.in : g.kw * g.in, taps = g.taps();  // of taps side by side
  for (std::int64_t start = 0; start < g.out; start += tile_filters) {
    const std::int64_t first = std::min(start, g.out - tile_filters);
    Lanes sums[tile_filters][tile_pixels] = {};
    const real* w = weight + first;
    for (std::int64_t begin = 0; begin < taps; begin += run) {
      const real* from = x + groups.taps[begin];
      for (std::int64_t t = 0; t < run; ++t, from += lane_count, w += g.out) {
        Lanes pixels[tile_pixels];
        for (int p = 0; p < tile_pixels; ++p) pixels[p] = load_lanes(from + windows[p]);
        for (int o = 0; o < tile_filters; ++o)
          for (int p = 0; p < tile_pixels; ++p) sums[o][p] += w[o] * pixels[p];
      }
    }
    for (int p = 0; p < tile_pixels; ++p)
      for (int o = 0; o < tile_filters; ++o) store_lanes(y + (p * g.out + first + o) * lane_count, sums[o][p]);
  }
}

// y, and winners where there is pooling, [pixel, out, lane]; `space`: for one window of pooling.
void convolve_group(const Groups& groups, const real* x, const real* weight, real* y, real* winners, real* space) {
  const ConvGeometry& g = groups.g;
  const std::int64_t filters = g.out * lane_count, pool = g.pool;
  std::int64_t windows[tile_pixels];
  for (std::int64_t i = 0; i < groups.rows; ++i)
    for (std::int64_t j = 0; j < groups.columns;) {
      if (pool == 1) {
        for (std::int64_t p = 0; p < tile_pixels; ++p)
          windows[p] = groups.window(i, std::min(j + p, groups.columns - 1));
        convolve_windows(groups, x, weight, windows, space);
        const std::int64_t pixels = std::min<std::int64_t>(tile_pixels, groups.columns - j);
        y = std::copy_n(space, pixels * filters, y);
        j += pixels;
        continue;
      }
      for (std::int64_t q = 0; q < pool * pool; q += tile_pixels) {
        for (std::int64_t p = 0; p < tile_pixels; ++p) {
          const std::int64_t place = std::min(q + p, pool * pool - 1);
          windows[p] = groups.window(i * pool + place / pool, j * pool + place % pool);
        }
        convolve_windows(groups, x, weight, windows, space + q * filters);
      }
      for (std::int64_t o = 0; o < filters; o += lane_count) {
        LargestLanes largest(load_lanes(space + o));
        for (std::int64_t q = 0; q < pool * pool; ++q) largest.next(load_lanes(space + q * filters + o), q);
        store_lanes(y + o, largest.value);
        store_lanes(winners + o, largest.winner);
      }
      y += filters, winners += filters, ++j;
    }
}

// Numbers that convolve_group needs as `space`.
std::int64_t space_size(const ConvGeometry& g) { return (g.pool * g.pool + tile_pixels) * g.out * lane_count; }

// sums [taps, out, lane] = or += x · the gradient before pooling, summed over the pixels: dy, where there is pooling at
// the pixel that won its window alone.
template <bool pools>
void add_group(const Groups& groups, const real* x, const real* dy, const real* winners, real* sums, bool accumulate) {
  const ConvGeometry& g = groups.g;
  const std::int64_t taps = g.taps(), filters = g.out * lane_count;
  for (std::int64_t t = 0; t < taps; t += tile_taps)
    for (std::int64_t o = 0; o < g.out; o += tile_slopes) {
      // The last tile begins early enough to be full; what the one before has already is not added again.
      const std::int64_t first_tap = std::min(t, taps - tile_taps), first = std::min(o, g.out - tile_slopes);
      const std::int64_t* places = groups.taps.data() + first_tap;
      Lanes tile[tile_taps][tile_slopes] = {};
      const auto add = [&](const real* window, const Lanes(&slopes)[tile_slopes]) {
        for (int k = 0; k < tile_taps; ++k) {
          const Lanes number = load_lanes(window + places[k]);
          for (int c = 0; c < tile_slopes; ++c) tile[k][c] += number * slopes[c];
        }
      };
      std::int64_t place = first * lane_count;
      for (std::int64_t i = 0; i < groups.rows; ++i)
        for (std::int64_t j = 0; j < groups.columns; ++j, place += filters) {
          Lanes slopes[tile_slopes];
          for (int c = 0; c < tile_slopes; ++c) slopes[c] = load_lanes(dy + place + c * lane_count);
          if constexpr (!pools) {
            add(x + groups.window(i, j), slopes);
            continue;
          }
          for (std::int64_t r = 0, number = 0; r < g.pool; ++r)
            for (std::int64_t s = 0; s < g.pool; ++s, ++number) {
              Lanes won[tile_slopes];
              for (int c = 0; c < tile_slopes; ++c) {
                const Lanes winner = load_lanes(winners + place + c * lane_count);
                won[c] = winner == Lanes{} + static_cast<real>(number) ? slopes[c] : Lanes{};
              }
              add(x + groups.window(i * g.pool + r, j * g.pool + s), won);
            }
        }
      for (std::int64_t k = t - first_tap; k < tile_taps; ++k)
        for (std::int64_t c = o - first; c < tile_slopes; ++c) {
          real* sum = sums + (first_tap + k) * filters + (first + c) * lane_count;
          store_lanes(sum, accumulate ? load_lanes(sum) + tile[k][c] : tile[k][c]);
        }
    }
}

}  // namespace

bool batch_lanes_apply(const ConvGeometry& g) {
  constexpr std::int64_t most_numbers = 8192;  // of an image: those of a group then stay in the second-level cache
  constexpr std::int64_t least_groups = 8;     // to be shared among threads
  constexpr double least_gain = 0.2;
  if (g.groups != 1 || g.out < std::max(tile_filters, tile_slopes) || g.taps() < tile_taps || g.out > 2 * lane_count ||
      filled_lanes(g.batch) <= filled_lanes(g.out) + least_gain)
    return false;
  const Groups groups{g};
  return groups.count >= least_groups && groups.x_size <= most_numbers;
}

void batch_lanes_forward(const ConvGeometry& g, const real* x, const real* weight, const ConvTail& tail, real* y,
                         real* winners, std::pmr::memory_resource* memory) {
  const Groups groups{g};
  const bool pools = g.pool > 1;
  Workspaces images(groups.x_size * lane_count, memory), results(groups.y_size * lane_count, memory),
      places(pools ? groups.y_size * lane_count : 0, memory), space(space_size(g), memory);
  parallel_for_workers(groups.count, 1, [&](std::int64_t worker, std::int64_t begin, std::int64_t end) {
    clear_padding(groups, images.of(worker));
    for (std::int64_t group = begin; group < end; ++group) {
      const std::int64_t first = group * lane_count * groups.y_size, count = groups.images(group);
      images_to_lanes(groups, x, group, images.of(worker));
      convolve_group(groups, images.of(worker), weight, results.of(worker), places.of(worker), space.of(worker));
      from_lanes(results.of(worker), groups.y_size, count, groups.y_size, y + first);
      if (pools) from_lanes(places.of(worker), groups.y_size, count, groups.y_size, winners + first);
      // Bias and activation keep the order of numbers, so they may follow the maximum.
      finish_rows(y + first, g.out, count * groups.y_size / g.out, g.out, tail.bias, tail.activation);
    }
  });
}

void batch_lanes_weight_gradient(const ConvGeometry& g, const real* x, const real* dy, const real* winners,
                                 real* dweight, std::pmr::memory_resource* memory) {
  const Groups groups{g};
  const bool pools = g.pool > 1;
  const std::int64_t size = g.taps() * g.out, per_part = (groups.count + max_parts - 1) / max_parts;
  const std::int64_t parts = (groups.count + per_part - 1) / per_part, pooled = groups.y_size * lane_count;
  Workspaces images(groups.x_size * lane_count, memory), slopes(pooled, memory), places(pools ? pooled : 0, memory);
  Tensor sums = Tensor::uninitialized(Shape{parts, size * lane_count}, memory);
  parallel_for_workers(groups.count, per_part, [&](std::int64_t worker, std::int64_t begin, std::int64_t end) {
    clear_padding(groups, images.of(worker));
    for (std::int64_t group = begin; group < end; ++group) {
      const std::int64_t first = group * lane_count * groups.y_size, count = groups.images(group);
      images_to_lanes(groups, x, group, images.of(worker));
      to_lanes(dy + first, groups.y_size, count, groups.y_size, slopes.of(worker));
      if (pools) to_lanes(winners + first, groups.y_size, count, groups.y_size, places.of(worker));
      const auto add = pools ? add_group<true> : add_group<false>;
      add(groups, images.of(worker), slopes.of(worker), places.of(worker),
          sums.data() + begin / per_part * size * lane_count, group > begin);
    }
  });
  Tensor total = Tensor::uninitialized(Shape{size * lane_count}, memory);
  sum_middle(total.data(), sums.data(), {1, parts, size * lane_count});
  for (std::int64_t i = 0; i < size; ++i) {
    real sum = 0;
    for (std::int64_t lane = 0; lane < lane_count; ++lane) sum += total[i * lane_count + lane];
    dweight[i] = sum;
  }
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
