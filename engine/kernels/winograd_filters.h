#pragma once
#include <algorithm>

#include <cotape/engine/base/parallel.h>
#include <cotape/engine/base/tensor.h>
#include <cotape/engine/kernels/packed_matrix.h>
#include <cotape/engine/kernels/transpose_lanes.h>
#include <cotape/engine/kernels/winograd_pixels.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Points of the filters, packed matrices [in, out]; or, for the gradient of the input, of the filters turned by 180°,
// with the two channel axes exchanged: [out, in].
template <int taps>
class WinogradFilters {
 public:
  WinogradFilters(const ConvGeometry& g, const real* weight, bool turned, std::pmr::memory_resource* memory)
      : from_(turned ? g.out : g.in),
        to_(turned ? g.in : g.out),
        size_(PackedView::size(from_, to_)),
        u_(Tensor::uninitialized(Shape{winograd_points, size_}, memory)) {
    if (to_ % PackedView::width() != 0) std::fill_n(u_.data(), u_.size(), real(0));
    if (turned)
      transform_turned(g, weight);
    else
      transform_plain(g, weight);
  }

  // to = from · filters, point by point: [tiles, from.channels] · [from.channels, to.channels].
  void multiply(std::int64_t tiles, const WinogradPoints& from, const WinogradPoints& to) const {
    for (int p = 0; p < winograd_points; ++p)
      PackedView(from_, to_, u_.data() + p * size_)
          .multiply(tiles, from.data + p * from.stride, from_, nullptr, to.data + p * to.stride, to_);
  }

  // Numbers of a point's matrix.
  std::int64_t size() const { return size_; }

  // A point of the filters of one input channel: a register of output channels from c on, a multiple of lane_count.
  const real* at(int p, int q, std::int64_t from_channel, std::int64_t c) const {
    return u_.data() + (p * winograd_tile + q) * size_ + PackedView::place(from_, from_channel, c);
  }

 private:
  // The points of one row of a matrix, n columns from `column` on, from the taps that load(r, s) gives.
  template <class Load, class N>
  void store_points(std::int64_t row, std::int64_t column, N n, Load load) {
    real* to = u_.data() + PackedView::place(from_, row, column);
    transform_tile<taps, winograd_tile, Lanes>(
        transform_filter<Lanes, taps>, load,
        [&](int p, int q, const Lanes& value) { store_lanes(to + (p * winograd_tile + q) * size_, value, n); });
  }

  void transform_plain(const ConvGeometry& g, const real* weight) {
    parallel_for(g.in, 8, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i)
        for_lanes(g.out, [&](std::int64_t o, auto n) {
          store_points(i, o, n,
                       [&](int r, int s) { return load_lanes(weight + ((r * taps + s) * g.in + i) * g.out + o, n); });
        });
    });
  }

  // Squares of channels are transposed, so that those which lie beside each other in the matrices do so in registers.
  void transform_turned(const ConvGeometry& g, const real* weight) {
    const std::int64_t across = (g.out + lane_count - 1) / lane_count, down = (g.in + lane_count - 1) / lane_count;
    parallel_for(down * across, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t square = begin; square < end; ++square) {
        const std::int64_t i = square / across * lane_count, o = square % across * lane_count;
        const std::int64_t rows = std::min(lane_count, g.in - i), columns = std::min(lane_count, g.out - o);
        Lanes w[taps * taps][lane_count];
        for (int tap = 0; tap < taps * taps; ++tap) {
          const real* from = weight + ((taps * taps - 1 - tap) * g.in + i) * g.out + o;
          for (std::int64_t row = 0; row < lane_count; ++row)
            w[tap][row] = row < rows ? load_lanes(from + row * g.out, columns) : Lanes{};
          transpose(w[tap]);
        }
        for (std::int64_t column = 0; column < columns; ++column)
          store_points(o + column, i, rows, [&](int r, int s) { return w[r * taps + s][column]; });
      }
    });
  }

  std::int64_t from_, to_, size_;
  Tensor u_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
