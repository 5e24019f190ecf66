#pragma once
#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <cotape/engine/base/parallel.h>
#include <cotape/engine/kernels/lanes.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Loops over the rows of a matrix [rows, channels], such as the pixels of a batch of images. They work on a group of
// neighbouring channels at a time: one register, or what is left for the last group (for_lanes in lanes.h).

// N sums over the rows for each channel c: sums[k][c] for k < N.
template <std::size_t N>
using ChannelSums = std::array<std::vector<double>, N>;

// N sums for every channel in one pass over memory. For every row r and every group of n channels from channel c on it
// calls
//   add(r·channels + c, c, n, sums)
// where the first argument is the place of the group's first number, and `sums` are N Lanes, to each of which `add`
// adds this row's terms; it may also write to the same places of another matrix. 64 rows at a time are summed in
// `real`, and their sums in double. Parts of the rows run in parallel; the order of additions depends on rows and
// channels alone.
template <std::size_t N, class Add>
ChannelSums<N> sum_channels(std::int64_t rows, std::int64_t channels, Add add) {
  constexpr std::int64_t run = 64, max_parts = 32;
  const std::int64_t per_part = std::max(run, (rows + max_parts - 1) / max_parts);
  const std::int64_t parts = (rows + per_part - 1) / per_part;
  std::vector<double> partial(static_cast<std::size_t>(parts * channels) * N);
  parallel_for(rows, per_part, [&](std::int64_t begin, std::int64_t end) {
    double* own = partial.data() + begin / per_part * channels * static_cast<std::int64_t>(N);
    for (std::int64_t first = begin; first < end; first += run) {
      const auto add_groups = [&]<std::int64_t... P>(std::integer_sequence<std::int64_t, P...>, std::int64_t c,
                                                     auto n) {
        Lanes sums[sizeof...(P)][N] = {};
        for (std::int64_t r = first; r < std::min(end, first + run); ++r)
          (add(r * channels + c + P * lane_count, c + P * lane_count, n, sums[P]), ...);
        for (std::size_t k = 0; k < N; ++k) {
          double* to = own + static_cast<std::int64_t>(k) * channels + c;
          for (const auto& group : sums)
            for (std::int64_t i = 0; i < n; ++i) *to++ += static_cast<double>(group[k][i]);
        }
      };
      // Four groups at a time, so that memory is read in longer stretches.
      constexpr std::int64_t wide = 4 * lane_count;
      const std::int64_t in_wide = channels / wide * wide;
      for (std::int64_t c = 0; c < in_wide; c += wide)
        add_groups(std::make_integer_sequence<std::int64_t, 4>{}, c,
                   std::integral_constant<std::int64_t, lane_count>{});
      for_lanes(channels - in_wide, [&](std::int64_t c, auto n) {
        add_groups(std::make_integer_sequence<std::int64_t, 1>{}, in_wide + c, n);
      });
    }
  });
  ChannelSums<N> total;
  for (std::size_t k = 0; k < N; ++k) {
    total[k].resize(static_cast<std::size_t>(channels));
    for (std::int64_t p = 0; p < parts; ++p)
      for (std::int64_t c = 0; c < channels; ++c)
        total[k][static_cast<std::size_t>(c)] += partial[static_cast<std::size_t>(
            (p * static_cast<std::int64_t>(N) + static_cast<std::int64_t>(k)) * channels + c)];
  }
  return total;
}

// Mean and mean square deviation of every channel of x [rows, channels].
struct MeansAndVariances {
  std::vector<double> mean, variance;
};

// Sums are taken around the channel's first number, so that a mean far from 0 costs no digits, and a channel of equal
// numbers has exactly that mean. There is at least one row.
inline MeansAndVariances channel_moments(const real* x, std::int64_t rows, std::int64_t channels) {
  ChannelSums<2> sums = sum_channels<2>(rows, channels, [x](std::int64_t i, std::int64_t c, auto n, Lanes(&sum)[2]) {
    const Lanes d = load_lanes(x + i, n) - load_lanes(x + c, n);
    sum[0] += d;
    sum[1] += d * d;
  });
  for (std::int64_t c = 0; c < channels; ++c) {
    double &mean = sums[0][static_cast<std::size_t>(c)], &variance = sums[1][static_cast<std::size_t>(c)];
    mean /= static_cast<double>(rows);
    variance = std::max(0.0, variance / static_cast<double>(rows) - mean * mean);
    mean += static_cast<double>(x[c]);
  }
  return {std::move(sums[0]), std::move(sums[1])};
}

// Calls body(r·channels + c, c, n) for every row and every group of n channels from channel c on; rows run in parallel.
template <class Body>
void for_channels(std::int64_t rows, std::int64_t channels, Body body) {
  constexpr std::int64_t block = 1 << 14;
  parallel_for(rows, std::max<std::int64_t>(1, block / std::max<std::int64_t>(1, channels)),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t r = begin; r < end; ++r)
                   for_lanes(channels, [&](std::int64_t c, auto n) { body(r * channels + c, c, n); });
               });
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
