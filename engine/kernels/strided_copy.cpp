#include <cotape/engine/kernels/lanes.h>
#include <cotape/engine/kernels/map.h>
#include <cotape/engine/kernels/strided_copy.h>
#include <cotape/engine/kernels/transpose_lanes.h>

#include <algorithm>
#include <utility>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr std::size_t max_axes = 2 * Shape::max_rank;

// The axes of a copy without those of one place, and with neighbours joined where one goes on where the other ends.
class JoinedAxes {
 public:
  explicit JoinedAxes(std::span<const StridedAxis> axes) {
    for (const StridedAxis& axis : axes) {
      if (axis.size == 1) continue;
      StridedAxis* outer = count_ > 0 ? &list_[count_ - 1] : nullptr;
      if (outer && outer->to == axis.to * axis.size && outer->from == axis.from * axis.size)
        *outer = {outer->size * axis.size, axis.to, axis.from};
      else
        list_[count_++] = axis;
    }
  }

  // Takes an axis out; an axis of one place where there is none.
  StridedAxis take(std::size_t i) {
    if (i >= count_) return {1, 0, 0};
    const StridedAxis axis = list_[i];
    std::copy(list_.begin() + static_cast<std::ptrdiff_t>(i) + 1, list_.begin() + static_cast<std::ptrdiff_t>(count_),
              list_.begin() + static_cast<std::ptrdiff_t>(i));
    --count_;
    return axis;
  }

  std::span<const StridedAxis> all() const { return {list_.data(), count_}; }

 private:
  std::array<StridedAxis, max_axes> list_{};
  std::size_t count_ = 0;
};

// A rectangle of a copy: its rows and columns, each with its steps.
struct Plane {
  StridedAxis rows, columns;

  std::int64_t to(std::int64_t r, std::int64_t c) const { return r * rows.to + c * columns.to; }
  std::int64_t from(std::int64_t r, std::int64_t c) const { return r * rows.from + c * columns.from; }
};

// Number by number; the steps are types where they are usual, so that the compiler knows them.
template <class To, class From>
void copy_rows(real* to, const real* from, const Plane& p, To step_to, From step_from) {
  for (std::int64_t r = 0; r < p.rows.size; ++r) {
    real* y = to + r * p.rows.to;
    const real* x = from + r * p.rows.from;
    for (std::int64_t c = 0; c < p.columns.size; ++c) y[c * step_to] = x[c * step_from];
  }
}

void copy_plane(real* to, const real* from, Plane p) {
  constexpr std::integral_constant<std::int64_t, 1> one;
  constexpr std::integral_constant<std::int64_t, 0> none;
  constexpr std::integral_constant<std::int64_t, -1> back;
  if (p.columns.size < lane_count && p.columns.size < p.rows.size) std::swap(p.rows, p.columns);  // a long inner loop
  if (p.columns.to != 1) return copy_rows(to, from, p, p.columns.to, p.columns.from);
  if (p.columns.from == 1) return copy_rows(to, from, p, one, one);
  if (p.columns.from == 0) return copy_rows(to, from, p, one, none);
  if (p.columns.from == -1) return copy_rows(to, from, p, one, back);
  copy_rows(to, from, p, one, p.columns.from);
}

// A plane whose rows lie side by side in `from` and whose columns do in `to`.
void transpose_plane(real* to, const real* from, Plane p) {
  const std::int64_t rows = p.rows.size / lane_count * lane_count;
  const std::int64_t columns = p.columns.size / lane_count * lane_count;
  for (std::int64_t r = 0; r < rows; r += lane_count)
    for (std::int64_t c = 0; c < columns; c += lane_count) {
      Lanes square[lane_count];
      for (std::int64_t i = 0; i < lane_count; ++i) square[i] = load_lanes(from + p.from(r, c + i));
      transpose(square);
      for (std::int64_t i = 0; i < lane_count; ++i) store_lanes(to + p.to(r + i, c), square[i]);
    }
  const auto part = [&](std::int64_t row, std::int64_t row_count, std::int64_t column, std::int64_t column_count) {
    Plane rest = p;
    rest.rows.size = row_count, rest.columns.size = column_count;
    copy_plane(to + p.to(row, column), from + p.from(row, column), rest);
  };
  part(0, rows, columns, p.columns.size - columns);
  part(rows, p.rows.size - rows, 0, p.columns.size);
}

}  // namespace

std::array<std::int64_t, Shape::max_rank> strides_of(const Shape& shape) {
  std::array<std::int64_t, Shape::max_rank> strides{};
  for (std::int64_t axis = shape.rank() - 1, product = 1; axis >= 0; --axis) {
    strides[static_cast<std::size_t>(axis)] = product;
    product *= shape[static_cast<int>(axis)];
  }
  return strides;
}

void strided_copy(real* to, const real* from, std::span<const StridedAxis> axes) {
  if (std::any_of(axes.begin(), axes.end(), [](const StridedAxis& axis) { return axis.size == 0; })) return;
  JoinedAxes outer(axes);
  const StridedAxis columns = outer.take(outer.all().size() - 1);
  // To transpose pays off where a side of the squares is full; otherwise the longest axis makes the best loop.
  const std::span<const StridedAxis> rest = outer.all();
  const auto side_by_side =
      std::find_if(rest.begin(), rest.end(), [](const StridedAxis& axis) { return axis.from == 1; });
  const auto longest = std::max_element(rest.begin(), rest.end(),
                                        [](const StridedAxis& a, const StridedAxis& b) { return a.size < b.size; });
  const bool transposes = side_by_side != rest.end() && columns.to == 1 && columns.from > 1 &&
                          std::max(columns.size, side_by_side->size) >= lane_count;
  const StridedAxis rows = outer.take(static_cast<std::size_t>((transposes ? side_by_side : longest) - rest.begin()));

  // Planes are cut into tiles of elementwise_block numbers: long rows for copies, squares for transpositions.
  const std::int64_t max_rows = transposes ? 128 : 1;
  const std::int64_t tile_columns = std::min(columns.size, elementwise_block / std::min(rows.size, max_rows));
  const std::int64_t tile_rows = std::min(rows.size, elementwise_block / tile_columns);
  const std::int64_t across = (columns.size + tile_columns - 1) / tile_columns;
  const std::int64_t down = (rows.size + tile_rows - 1) / tile_rows;
  std::int64_t planes = 1;
  for (const StridedAxis& axis : outer.all()) planes *= axis.size;
  const auto copy_tile = [&](std::int64_t plane, std::int64_t row, std::int64_t column) {
    std::int64_t to_place = row * rows.to + column * columns.to, from_place = row * rows.from + column * columns.from;
    for (std::size_t i = outer.all().size(); i-- > 0;) {
      const StridedAxis& axis = outer.all()[i];
      to_place += plane % axis.size * axis.to;
      from_place += plane % axis.size * axis.from;
      plane /= axis.size;
    }
    const Plane tile{{std::min(tile_rows, rows.size - row), rows.to, rows.from},
                     {std::min(tile_columns, columns.size - column), columns.to, columns.from}};
    (transposes ? transpose_plane : copy_plane)(to + to_place, from + from_place, tile);
  };
  parallel_for(planes * down * across, std::max<std::int64_t>(1, elementwise_block / (tile_rows * tile_columns)),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t i = begin; i < end; ++i)
                   copy_tile(i / across / down, i / across % down * tile_rows, i % across * tile_columns);
               });
}

void copy_run(Tensor& to, const AxisView& to_view, std::int64_t to_begin, const Tensor& from, const AxisView& from_view,
              std::int64_t from_begin, std::int64_t count) {
  if (to_view.outer * count * to_view.inner == 0) return;
  const StridedAxis axes[] = {{to_view.outer, to_view.size * to_view.inner, from_view.size * from_view.inner},
                              {count * from_view.inner, 1, 1}};
  strided_copy(to.data() + to_begin * to_view.inner, from.data() + from_begin * from_view.inner, axes);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
