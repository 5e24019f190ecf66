#include <cotape/engine/base/error.h>
#include <cotape/engine/kernels/conv_geometry.h>
#include <cotape/engine/kernels/image_shape.h>

#include <algorithm>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// x and weight as an op with so many axes for pixels names them.
void check_layout(const Shape& x, const Shape& weight, const char* filter_layout, int axes) {
  if (x.rank() != axes + 2)
    fail<ShapeError>("x ", x, " is not ", axes == 2 ? "[batch, height, width, channels]" : "[batch, length, channels]");
  if (weight.rank() != axes + 2)
    fail<ShapeError>("weight ", weight, " is not [", axes == 2 ? "kernel height, kernel width, " : "kernel, ",
                     filter_layout, "]");
}

// As an image where it is a sequence: of height 1.
Shape image(const Shape& x, int axes) { return axes == 2 ? x : x.inserted(1, 1); }
Shape image_filters(const Shape& weight, int axes) { return axes == 2 ? weight : weight.inserted(0, 1); }

const char* width_name(int axes) { return axes == 2 ? "width" : "length"; }

// How many pixels a kernel reaches over: at most Shape::max_size, which no image has.
std::int64_t span(const char* axis, std::int64_t kernel, std::int64_t dilation) {
  if (dilation < 1) fail<ValueError>("dilation ", dilation, " along the ", axis, " is less than 1");
  if (kernel < 2) return kernel;
  return dilation > (Shape::max_size - 1) / (kernel - 1) ? Shape::max_size : (kernel - 1) * dilation + 1;
}

void check_groups(const char* what, const Shape& weight, std::int64_t groups) {
  if (groups < 1) fail<ValueError>("groups ", groups, " is less than 1");
  if (weight[-1] % groups != 0)
    fail<ShapeError>("the ", weight[-1], " ", what, " of weight ", weight, " do not divide into ", groups, " groups");
}

// The size along one axis of what conv_transpose makes.
std::int64_t transposed_size(const char* axis, std::int64_t size, std::int64_t padding, std::int64_t span,
                             std::int64_t stride, std::int64_t output_padding) {
  if (stride < 1) fail<ValueError>("stride ", stride, " is less than 1");
  if (output_padding < 0 || output_padding >= stride)
    fail<ValueError>("output_padding ", output_padding, " along the ", axis, " is not in [0, stride ", stride, ")");
  if (size < 1 || span < 1) fail<ShapeError>("a window of ", span, " along a ", axis, " of ", size);
  if (std::max({padding, span, stride}) > Shape::max_size / (4 * size))
    fail<ShapeError>("stride ", stride, " and a window of ", span, " make a ", axis, " of ", size, " too large");
  const std::int64_t transposed = (size - 1) * stride + span + output_padding - padding;
  if (transposed < 1)
    fail<ShapeError>("padding ", padding, " leaves nothing of a ", axis, " of ", transposed + padding);
  return transposed;
}

}  // namespace

std::int64_t windows_along(const char* axis, std::int64_t size, std::int64_t before, std::int64_t after,
                           std::int64_t window, std::int64_t stride, const std::string& hint) {
  if (stride < 1) fail<ValueError>("stride ", stride, " is less than 1");
  if (before < 0 || after < 0) fail<ValueError>("padding ", before, " and ", after, " along the ", axis, ": negative");
  if (before > Shape::max_size || after > Shape::max_size)
    fail<ValueError>("padding ", before, " and ", after, " along the ", axis, ": more than ", Shape::max_size);
  if (window < 1 || window > size + before + after)
    fail<ShapeError>("a window of ", window, " along a ", axis, " of ", size, " + ", before + after, " padding", hint);
  return (size + before + after - window) / stride + 1;
}

ConvGeometry conv_geometry(const Shape& sequence_or_image, const Shape& filters, const ConvSettings& settings,
                           int axes) {
  check_layout(sequence_or_image, filters, "in, out", axes);
  const Shape x = image(sequence_or_image, axes), weight = image_filters(filters, axes);
  const std::int64_t groups = settings.groups;
  check_groups("filters", filters, groups);
  if (groups == 1 && x[3] != weight[2])
    fail<ShapeError>("channels differ: x ", sequence_or_image, " weight ", filters, " (", x[3], " != ", weight[2], ")",
                     axes == 2 ? channels_first_hint(x, weight[2]) : "");
  if (x[3] % groups != 0 || x[3] / groups != weight[2])
    fail<ShapeError>("channels differ: x ", sequence_or_image, " weight ", filters, " in ", groups, " groups (", x[3],
                     " != ", groups, " · ", weight[2], ")");
  const Padding& p = settings.padding;
  const char* width = width_name(axes);
  const std::int64_t out_h = windows_along("height", x[1], p.top, p.bottom,
                                           span("height", weight[0], settings.dilation.height), settings.stride.height);
  const std::int64_t out_w = windows_along(width, x[2], p.left, p.right,
                                           span(width, weight[1], settings.dilation.width), settings.stride.width);
  if (settings.max_pool < 1) fail<ValueError>("max_pool ", settings.max_pool, " is less than 1");
  if (settings.max_pool > std::min(out_h, out_w))
    fail<ShapeError>("max_pool ", settings.max_pool, " of ", out_h, " × ", out_w, " pixels");
  // A longer stride than the padded image makes no difference, nor does the dilation of a single row or column.
  const Size2d stride{std::min(settings.stride.height, x[1] + p.top + p.bottom),
                      std::min(settings.stride.width, x[2] + p.left + p.right)};
  const Size2d dilation{weight[0] == 1 ? 1 : settings.dilation.height, weight[1] == 1 ? 1 : settings.dilation.width};
  const Shape windows{out_h, out_w, weight[0], weight[1], weight[2]};  // throws when they cannot be counted
  return {.batch = x[0],
          .h = x[1],
          .w = x[2],
          .in = x[3],
          .kh = weight[0],
          .kw = weight[1],
          .out = weight[3],
          .out_h = out_h,
          .out_w = out_w,
          .stride = stride,
          .pool = settings.max_pool,
          .padding = p,
          .dilation = dilation,
          .groups = groups};
}

ConvGeometry conv_transpose_geometry(const Shape& x, const Shape& weight, const ConvTransposeSettings& settings,
                                     int axes) {
  check_layout(x, weight, "out, in", axes);
  check_groups("channels in", weight, settings.groups);
  if (x[-1] != weight[-1])
    fail<ShapeError>("channels differ: x ", x, " weight ", weight, " (", x[-1], " != ", weight[-1], ")");
  const Padding& p = settings.padding;
  if (std::min({p.top, p.bottom, p.left, p.right}) < 0 ||
      std::max({p.top, p.bottom, p.left, p.right}) > Shape::max_size)
    fail<ValueError>("padding ", p.top, ", ", p.bottom, ", ", p.left, ", ", p.right, " is not in [0, ", Shape::max_size,
                     "]");
  const char* width = width_name(axes);
  const std::int64_t columns =
      transposed_size(width, x[-2], p.left + p.right, span(width, weight[-3], settings.dilation.width),
                      settings.stride.width, settings.output_padding.width);
  Shape y = x.with(-1, settings.groups * weight[-2]).with(-2, columns);
  if (axes == 2)
    y = y.with(1, transposed_size("height", x[1], p.top + p.bottom, span("height", weight[0], settings.dilation.height),
                                  settings.stride.height, settings.output_padding.height));
  return conv_geometry(
      y, weight, {.stride = settings.stride, .padding = p, .dilation = settings.dilation, .groups = settings.groups},
      axes);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
