#include <cotape/engine/base/error.h>
#include <cotape/engine/kernels/map.h>
#include <cotape/engine/kernels/strided_copy.h>
#include <cotape/engine/ops/elementwise.h>
#include <cotape/engine/ops/rearrange.h>
#include <cotape/engine/ops/shape.h>

#include <algorithm>
#include <numeric>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// to[i…] = from[i… permuted]: axis j of `to` is axis order[j] of `from`.
void permute_to(Tensor& to, const Tensor& from, const std::vector<int>& order) {
  const auto to_strides = strides_of(to.shape()), from_strides = strides_of(from.shape());
  std::array<StridedAxis, Shape::max_rank> axes{};
  for (std::size_t j = 0; j < order.size(); ++j)
    axes[j] = {to.shape()[static_cast<int>(j)], to_strides[j], from_strides[static_cast<std::size_t>(order[j])]};
  strided_copy(to.data(), from.data(), std::span(axes).first(order.size()));
}

const std::vector<int>& checked_order(const std::vector<int>& order, const Shape& shape) {
  std::vector<bool> seen(static_cast<std::size_t>(shape.rank()));
  bool valid = static_cast<int>(order.size()) == shape.rank();
  for (const int axis : order) {
    valid = valid && axis >= 0 && axis < shape.rank() && !seen[static_cast<std::size_t>(axis)];
    if (!valid) break;
    seen[static_cast<std::size_t>(axis)] = true;
  }
  if (!valid) {
    std::ostringstream text;
    for (const int axis : order) text << ' ' << axis;
    fail<ShapeError>("the order {", text.str(), " } is no permutation of the axes of shape ", shape);
  }
  return order;
}

Shape resolved(const Shape& from, std::initializer_list<std::int64_t> sizes) {
  std::vector<std::int64_t> known(sizes);
  const auto open = std::find(known.begin(), known.end(), -1);
  if (open == known.end()) return Shape(known);
  if (std::find(open + 1, known.end(), -1) != known.end()) fail<ShapeError>("reshape: only one size may be -1");
  *open = 1;
  const Shape rest(known);
  if (rest.size() == 0 || from.size() % rest.size() != 0)
    fail<ShapeError>("reshape: ", from, " does not divide into the sizes given besides -1");
  return rest.with(static_cast<int>(open - known.begin()), from.size() / rest.size());
}

}  // namespace

namespace {

// Negative indices count from the end.
std::int64_t place_on(const AxisView& view, std::int64_t index) { return index < 0 ? index + view.size : index; }

// to[o, begin + j, i] += from[o, j, i] for 0 ≤ j < count.
void add_run(Tensor& to, const AxisView& view, std::int64_t begin, const Tensor& from, std::int64_t count) {
  const std::int64_t run = count * view.inner;
  parallel_for(view.outer * run, elementwise_block, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t at = first; at < last;) {
      const std::int64_t o = at / run, n = std::min(last, (o + 1) * run) - at;
      real* sums = to.data() + (o * view.size + begin) * view.inner + at % run;
      for (std::int64_t i = 0; i < n; ++i) sums[i] += from[at + i];
      at += n;
    }
  });
}

// x with zeros around it along one axis, up to `size`.
Var placed(Var x, int axis, std::int64_t begin, std::int64_t size) {
  std::vector<PadWidth> widths(static_cast<std::size_t>(x.shape().rank()));
  axis = x.shape().axis_index(axis);
  widths[static_cast<std::size_t>(axis)] = {begin, size - begin - x.shape()[axis]};
  return pad(x, widths);
}

}  // namespace

Var reshape(Var x, const Shape& shape) {
  return with_var_vjps(record(
                           {"reshape", "dx = dy"}, {x},
                           [&](Forward& c) {
                             if (c.in(0).size() != shape.size())
                               fail<ShapeError>(c.in(0).shape(), " to ", shape, " changes the number of elements (",
                                                c.in(0).size(), " != ", shape.size(), ")");
                             c.out(shape).copy_from(c.in(0));
                           },
                           [](Vjp& v) { v.dx.copy_from(v.dy); }),
                       [](const VarVjp& v) { return reshape(v.dy, v.input(0).shape()); });
}

Var reshape(Var x, std::initializer_list<std::int64_t> sizes) { return reshape(x, resolved(x.shape(), sizes)); }

Var permute(Var x, const std::vector<int>& order) {
  return with_var_vjps(record(
                           {"permute", "dx = dy with the axes put back"}, {x},
                           [&](Forward& c) {
                             const Shape& from = c.in(0).shape();
                             Shape shape;
                             for (const int axis : checked_order(order, from))
                               shape = shape.inserted(shape.rank(), from[axis]);
                             permute_to(c.out(shape), c.in(0), order);
                           },
                           [order](Vjp& v) {
                             std::vector<int> inverse(order.size());
                             for (std::size_t i = 0; i < order.size(); ++i)
                               inverse[static_cast<std::size_t>(order[i])] = static_cast<int>(i);
                             permute_to(v.dx, v.dy, inverse);
                           }),
                       [order](const VarVjp& v) {
                         std::vector<int> inverse(order.size());
                         for (std::size_t i = 0; i < order.size(); ++i)
                           inverse[static_cast<std::size_t>(order[i])] = static_cast<int>(i);
                         return permute(v.dy, inverse);
                       });
}

Var transpose(Var x) {
  const int rank = x.shape().rank();
  if (rank < 2) fail<ShapeError>("transpose: shape ", x.shape(), " has fewer than two axes");
  std::vector<int> order(static_cast<std::size_t>(rank));
  std::iota(order.begin(), order.end(), 0);
  std::swap(order[order.size() - 1], order[order.size() - 2]);
  return permute(x, order);
}

Var move_axis(Var x, int from, int to) {
  const int source = axis_index("move_axis", x.shape(), from), target = axis_index("move_axis", x.shape(), to);
  if (source == target) return x;
  std::vector<int> order(static_cast<std::size_t>(x.shape().rank()));
  std::iota(order.begin(), order.end(), 0);
  order.erase(order.begin() + source);
  order.insert(order.begin() + target, source);
  return permute(x, order);
}

Var broadcast_to(Var x, const Shape& shape) {
  return with_var_vjps(record(
                           {"broadcast_to", "dx = dy summed over repeated axes", true}, {x},
                           [&](Forward& c) {
                             if (!broadcasts_to(c.in(0).shape(), shape))
                               fail<ShapeError>(c.in(0).shape(), " does not broadcast to ", shape);
                             Tensor& y = c.out(shape);
                             map_broadcast(
                                 y, [](real a, real) { return a; }, c.in(0), c.in(0));
                           },
                           [](Vjp& v) { v.dx.copy_from(v.dy); }),
                       [](const VarVjp& v) { return v.dy; });
}

Var concat(std::span<const Var> parts, int axis) {
  return with_var_vjp(record_node(
                          {"concat", "dxᵢ = its part of dy"}, parts,
                          [axis](Forward& c) {
                            const Shape& first = c.in(0).shape();
                            std::int64_t total = 0;
                            for (std::size_t i = 0; i < c.inputs(); ++i) {
                              const Shape& shape = c.in(i).shape();
                              if (shape.rank() != first.rank() || shape.with(axis, 0) != first.with(axis, 0))
                                fail<ShapeError>("input ", i, " ", shape, " and input 0 ", first,
                                                 " differ beside axis ", axis);
                              total += shape[axis];
                            }
                            Tensor& y = c.out(first.with(axis, total));
                            std::int64_t begin = 0;
                            for (std::size_t i = 0; i < c.inputs(); ++i) {
                              const AxisView view = view_around(c.in(i).shape(), axis);
                              copy_run(y, view_around(y.shape(), axis), begin, c.in(i), view, 0, view.size);
                              begin += view.size;
                            }
                          },
                          [axis](Vjp& v) {
                            std::int64_t begin = 0;
                            for (std::size_t i = 0; i < v.index; ++i) begin += v.input(i).shape()[axis];
                            const AxisView view = view_around(v.dx.shape(), axis);
                            copy_run(v.dx, view, 0, v.dy, view_around(v.dy.shape(), axis), begin, view.size);
                          }),
                      [axis](const VarVjp& v) {
                        std::int64_t begin = 0;
                        for (std::size_t i = 0; i < v.index; ++i) begin += v.input(i).shape()[axis];
                        return slice(v.dy, axis, begin, begin + v.input(v.index).shape()[axis]);
                      });
}

Var concat(std::initializer_list<Var> parts, int axis) {
  return concat(std::span<const Var>(parts.begin(), parts.size()), axis);
}

Var stack(std::span<const Var> parts, int axis) {
  return with_var_vjp(
      record_node(
          {"stack", "dxᵢ = dy at i"}, parts,
          [axis](Forward& c) {
            const Shape& shape = c.in(0).shape();
            for (std::size_t i = 1; i < c.inputs(); ++i)
              if (c.in(i).shape() != shape)
                fail<ShapeError>("input ", i, " ", c.in(i).shape(), " differs from input 0 ", shape);
            Tensor& y = c.out(shape.inserted(axis, static_cast<std::int64_t>(c.inputs())));
            const AxisView view = view_around(y.shape(), axis);
            for (std::size_t i = 0; i < c.inputs(); ++i)
              copy_run(y, view, static_cast<std::int64_t>(i), c.in(i), {view.outer, 1, view.inner}, 0, 1);
          },
          [axis](Vjp& v) {
            const AxisView view = view_around(v.dy.shape(), axis);
            copy_run(v.dx, {view.outer, 1, view.inner}, 0, v.dy, view, static_cast<std::int64_t>(v.index), 1);
          }),
      [axis](const VarVjp& v) {
        return select(v.dy, v.y.shape().axis_index(axis), static_cast<std::int64_t>(v.index));
      });
}

Var stack(std::initializer_list<Var> parts, int axis) {
  return stack(std::span<const Var>(parts.begin(), parts.size()), axis);
}

Var slice(Var x, int axis, std::int64_t begin, std::int64_t end) {
  return with_var_vjps(record(
                           {.name = "slice", .vjp = "dx = dy in the slice, 0 elsewhere", .adds = true}, {x},
                           [=](Forward& c) {
                             const AxisView view = view_around(c.in(0).shape(), axis);
                             if (begin < 0 || begin > end || end > view.size)
                               fail<ShapeError>("elements [", begin, ", ", end, ") of axis ", axis,
                                                " are not in shape ", c.in(0).shape());
                             Tensor& y = c.out(c.in(0).shape().with(axis, end - begin));
                             copy_run(y, view_around(y.shape(), axis), 0, c.in(0), view, begin, end - begin);
                           },
                           [=](Vjp& v) { add_run(v.dx, view_around(v.dx.shape(), axis), begin, v.dy, end - begin); }),
                       [=](const VarVjp& v) { return placed(v.dy, axis, begin, v.input(0).shape()[axis]); });
}

Var select(Var x, int axis, std::int64_t index) {
  return with_var_vjps(
      record(
          {.name = "select", .vjp = "dx = dy at the index, 0 elsewhere", .adds = true}, {x},
          [=](Forward& c) {
            const Shape& shape = c.in(0).shape();
            const AxisView view = view_around(shape, axis);
            const std::int64_t place = place_on(view, index);
            if (place < 0 || place >= view.size)
              fail<ShapeError>("element ", index, " of axis ", axis, " is not in shape ", shape);
            copy_run(c.out(shape.without(axis)), {view.outer, 1, view.inner}, 0, c.in(0), view, place, 1);
          },
          [=](Vjp& v) {
            const AxisView view = view_around(v.dx.shape(), axis);
            add_run(v.dx, view, place_on(view, index), v.dy, 1);
          }),
      [=](const VarVjp& v) {
        const Shape& shape = v.input(0).shape();
        const AxisView view = view_around(shape, axis);
        return placed(reshape(v.dy, shape.with(axis, 1)), axis, place_on(view, index), view.size);
      });
}

std::vector<Var> split(Var x, const std::vector<std::int64_t>& sizes, int axis) {
  const std::int64_t size = x.shape()[axis_index("split", x.shape(), axis)];
  std::int64_t left = size;
  for (const std::int64_t part : sizes) {
    if (part < 0 || part > left) left = -1;
    if (left < 0) break;
    left -= part;
  }
  if (left != 0) {
    std::ostringstream text;
    for (const std::int64_t part : sizes) text << ' ' << part;
    fail<ShapeError>("split: the sizes {", text.str(), " } do not add up to the ", size, " of axis ", axis,
                     " of shape ", x.shape());
  }
  std::vector<Var> parts;
  std::int64_t begin = 0;
  for (const std::int64_t part : sizes) {
    parts.push_back(slice(x, axis, begin, begin + part));
    begin += part;
  }
  return parts;
}

std::vector<Var> chunk(Var x, std::int64_t parts, int axis) {
  const std::int64_t size = x.shape()[axis_index("chunk", x.shape(), axis)];
  if (parts < 1) fail<ValueError>("chunk: ", parts, " parts: there must be one or more");
  if (size % parts != 0)
    fail<ShapeError>("chunk: axis ", axis, " of shape ", x.shape(), " does not divide into ", parts, " equal parts");
  return split(x, std::vector<std::int64_t>(static_cast<std::size_t>(parts), size / parts), axis);
}

std::vector<Var> unstack(Var x, int axis) {
  const std::int64_t size = x.shape()[axis_index("unstack", x.shape(), axis)];
  std::vector<Var> parts;
  for (std::int64_t i = 0; i < size; ++i) parts.push_back(select(x, axis, i));
  return parts;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
