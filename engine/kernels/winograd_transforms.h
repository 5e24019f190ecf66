#pragma once
#include <cotape/engine/kernels/lanes.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The transforms of Winograd's F(4, 3) and F(3, 4), outputs and taps of a filter along one axis, with the points 0, ±1,
// ±2, ∞ (Lavin and Gray 2016, §4.2; that of the inputs depends on the points alone). Applied along both axes of a tile
// they are those of F(4×4, 3×3) and F(3×3, 4×4). T is real, or Lanes: one tile for each lane.
inline constexpr int winograd_tile = 6;  // inputs of a tile along one axis, and products
inline constexpr int winograd_points = winograd_tile * winograd_tile;

// Outputs of a tile along one axis.
constexpr int winograd_outputs(int taps) { return winograd_tile + 1 - taps; }

// Bᵀ x: 6 inputs → 6 points.
template <class T>
void transform_input(const T (&x)[6], T (&t)[6]) {
  const T even = x[4] - real(4) * x[2], odd = x[3] - real(4) * x[1];
  const T even2 = x[4] - x[2], odd2 = real(2) * (x[3] - x[1]);
  t[0] = real(4) * x[0] - real(5) * x[2] + x[4];
  t[1] = even + odd;
  t[2] = even - odd;
  t[3] = even2 + odd2;
  t[4] = even2 - odd2;
  t[5] = real(4) * x[1] - real(5) * x[3] + x[5];
}

// Aᵀ m: 6 products → outputs.
template <class T, int outputs>
void transform_output(const T (&m)[6], T (&y)[outputs]) {
  static_assert(outputs == 3 || outputs == 4);
  const T sum1 = m[1] + m[2], sum2 = m[3] + m[4];
  const T difference1 = m[1] - m[2], difference2 = m[3] - m[4];
  y[0] = m[0] + sum1 + sum2;
  y[1] = difference1 + real(2) * difference2;
  y[2] = sum1 + real(4) * sum2;
  if constexpr (outputs == 4) y[3] = difference1 + real(8) * difference2;
  y[outputs - 1] += m[5];
}

// A dy: the transpose of transform_output, cotangents → 6 points.
template <class T, int outputs>
void transform_cotangent(const T (&dy)[outputs], T (&t)[6]) {
  const T even = dy[0] + dy[2], even2 = dy[0] + real(4) * dy[2];
  T odd = dy[1], odd2 = real(2) * dy[1];
  if constexpr (outputs == 4) odd += dy[3], odd2 += real(8) * dy[3];
  t[0] = dy[0];
  t[1] = even + odd;
  t[2] = even - odd;
  t[3] = even2 + odd2;
  t[4] = even2 - odd2;
  t[5] = dy[outputs - 1];
}

// G w: weights → 6 points.
template <class T, int taps>
void transform_filter(const T (&w)[taps], T (&u)[6]) {
  static_assert(taps == 3 || taps == 4);
  constexpr real third = real(1) / 3, sixth = real(1) / 6, twelfth = real(1) / 12, twenty_fourth = real(1) / 24;
  const T even = (w[0] + w[2]) * -sixth, even2 = w[0] * twenty_fourth + w[2] * sixth;
  T odd = w[1] * -sixth, odd2 = w[1] * twelfth;
  if constexpr (taps == 4) odd -= w[3] * sixth, odd2 += w[3] * third;
  u[0] = w[0] * real(0.25);
  u[1] = even + odd;
  u[2] = even - odd;
  u[3] = even2 + odd2;
  u[4] = even2 - odd2;
  u[5] = w[taps - 1];
}

// Gᵀ du: the transpose of transform_filter.
template <class T, int taps>
void transform_filter_gradient(const T (&u)[6], T (&w)[taps]) {
  const T sum1 = u[1] + u[2], sum2 = u[3] + u[4];
  w[0] = u[0] / real(4) - sum1 / real(6) + sum2 / real(24);
  w[1] = (u[2] - u[1]) / real(6) + (u[3] - u[4]) / real(12);
  w[2] = sum2 / real(6) - sum1 / real(6);
  if constexpr (taps == 4) w[3] = (u[2] - u[1]) / real(6) + (u[3] - u[4]) / real(3);
  w[taps - 1] += u[5];
}

// Applies a transform M of one axis to both axes of a tile: y = M x Mᵀ with x [In, In] and y [Out, Out]. load(r, s)
// returns x[r, s]; store(p, q, value) is called with every y[p, q]. Six rows of y are made three and three, so that
// what lies between the two axes stays in registers; the tile is then read twice.
template <int In, int Out, class T, class Transform, class Load, class Store>
[[gnu::always_inline]] inline void transform_tile(Transform transform, Load load, Store store) {
  constexpr int rows = Out == 6 ? 3 : Out;
  const auto make_rows = [&]<int first>(std::integral_constant<int, first>) __attribute__((always_inline)) {
    T half[In][rows];
#pragma GCC unroll 6
    for (int s = 0; s < In; ++s) {
      T x[In], t[Out];
#pragma GCC unroll 6
      for (int r = 0; r < In; ++r) x[r] = load(r, s);
      transform(x, t);
#pragma GCC unroll 6
      for (int p = 0; p < rows; ++p) half[s][p] = t[first + p];
    }
#pragma GCC unroll 6
    for (int p = 0; p < rows; ++p) {
      T x[In], y[Out];
#pragma GCC unroll 6
      for (int s = 0; s < In; ++s) x[s] = half[s][p];
      transform(x, y);
#pragma GCC unroll 6
      for (int q = 0; q < Out; ++q) store(first + p, q, y[q]);
    }
  };
  make_rows(std::integral_constant<int, 0>{});
  if constexpr (rows < Out) make_rows(std::integral_constant<int, rows>{});
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
