#include <cotape/engine/base/error.h>
#include <cotape/engine/kernels/map.h>
#include <cotape/engine/ops/compare.h>
#include <cotape/engine/ops/elementwise.h>
#include <cotape/engine/ops/indexing.h>
#include <cotape/engine/ops/shape.h>
#include <cotape/engine/tape/record.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <vector>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

using Indices = std::span<const std::int64_t>;

// A copy of the indices that both forms of a product share.
auto kept_copy(Indices indices) {
  return std::make_shared<const std::vector<std::int64_t>>(indices.begin(), indices.end());
}

// Both loops below see a tensor around an axis as `whole`, and a selection from it as [outer, count, inner]. index(o,
// r, i) is the place on the axis that belongs to element [o, r, i] of the selection.

// index() where the indices name whole slices.
auto slice_index(Indices indices) {
  return [indices](std::int64_t, std::int64_t r, std::int64_t) { return indices[static_cast<std::size_t>(r)]; };
}

// index() where there is one for each element.
auto element_index(Indices indices, std::int64_t count, std::int64_t inner) {
  return [=](std::int64_t o, std::int64_t r, std::int64_t i) {
    return indices[static_cast<std::size_t>((o * count + r) * inner + i)];
  };
}

// selection[o, r, i] = x[o, index(o, r, i), i]
template <class Index>
void gather_to(Tensor& selection, const Tensor& x, const AxisView& whole, std::int64_t count, Index index) {
  const std::int64_t inner = whole.inner, rows = whole.outer * count;
  parallel_for(rows, 1 + elementwise_block / (inner + 1), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t o = begin / count, r = begin % count, row = begin; row < end; ++row) {
      real* to = selection.data() + row * inner;
      const real* from = x.data() + o * whole.size * inner;
      for (std::int64_t i = 0; i < inner; ++i) to[i] = from[index(o, r, i) * inner + i];
      if (++r == count) r = 0, ++o;
    }
  });
}

// Calls visit(o, r, first, n) for n columns from `first` on of every row of the selection: rows of one column in order,
// columns of `whole` in parallel. What the visits write to a column, no two threads write.
template <class Visit>
void for_columns(const AxisView& whole, std::int64_t count, Visit visit) {
  constexpr std::int64_t width = 64;  // numbers that lie together in memory, so that threads share few cache lines
  const std::int64_t across = (whole.inner + width - 1) / width;
  const std::int64_t numbers = count * std::min(whole.inner, width);
  parallel_for(whole.outer * across, 1 + elementwise_block / (numbers + 1), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t part = begin; part < end; ++part) {
      const std::int64_t first = part % across * width, n = std::min(width, whole.inner - first);
      for (std::int64_t r = 0; r < count; ++r) visit(part / across, r, first, n);
    }
  });
}

// x[o, index(o, r, i), i] += selection[o, r, i]
template <class Index>
void add_gathered(Tensor& x, const Tensor& selection, const AxisView& whole, std::int64_t count, Index index) {
  for_columns(whole, count, [&](std::int64_t o, std::int64_t r, std::int64_t first, std::int64_t n) {
    real* to = x.data() + o * whole.size * whole.inner;
    const real* from = selection.data() + (o * count + r) * whole.inner;
    for (std::int64_t i = first; i < first + n; ++i) to[index(o, r, i) * whole.inner + i] += from[i];
  });
}

// Throws ValueError for an index that is not on the axis.
void check_indices(Indices indices, const Shape& shape, int axis) {
  for (std::size_t place = 0; place < indices.size(); ++place)
    if (indices[place] < 0 || indices[place] >= shape[axis])
      fail<ValueError>("index ", indices[place], " at place ", place, " is not on axis ", axis, " of shape ", shape);
}

Var record_selection(const Op& op, Var x, int axis, Indices indices, FunctionRef<void(const Shape&)> check) {
  const auto count = std::ssize(indices);
  const auto kept = kept_copy(indices);
  return with_var_vjps(record(
                           op, {x},
                           [&](Forward& c) {
                             const Shape& shape = c.in(0).shape();
                             check(shape);
                             gather_to(c.out(shape.with(axis, count)), c.in(0), view_around(shape, axis), count,
                                       slice_index(indices));
                           },
                           [axis, count, kept](Vjp& v) {
                             add_gathered(v.dx, v.dy, view_around(v.dx.shape(), axis), count, slice_index(*kept));
                           }),
                       [axis, kept](const VarVjp& v) {
                         const Shape& shape = v.input(0).shape();
                         return move_axis(segment_sum(move_axis(v.dy, axis, 0), *kept, shape[axis]), 0, axis);
                       });
}

// Throws unless there is one index for each element of `shape`, which agrees with x's beside the axis.
void check_elements(Indices indices, const Shape& shape, const Shape& x, int axis) {
  const std::int64_t size = x[axis];  // throws first where x has no such axis
  if (shape.rank() != x.rank() || shape.with(axis, size) != x)
    fail<ShapeError>("x ", x, " and the shape of the indices ", shape, " differ beside axis ", axis);
  if (std::ssize(indices) != shape.size())
    fail<ShapeError>(indices.size(), " indices for shape ", shape, ": there must be ", shape.size());
  check_indices(indices, x, axis);
}

// The rows of a tensor joined to segments.
struct Segments {
  AxisView view;      // of the result, around the segments
  std::int64_t rows;  // of x
};

Segments segments_of(const Shape& x, std::int64_t count) { return {view_around(x.with(0, count), 0), x[0]}; }

Segments checked_segments(const Shape& x, Indices segments, std::int64_t count) {
  if (x.rank() < 1) fail<ShapeError>("a scalar has no rows");
  if (count < 0) fail<ValueError>("count ", count, " is negative");
  if (std::ssize(segments) != x[0])
    fail<ShapeError>(segments.size(), " segments for x ", x, ": there must be one for each of its ", x[0], " rows");
  for (std::size_t r = 0; r < segments.size(); ++r)
    if (segments[r] < 0 || segments[r] >= count)
      fail<ValueError>("segment ", segments[r], " of row ", r, " is not in [0, ", count, ")");
  return segments_of(x, count);
}

// How many rows each segment has.
std::vector<std::int64_t> rows_per_segment(Indices segments, std::int64_t count) {
  std::vector<std::int64_t> rows(static_cast<std::size_t>(count));
  for (const std::int64_t s : segments) ++rows[static_cast<std::size_t>(s)];
  return rows;
}

// Divides each segment by the number of its rows.
void divide_by_rows(Tensor& y, Indices segments, const AxisView& view) {
  const std::vector<std::int64_t> rows = rows_per_segment(segments, view.size);
  for (std::int64_t s = 0; s < view.size; ++s) {
    const real share = 1 / static_cast<real>(std::max<std::int64_t>(1, rows[static_cast<std::size_t>(s)]));
    for (real& value :
         y.values().subspan(static_cast<std::size_t>(s * view.inner), static_cast<std::size_t>(view.inner)))
      value *= share;
  }
}

Var sum_segments(const Op& op, Var x, Indices segments, std::int64_t count, bool mean) {
  const auto kept = kept_copy(segments);
  return with_var_vjps(record(
                           op, {x},
                           [&](Forward& c) {
                             const Shape& shape = c.in(0).shape();
                             const Segments s = checked_segments(shape, segments, count);
                             Tensor& y = c.out(shape.with(0, count));
                             y.fill(0);
                             add_gathered(y, c.in(0), s.view, s.rows, slice_index(segments));
                             if (mean) divide_by_rows(y, segments, s.view);
                           },
                           [mean, count, kept](Vjp& v) {
                             const Segments s = segments_of(v.dx.shape(), count);
                             if (!mean) return gather_to(v.dx, v.dy, s.view, s.rows, slice_index(*kept));
                             Tensor shares = v.scratch(v.dy.shape());
                             shares.copy_from(v.dy);
                             divide_by_rows(shares, *kept, s.view);
                             gather_to(v.dx, shares, s.view, s.rows, slice_index(*kept));
                           }),
                       [mean, count, kept](const VarVjp& v) {
                         if (!mean) return index_select(v.dy, 0, *kept);
                         const Var shares = v.dy.tape().constant(v.dy.shape(), [&](Tensor& out) {
                           out.fill(1);
                           divide_by_rows(out, *kept, segments_of(v.input(0).shape(), count).view);
                         });
                         return index_select(v.dy * shares, 0, *kept);
                       });
}

void largest_of_segments(Tensor& y, const Tensor& x, Indices segments, const Segments& s) {
  const std::vector<std::int64_t> rows = rows_per_segment(segments, s.view.size);
  const std::int64_t inner = s.view.inner;
  for (std::int64_t segment = 0; segment < s.view.size; ++segment)
    std::fill_n(y.data() + segment * inner, inner,
                rows[static_cast<std::size_t>(segment)] == 0 ? real(0) : -std::numeric_limits<real>::infinity());
  for_columns(s.view, s.rows, [&](std::int64_t, std::int64_t r, std::int64_t first, std::int64_t n) {
    real* to = y.data() + segments[static_cast<std::size_t>(r)] * inner + first;
    const real* from = x.data() + r * inner + first;
    for (std::int64_t i = 0; i < n; ++i) to[i] = from[i] > to[i] || from[i] != from[i] ? from[i] : to[i];
  });
}

// dx = dy where x is its segment's maximum, divided by how many of the segment are.
void largest_gradient(Vjp& v, Indices segments, const Segments& s) {
  const Tensor& x = v.input(0);
  const std::int64_t inner = s.view.inner;
  Tensor ties = v.scratch(v.dy.shape());
  ties.fill(0);
  const auto offset = [&](std::int64_t r) { return segments[static_cast<std::size_t>(r)] * inner; };
  for_columns(s.view, s.rows, [&](std::int64_t, std::int64_t r, std::int64_t first, std::int64_t n) {
    for (std::int64_t i = first; i < first + n; ++i)
      ties[offset(r) + i] += real(x[r * inner + i] == v.y[offset(r) + i]);
  });
  for_columns(s.view, s.rows, [&](std::int64_t, std::int64_t r, std::int64_t first, std::int64_t n) {
    for (std::int64_t i = first; i < first + n; ++i) {
      const std::int64_t to = offset(r) + i;
      v.dx[r * inner + i] = x[r * inner + i] == v.y[to] ? v.dy[to] / ties[to] : 0;
    }
  });
}

}  // namespace

Var gather_rows(Var table, Indices indices) {
  return record_selection({.name = "gather_rows", .vjp = "dtable[i] = Σ dy of the rows that read i", .adds = true},
                          table, 0, indices, [&](const Shape& shape) {
                            for (const std::int64_t i : indices)
                              if (i < 0 || i >= shape[0])
                                fail<ShapeError>("index ", i, " is outside the table ", shape);
                          });
}

Var index_select(Var x, int axis, Indices indices) {
  return record_selection({.name = "index_select", .vjp = "dx[i] = Σ dy of the elements that read i", .adds = true}, x,
                          axis, indices, [&](const Shape& shape) { check_indices(indices, shape, axis); });
}

Var gather(Var x, int axis, Indices indices, const Shape& shape) {
  axis = axis_index("gather", x.shape(), axis);
  for (int i = 0; i < shape.rank() && shape.rank() == x.shape().rank(); ++i)
    if (i != axis && shape[i] < x.shape()[i]) x = slice(x, i, 0, shape[i]);
  const auto kept = kept_copy(indices);
  return with_var_vjps(record(
                           {.name = "gather", .vjp = "dx = dy added at the indices", .adds = true}, {x},
                           [&](Forward& c) {
                             check_elements(indices, shape, c.in(0).shape(), axis);
                             const AxisView whole = view_around(c.in(0).shape(), axis);
                             gather_to(c.out(shape), c.in(0), whole, shape[axis],
                                       element_index(indices, shape[axis], whole.inner));
                           },
                           [axis, kept](Vjp& v) {
                             const AxisView whole = view_around(v.dx.shape(), axis);
                             const std::int64_t count = v.dy.shape()[axis];
                             add_gathered(v.dx, v.dy, whole, count, element_index(*kept, count, whole.inner));
                           }),
                       [axis, kept](const VarVjp& v) {
                         return scatter_add(broadcast_to(number(v.dy, 0), v.input(0).shape()), axis, *kept, v.dy);
                       });
}

Var scatter_add(Var x, int axis, Indices indices, Var source) {
  const auto kept = kept_copy(indices);
  return with_var_vjps(
      record(
          {"scatter_add", "dx = dy, dsource = dy at the indices"}, {x, source},
          [&](Forward& c) {
            const Shape &shape = c.in(0).shape(), &from = c.in(1).shape();
            check_elements(indices, from, shape, axis);
            Tensor& y = c.out(shape);
            y.copy_from(c.in(0));
            const AxisView whole = view_around(shape, axis);
            add_gathered(y, c.in(1), whole, from[axis], element_index(indices, from[axis], whole.inner));
          },
          [](Vjp& v) { v.dx.copy_from(v.dy); },
          [axis, kept](Vjp& v) {
            const AxisView whole = view_around(v.dy.shape(), axis);
            const std::int64_t count = v.dx.shape()[axis];
            gather_to(v.dx, v.dy, whole, count, element_index(*kept, count, whole.inner));
          }),
      [](const VarVjp& v) { return v.dy; },
      [axis, kept](const VarVjp& v) { return gather(v.dy, axis, *kept, v.input(1).shape()); });
}

Var segment_sum(Var x, Indices segments, std::int64_t count) {
  return sum_segments({"segment_sum", "dx[r] = dy[segment of r]"}, x, segments, count, false);
}

Var segment_mean(Var x, Indices segments, std::int64_t count) {
  return sum_segments({"segment_mean", "dx[r] = dy[segment of r] / rows of the segment"}, x, segments, count, true);
}

Var segment_max(Var x, Indices segments, std::int64_t count) {
  const auto kept = kept_copy(segments);
  return with_var_vjps(record(
                           {"segment_max", "dx[r] = dy[segment of r] where x[r] is the maximum, shared evenly"}, {x},
                           [&](Forward& c) {
                             const Shape& shape = c.in(0).shape();
                             const Segments s = checked_segments(shape, segments, count);
                             largest_of_segments(c.out(shape.with(0, count)), c.in(0), segments, s);
                           },
                           [count, kept](Vjp& v) { largest_gradient(v, *kept, segments_of(v.dx.shape(), count)); }),
                       [count, kept](const VarVjp& v) {
                         const Var hits = equal(v.input(0), index_select(v.y, 0, *kept));
                         const Var ties = maximum(segment_sum(hits, *kept, count), number(v.dy, 1));
                         return hits * index_select(v.dy / ties, 0, *kept);
                       });
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
