#pragma once
#include <utility>

#include <cotape/engine/kernels/lanes.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Of two registers a and b: exchanges the numbers of a whose place has the bit `step` with those of b whose has not.
template <std::size_t step, std::size_t... place>
void exchange(Lanes& a, Lanes& b, std::index_sequence<place...>) {
  constexpr std::size_t n = sizeof...(place);
  const Lanes first = __builtin_shufflevector(a, b, (place & step ? n + place - step : place)...);
  b = __builtin_shufflevector(a, b, (place & step ? n + place : place + step)...);
  a = first;
}

// Transposes a square of numbers, one register a row: quarters that lie crosswise change places, then quarters of
// quarters.
template <std::size_t step = lane_count / 2>
[[gnu::always_inline]] inline void transpose(Lanes (&square)[lane_count]) {
  if constexpr (step > 0) {
    for (std::size_t i = 0; i < lane_count; ++i)
      if (!(i & step)) exchange<step>(square[i], square[i + step], std::make_index_sequence<lane_count>());
    transpose<step / 2>(square);
  }
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
