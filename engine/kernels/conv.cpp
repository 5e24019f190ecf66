#include <cotape/engine/kernels/conv.h>
#include <cotape/engine/kernels/conv_batch_lanes.h>
#include <cotape/engine/kernels/conv_depthwise.h>
#include <cotape/engine/kernels/conv_lowered.h>
#include <cotape/engine/kernels/conv_squares.h>
#include <cotape/engine/kernels/conv_winograd.h>
#include <cotape/engine/kernels/gemm.h>

#include <algorithm>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// 1×1 filters at stride 1 are one matrix product.
bool pointwise_applies(const ConvGeometry& g) {
  return g.kh == 1 && g.kw == 1 && g.stride == 1 && g.groups == 1 && g.pool == 1 && g.padding == Padding{};
}

bool is_empty(const ConvGeometry& g) { return g.y_shape().size() == 0; }

}  // namespace

void convolve(const ConvGeometry& g, const real* x, const real* weight, const ConvTail& tail, real* y, real* winners,
              std::pmr::memory_resource* memory) {
  if (is_empty(g)) return;
  if (pointwise_applies(g))
    gemm(g.batch * g.h * g.w, g.out, g.in, {x, g.in}, {weight, g.out}, y, g.out, false, [&](const Tile& t) {
      finish_rows(y + t.row * g.out + t.column, g.out, t.rows, t.columns, tail.bias ? tail.bias + t.column : nullptr,
                  tail.activation);
    });
  else if (winograd_applies(g))
    winograd_forward(g, x, weight, tail, y, winners, memory);
  else if (squares_apply(g))
    squares_forward(g, x, weight, tail, y, memory);
  else if (depthwise_applies(g))
    depthwise_forward(g, x, weight, tail, y);
  else if (batch_lanes_apply(g))
    batch_lanes_forward(g, x, weight, tail, y, winners, memory);
  else
    lowered_forward(g, x, weight, tail, y, winners, memory);
}

void convolve_input_gradient(const ConvGeometry& g, const real* dy, const real* winners, const real* weight, real* dx,
                             std::pmr::memory_resource* memory) {
  if (is_empty(g))
    std::fill_n(dx, g.batch * g.h * g.w * g.in, real(0));
  else if (pointwise_applies(g))
    gemm(g.batch * g.h * g.w, g.in, g.out, {dy, g.out}, {weight, g.out, true}, dx, g.in);
  else if (winograd_applies(g))
    winograd_input_gradient(g, dy, winners, weight, dx, memory);
  else if (squares_apply(g))
    squares_input_gradient(g, dy, weight, dx, memory);
  else if (depthwise_applies(g))
    depthwise_input_gradient(g, dy, weight, dx);
  else
    lowered_input_gradient(g, dy, winners, weight, dx, memory);
}

void convolve_weight_gradient(const ConvGeometry& g, const real* x, const real* dy, const real* winners, real* dweight,
                              std::pmr::memory_resource* memory) {
  if (is_empty(g))
    std::fill_n(dweight, g.taps() * g.out, real(0));
  else if (pointwise_applies(g))
    gemm(g.in, g.out, g.batch * g.h * g.w, {x, g.in, true}, {dy, g.out}, dweight, g.out);
  else if (winograd_applies(g))
    winograd_weight_gradient(g, x, dy, winners, dweight, memory);
  else if (squares_apply(g))
    squares_weight_gradient(g, x, dy, dweight, memory);
  else if (depthwise_applies(g))
    depthwise_weight_gradient(g, x, dy, dweight, memory);
  else if (batch_lanes_apply(g))
    batch_lanes_weight_gradient(g, x, dy, winners, dweight, memory);
  else
    lowered_weight_gradient(g, x, dy, winners, dweight, memory);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
