#include <cotape/engine/base/parallel.h>
#include <cotape/engine/base/tensor.h>
#include <cotape/engine/kernels/conv_squares.h>
#include <cotape/engine/kernels/conv_winograd.h>

#include <algorithm>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr std::int64_t taps = 4;  // of a filter over squares, along one axis

// Padding is filled up to whole squares; filters then begin with so many rows or columns of zeros.
std::int64_t shift_of(std::int64_t padding) { return padding % 2; }

bool fits(std::int64_t kernel, std::int64_t padding) {
  return kernel > 2 * (taps - 1) && kernel + shift_of(padding) <= 2 * taps;
}

// The convolution over squares.
ConvGeometry geometry_of_squares(const ConvGeometry& g) {
  ConvGeometry squares = g;
  squares.h = (g.h + 1) / 2;
  squares.w = (g.w + 1) / 2;
  squares.in = 4 * g.in;
  squares.kh = squares.kw = taps;
  squares.stride = 1;
  squares.padding.top = (g.padding.top + 1) / 2;
  squares.padding.left = (g.padding.left + 1) / 2;
  return squares;
}

// The image of squares: [batch, h, w, in] of `squares`, channels ordered by row, column and channel in a square. Pixels
// beyond an image of odd size are 0.
Tensor squares_of(const ConvGeometry& g, const ConvGeometry& squares, const real* x,
                  std::pmr::memory_resource* memory) {
  Tensor image = Tensor::uninitialized(Shape{squares.batch, squares.h, squares.w, squares.in}, memory);
  const std::int64_t pair = 2 * g.in, row_size = g.w * g.in;
  parallel_for(squares.batch * squares.h, 16, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i)
      for (int half = 0; half < 2; ++half) {
        const std::int64_t row = i % squares.h * 2 + half;
        real* to = image.data() + i * squares.w * squares.in + half * pair;
        const std::int64_t size = row < g.h ? row_size : 0;
        const real* from = x + (i / squares.h * g.h + row) * row_size;
        for (std::int64_t column = 0; column < squares.w; ++column)
          for (std::int64_t c = 0; c < pair; ++c)
            to[column * squares.in + c] = column * pair + c < size ? from[column * pair + c] : real(0);
      }
  });
  return image;
}

// Calls body(place in `weight`, place among the filters over squares) for the rows of all filters, `out` numbers each.
template <class Body>
void for_filter_rows(const ConvGeometry& g, Body body) {
  for (std::int64_t r = 0; r < g.kh; ++r)
    for (std::int64_t s = 0; s < g.kw; ++s)
      for (std::int64_t c = 0; c < g.in; ++c) {
        const std::int64_t row = r + shift_of(g.padding.top), column = s + shift_of(g.padding.left);
        const std::int64_t channel = (row % 2 * 2 + column % 2) * g.in + c;
        body(((r * g.kw + s) * g.in + c) * g.out, ((row / 2 * taps + column / 2) * 4 * g.in + channel) * g.out);
      }
}

Shape filters_of_squares(const ConvGeometry& squares) { return {taps, taps, squares.in, squares.out}; }

}  // namespace

// Few filters have too little to multiply between the transforms.
bool squares_apply(const ConvGeometry& g) {
  return g.stride == 2 && g.dilation == 1 && g.groups == 1 && g.pool == 1 && g.out >= 16 && fits(g.kh, g.padding.top) &&
         fits(g.kw, g.padding.left);
}

void squares_forward(const ConvGeometry& g, const real* x, const real* weight, const ConvTail& tail, real* y,
                     std::pmr::memory_resource* memory) {
  const ConvGeometry squares = geometry_of_squares(g);
  const Tensor image = squares_of(g, squares, x, memory);
  Tensor filters = Tensor::uninitialized(filters_of_squares(squares), memory);
  std::fill_n(filters.data(), filters.size(), real(0));
  for_filter_rows(g,
                  [&](std::int64_t from, std::int64_t to) { std::copy_n(weight + from, g.out, filters.data() + to); });
  winograd_forward(squares, image.data(), filters.data(), tail, y, nullptr, memory);
}

void squares_weight_gradient(const ConvGeometry& g, const real* x, const real* dy, real* dweight,
                             std::pmr::memory_resource* memory) {
  const ConvGeometry squares = geometry_of_squares(g);
  const Tensor image = squares_of(g, squares, x, memory);
  Tensor dfilters = Tensor::uninitialized(filters_of_squares(squares), memory);
  winograd_weight_gradient(squares, image.data(), dy, nullptr, dfilters.data(), memory);
  for_filter_rows(
      g, [&](std::int64_t to, std::int64_t from) { std::copy_n(dfilters.data() + from, g.out, dweight + to); });
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
