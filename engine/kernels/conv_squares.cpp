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

// Calls body(image row, its pixels, place among the squares) for both rows of pixels of every row of squares, in
// parallel. Behind an image of odd height there is a row without pixels.
template <class Body>
void for_pixel_rows(const ConvGeometry& g, const ConvGeometry& squares, Body body) {
  parallel_for(squares.batch * squares.h, 16, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i)
      for (int half = 0; half < 2; ++half) {
        const std::int64_t row = i % squares.h * 2 + half;
        body(i / squares.h * g.h + row, row < g.h ? g.w : 0, i * squares.w * squares.in + half * 2 * g.in);
      }
  });
}

// The image of squares: [batch, h, w, in] of `squares`, channels ordered by row, column and channel in a square. Pixels
// beyond an image of odd size are 0.
Tensor squares_of(const ConvGeometry& g, const ConvGeometry& squares, const real* x,
                  std::pmr::memory_resource* memory) {
  Tensor image = Tensor::uninitialized(Shape{squares.batch, squares.h, squares.w, squares.in}, memory);
  const std::int64_t pair = 2 * g.in;
  for_pixel_rows(g, squares, [&](std::int64_t row, std::int64_t pixels, std::int64_t place) {
    const real* from = x + row * g.w * g.in;
    for (std::int64_t column = 0; column < squares.w; ++column) {
      const std::int64_t here = std::clamp<std::int64_t>(pixels * g.in - column * pair, 0, pair);
      real* to = image.data() + place + column * squares.in;
      for (std::int64_t c = 0; c < here; ++c) to[c] = from[column * pair + c];
      for (std::int64_t c = here; c < pair; ++c) to[c] = 0;
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

Shape filters_shape(const ConvGeometry& squares) { return {taps, taps, squares.in, squares.out}; }

Tensor filters_over_squares(const ConvGeometry& g, const ConvGeometry& squares, const real* weight,
                            std::pmr::memory_resource* memory) {
  Tensor filters = Tensor::uninitialized(filters_shape(squares), memory);
  std::fill_n(filters.data(), filters.size(), real(0));
  for_filter_rows(g,
                  [&](std::int64_t from, std::int64_t to) { std::copy_n(weight + from, g.out, filters.data() + to); });
  return filters;
}

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
  const Tensor filters = filters_over_squares(g, squares, weight, memory);
  winograd_forward(squares, image.data(), filters.data(), tail, y, nullptr, memory);
}

void squares_input_gradient(const ConvGeometry& g, const real* dy, const real* weight, real* dx,
                            std::pmr::memory_resource* memory) {
  const ConvGeometry squares = geometry_of_squares(g);
  const Tensor filters = filters_over_squares(g, squares, weight, memory);
  Tensor dimage = Tensor::uninitialized(Shape{squares.batch, squares.h, squares.w, squares.in}, memory);
  winograd_input_gradient(squares, dy, nullptr, filters.data(), dimage.data(), memory);
  for_pixel_rows(g, squares, [&](std::int64_t row, std::int64_t pixels, std::int64_t place) {
    for (std::int64_t pixel = 0; pixel < pixels; ++pixel) {
      const real* from = dimage.data() + place + pixel / 2 * squares.in + pixel % 2 * g.in;
      real* to = dx + (row * g.w + pixel) * g.in;
      for (std::int64_t c = 0; c < g.in; ++c) to[c] = from[c];
    }
  });
}

void squares_weight_gradient(const ConvGeometry& g, const real* x, const real* dy, real* dweight,
                             std::pmr::memory_resource* memory) {
  const ConvGeometry squares = geometry_of_squares(g);
  const Tensor image = squares_of(g, squares, x, memory);
  Tensor dfilters = Tensor::uninitialized(filters_shape(squares), memory);
  winograd_weight_gradient(squares, image.data(), dy, nullptr, dfilters.data(), memory);
  for_filter_rows(
      g, [&](std::int64_t to, std::int64_t from) { std::copy_n(dfilters.data() + from, g.out, dweight + to); });
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
