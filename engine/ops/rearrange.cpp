#include <cotape/engine/base/error.h>
#include <cotape/engine/kernels/reduce.h>
#include <cotape/engine/kernels/strided_copy.h>
#include <cotape/engine/ops/rearrange.h>
#include <cotape/engine/ops/reduce.h>
#include <cotape/engine/ops/shape.h>
#include <cotape/engine/tape/record.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// Copies a box of elements from the front of one tensor to the front of another of the same rank.
void copy_box(real* to, const Shape& to_shape, const real* from, const Shape& from_shape, const Shape& box) {
  const auto to_strides = strides_of(to_shape), from_strides = strides_of(from_shape);
  std::array<StridedAxis, Shape::max_rank> axes{};
  const auto rank = static_cast<std::size_t>(box.rank());
  for (std::size_t a = 0; a < rank; ++a) axes[a] = {box[static_cast<int>(a)], to_strides[a], from_strides[a]};
  strided_copy(to, from, std::span(axes).first(rank));
}

void flip_to(Tensor& to, const Tensor& from, const std::vector<int>& flipped) {
  const Shape& shape = from.shape();
  const auto strides = strides_of(shape);
  std::array<StridedAxis, Shape::max_rank> axes{};
  const auto rank = static_cast<std::size_t>(shape.rank());
  for (std::size_t a = 0; a < rank; ++a) axes[a] = {shape[static_cast<int>(a)], strides[a], strides[a]};
  std::int64_t first = 0;
  for (const int axis : flipped) {
    StridedAxis& reversed = axes[static_cast<std::size_t>(shape.axis_index(axis))];
    if (reversed.from < 0) fail<ShapeError>("axis ", axis, " of shape ", shape, " is given twice");
    first += (reversed.size - 1) * reversed.from;
    reversed.from = -reversed.from;
  }
  if (shape.size() > 0) strided_copy(to.data(), from.data() + first, std::span(axes).first(rank));
}

void roll_to(Tensor& to, const Tensor& from, std::int64_t shift, int axis) {
  const AxisView view = view_around(from.shape(), axis);
  if (view.size == 0) return;
  const std::int64_t places = (shift % view.size + view.size) % view.size;
  copy_run(to, view, places, from, view, 0, view.size - places);
  copy_run(to, view, 0, from, view, view.size - places, places);
}

// x as blocks of `size` consecutive numbers, of which each is written `times` times.
struct Blocks {
  std::int64_t count, size;
};

// Repeats blocks: single elements of the axis where `each`, or else the axis as a whole.
Var repeat_blocks(const Op& op, Var x, int axis, std::int64_t times, bool each) {
  const auto blocks_of = [axis, each](const Shape& shape) {
    const AxisView view = view_around(shape, axis);
    return each ? Blocks{view.outer * view.size, view.inner} : Blocks{view.outer, view.size * view.inner};
  };
  return with_var_vjps(
      record(
          op, {x},
          [&](Forward& c) {
            const Shape& shape = c.in(0).shape();
            const Blocks blocks = blocks_of(shape);
            if (times < 0 || times > Shape::max_size / std::max<std::int64_t>(1, shape[axis]))
              fail<ValueError>("axis ", axis, " of shape ", shape, " cannot be repeated ", times, " times");
            const StridedAxis axes[] = {
                {blocks.count, times * blocks.size, blocks.size}, {times, blocks.size, 0}, {blocks.size, 1, 1}};
            Tensor& y = c.out(shape.with(axis, shape[axis] * times));
            strided_copy(y.data(), c.in(0).data(), axes);
          },
          [=](Vjp& v) {
            const Blocks blocks = blocks_of(v.dx.shape());
            sum_middle(v.dx.data(), v.dy.data(), {blocks.count, times, blocks.size});
          }),
      [=](const VarVjp& v) {
        const Blocks blocks = blocks_of(v.input(0).shape());
        return reshape(sum(reshape(v.dy, {blocks.count, times, blocks.size}), 1), v.input(0).shape());
      });
}

// `op` stands before the messages where no op is being recorded that would add its name.
void check_widths(const char* op, const Shape& shape, const std::vector<PadWidth>& widths) {
  if (std::ssize(widths) != shape.rank())
    fail<ShapeError>(op, "widths for ", widths.size(), " axes, but shape ", shape, " has ", shape.rank());
  for (std::size_t axis = 0; axis < widths.size(); ++axis) {
    const auto [before, after] = widths[axis];
    if (before < 0 || after < 0)
      fail<ValueError>(op, "widths ", before, " and ", after, " of axis ", axis, ": negative");
    if (before > Shape::max_size || after > Shape::max_size)
      fail<ValueError>(op, "widths ", before, " and ", after, " of axis ", axis, ": more than ", Shape::max_size);
  }
}

// Where the elements of x begin in a padded tensor.
std::int64_t inside(const Shape& padded, const std::vector<PadWidth>& widths) {
  const auto strides = strides_of(padded);
  std::int64_t first = 0;
  for (std::size_t axis = 0; axis < widths.size(); ++axis) first += widths[axis].before * strides[axis];
  return first;
}

// An axis with mirrored elements at both ends.
Var reflected(Var x, int axis, const PadWidth& width) {
  const std::int64_t size = x.shape()[axis];
  if (std::max(width.before, width.after) >= size)
    fail<ShapeError>("pad_reflect: widths ", width.before, " and ", width.after, " of axis ", axis, " of shape ",
                     x.shape(), " are not both smaller than the axis");
  const Var before = flip(slice(x, axis, 1, 1 + width.before), {axis});
  const Var after = flip(slice(x, axis, size - 1 - width.after, size - 1), {axis});
  return concat({before, x, after}, axis);
}

}  // namespace

Var flip(Var x, const std::vector<int>& axes) {
  return with_var_vjps(
      record(
          {"flip", "dx = dy flipped"}, {x}, [&](Forward& c) { flip_to(c.out(c.in(0).shape()), c.in(0), axes); },
          [axes](Vjp& v) { flip_to(v.dx, v.dy, axes); }),
      [axes](const VarVjp& v) { return flip(v.dy, axes); });
}

Var roll(Var x, std::int64_t shift, int axis) {
  return with_var_vjps(
      record(
          {"roll", "dx = dy rolled back"}, {x},
          [=](Forward& c) { roll_to(c.out(c.in(0).shape()), c.in(0), shift, axis); },
          [=](Vjp& v) { roll_to(v.dx, v.dy, -(shift % std::max<std::int64_t>(1, v.dx.shape()[axis])), axis); }),
      [=](const VarVjp& v) { return roll(v.dy, -(shift % std::max<std::int64_t>(1, v.dy.shape()[axis])), axis); });
}

Var tile(Var x, const std::vector<std::int64_t>& times) {
  if (std::ssize(times) != x.shape().rank())
    fail<ShapeError>("tile: ", times.size(), " numbers for shape ", x.shape(), ": there must be one for each axis");
  for (int axis = x.shape().rank() - 1; axis >= 0; --axis) {  // the innermost first: the least is copied twice
    const std::int64_t n = times[static_cast<std::size_t>(axis)];
    if (n != 1) x = repeat_blocks({"tile", "dx = Σ dy over the copies"}, x, axis, n, false);
  }
  return x;
}

Var repeat_interleave(Var x, std::int64_t times, int axis) {
  return repeat_blocks({"repeat_interleave", "dx = Σ dy over the copies"}, x, axis, times, true);
}

Var pad(Var x, const std::vector<PadWidth>& widths, real value) {
  return with_var_vjps(record(
                           {"pad", "dx = the part of dy that is x's"}, {x},
                           [&](Forward& c) {
                             const Shape& shape = c.in(0).shape();
                             check_widths("", shape, widths);
                             Shape padded = shape;
                             for (int axis = 0; axis < shape.rank(); ++axis) {
                               const auto [before, after] = widths[static_cast<std::size_t>(axis)];
                               padded = padded.with(axis, before + shape[axis] + after);
                             }
                             Tensor& y = c.out(padded);
                             y.fill(value);
                             if (shape.size() > 0)
                               copy_box(y.data() + inside(padded, widths), padded, c.in(0).data(), shape, shape);
                           },
                           [widths](Vjp& v) {
                             const Shape &shape = v.dx.shape(), &padded = v.dy.shape();
                             if (shape.size() > 0)
                               copy_box(v.dx.data(), shape, v.dy.data() + inside(padded, widths), padded, shape);
                           }),
                       [widths](const VarVjp& v) {
                         Var dx = v.dy;
                         for (int axis = 0; axis < dx.shape().rank(); ++axis) {
                           const std::int64_t before = widths[static_cast<std::size_t>(axis)].before;
                           dx = slice(dx, axis, before, before + v.input(0).shape()[axis]);
                         }
                         return dx;
                       });
}

Var pad_reflect(Var x, const std::vector<PadWidth>& widths) {
  check_widths("pad_reflect: ", x.shape(), widths);
  for (int axis = 0; axis < x.shape().rank(); ++axis) {
    const PadWidth& width = widths[static_cast<std::size_t>(axis)];
    if (width.before > 0 || width.after > 0) x = reflected(x, axis, width);
  }
  return x;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
