#include <cotape/engine/conv_lowered.h>
#include <cotape/engine/gemm.h>
#include <cotape/engine/reduce.h>
#include <cotape/engine/workspaces.h>

#include <algorithm>

namespace cotape::inline COTAPE_PRECISION {
namespace {

// The weight gradient is summed in at most so many parts, each in order: a number that depends on no thread.
constexpr std::int64_t most_parts = 8;

// Rows of y whose columns are made together: about 192 kilobytes of them, so that a block and its product stay in a
// core's second-level cache.
std::int64_t rows_per_block(const ConvGeometry& g) {
  constexpr std::int64_t numbers = (192 << 10) / static_cast<std::int64_t>(sizeof(float));
  return std::clamp<std::int64_t>(numbers / (g.taps() * g.out_w), 1, std::max<std::int64_t>(1, g.batch * g.out_h));
}

// Calls body(columns, x, inside) for the window rows of row `row` of y (counted over the batch): `columns` is where the
// kw·in numbers of window j, kernel row r lie; x those of the image, at `x_row`, from pixel `first` on, and how many of
// the kw pixels before and after lie outside.
template <class Body>
void for_window_rows(const ConvGeometry& g, std::int64_t row, Body body) {
  const std::int64_t image = row / g.out_h, i = row % g.out_h;
  for (std::int64_t r = 0; r < g.kh; ++r) {
    const std::int64_t y = i * g.stride + r - g.padding.top;
    const bool row_inside = y >= 0 && y < g.h;
    const std::int64_t line = (image * g.h + y) * g.w;
    for (std::int64_t j = 0; j < g.out_w; ++j) {
      const std::int64_t left = j * g.stride - g.padding.left;
      const std::int64_t begin = row_inside ? std::clamp<std::int64_t>(-left, 0, g.kw) : g.kw;
      const std::int64_t end = row_inside ? std::clamp<std::int64_t>(g.w - left, begin, g.kw) : g.kw;
      body((j * g.kh + r) * g.kw * g.in, (line + left) * g.in, begin * g.in, end * g.in);
    }
  }
}

// columns [out_w, taps] = the windows of one row of y; 0 outside the image.
void copy_windows(const ConvGeometry& g, const real* x, std::int64_t row, real* columns) {
  const std::int64_t width = g.kw * g.in;
  for_window_rows(g, row, [&](std::int64_t column, std::int64_t source, std::int64_t begin, std::int64_t end) {
    real* to = columns + column;
    std::fill(to, to + begin, real(0));
    if (begin < end) std::copy(x + source + begin, x + source + end, to + begin);
    std::fill(to + end, to + width, real(0));
  });
}

// Adds the windows of one row of y back to where they came from.
void add_windows(const ConvGeometry& g, const real* columns, std::int64_t row, real* dx) {
  for_window_rows(g, row, [&](std::int64_t column, std::int64_t target, std::int64_t begin, std::int64_t end) {
    const real* from = columns + column;
    for (std::int64_t t = begin; t < end; ++t) dx[target + t] += from[t];
  });
}

}  // namespace

void lowered_forward(const ConvGeometry& g, const real* x, const real* weight, const ConvTail& tail, real* y,
                     std::pmr::memory_resource* memory) {
  const std::int64_t block = rows_per_block(g), taps = g.taps();
  Workspaces columns(block * g.out_w * taps, memory);
  parallel_for_workers(g.batch * g.out_h, block, [&](std::int64_t worker, std::int64_t begin, std::int64_t end) {
    real* c = columns.of(worker);
    for (std::int64_t row = begin; row < end; ++row) copy_windows(g, x, row, c + (row - begin) * g.out_w * taps);
    const std::int64_t pixels = (end - begin) * g.out_w;
    real* out = y + begin * g.out_w * g.out;
    gemm_block(pixels, g.out, taps, {c, taps}, {weight, g.out}, out, g.out);
    finish_rows(out, g.out, pixels, g.out, tail.bias, tail.activation);
  });
}

void lowered_input_gradient(const ConvGeometry& g, const real* dy, const real* weight, real* dx,
                            std::pmr::memory_resource* memory) {
  const std::int64_t block = std::min(rows_per_block(g), g.out_h), taps = g.taps(), image = g.h * g.w * g.in;
  Workspaces columns(block * g.out_w * taps, memory);
  // Windows overlap, so that one worker has a whole image.
  parallel_for_workers(g.batch, 1, [&](std::int64_t worker, std::int64_t b, std::int64_t) {
    real* c = columns.of(worker);
    std::fill_n(dx + b * image, image, real(0));
    for (std::int64_t i = 0; i < g.out_h; i += block) {
      const std::int64_t rows = std::min(block, g.out_h - i), first = b * g.out_h + i;
      gemm_block(rows * g.out_w, taps, g.out, {dy + first * g.out_w * g.out, g.out}, {weight, g.out, true}, c, taps);
      for (std::int64_t r = 0; r < rows; ++r) add_windows(g, c + r * g.out_w * taps, first + r, dx);
    }
  });
}

void lowered_weight_gradient(const ConvGeometry& g, const real* x, const real* dy, real* dweight,
                             std::pmr::memory_resource* memory) {
  const std::int64_t block = rows_per_block(g), taps = g.taps(), size = taps * g.out, rows = g.batch * g.out_h;
  const std::int64_t blocks = (rows + block - 1) / block, per_part = (blocks + most_parts - 1) / most_parts;
  const std::int64_t parts = per_part == 0 ? 0 : (blocks + per_part - 1) / per_part;
  Workspaces columns(block * g.out_w * taps, memory);
  Tensor sums = Tensor::uninitialized(Shape{parts, size}, memory);
  parallel_for_workers(blocks, per_part, [&](std::int64_t worker, std::int64_t begin, std::int64_t end) {
    real* c = columns.of(worker);
    real* sum = sums.data() + begin / per_part * size;
    for (std::int64_t b = begin; b < end; ++b) {
      const std::int64_t first = b * block, last = std::min(rows, first + block);
      for (std::int64_t row = first; row < last; ++row) copy_windows(g, x, row, c + (row - first) * g.out_w * taps);
      gemm_block(taps, g.out, (last - first) * g.out_w, {c, taps, true}, {dy + first * g.out_w * g.out, g.out}, sum,
                 g.out, b > begin);
    }
  });
  sum_middle(dweight, sums.data(), {1, parts, size});
}

}  // namespace cotape::inline COTAPE_PRECISION
