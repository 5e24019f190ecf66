#pragma once
#include <utility>

#include <cotape/engine/kernels/lanes.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Blocks off the diagonal of a square change places: of `distance` × `distance` numbers.
template <std::int64_t distance, std::size_t... lane>
void exchange_blocks(Lanes (&square)[lane_count], std::index_sequence<lane...>) {
  constexpr auto count = static_cast<std::size_t>(lane_count), by = static_cast<std::size_t>(distance);
  for (std::int64_t i = 0; i < lane_count; ++i) {
    if (i & distance) continue;
    const Lanes upper = square[i], lower = square[i + distance];
    square[i] = __builtin_shufflevector(upper, lower, (lane & by ? count + lane - by : lane)...);
    square[i + distance] = __builtin_shufflevector(upper, lower, (lane & by ? count + lane : lane + by)...);
  }
}

// Exchanges rows and columns of a square of numbers, one register a row.
template <std::int64_t distance = 1>
void transpose(Lanes (&square)[lane_count]) {
  exchange_blocks<distance>(square, std::make_index_sequence<static_cast<std::size_t>(lane_count)>{});
  if constexpr (2 * distance < lane_count) transpose<2 * distance>(square);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
