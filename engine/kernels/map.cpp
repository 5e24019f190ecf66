#include <cotape/engine/base/shape.h>
#include <cotape/engine/kernels/map.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

BroadcastWalk::BroadcastWalk(const Shape& out, const Shape& a, const Shape& b) {
  std::int64_t stride_a = 1, stride_b = 1;
  int count = 0;
  for (int i = 1; i <= out.rank(); ++i) {
    const std::int64_t size = out[-i];
    const bool in_a = i <= a.rank() && a[-i] != 1, in_b = i <= b.rank() && b[-i] != 1;
    const Axis axis{size, in_a ? stride_a : 0, in_b ? stride_b : 0};
    if (in_a) stride_a *= size;
    if (in_b) stride_b *= size;
    if (size == 1) continue;
    if (count > 0) {
      Axis& inner = axes_[static_cast<std::size_t>(count - 1)];
      const auto joins = [&](std::int64_t step, std::int64_t inner_step) { return step == inner_step * inner.size; };
      if (joins(axis.step_a, inner.step_a) && joins(axis.step_b, inner.step_b)) {
        inner.size *= size;
        continue;
      }
    }
    axes_[static_cast<std::size_t>(count++)] = axis;
  }
  rank_ = std::max(1, count);
}

BroadcastWalk::Place BroadcastWalk::at(std::int64_t element) const {
  Place place;
  place.column = element % axes_[0].size;
  std::int64_t row = element / axes_[0].size;
  for (std::size_t i = 1; i < static_cast<std::size_t>(rank_); ++i) {
    place.index[i] = row % axes_[i].size;
    row /= axes_[i].size;
    place.a += place.index[i] * axes_[i].step_a;
    place.b += place.index[i] * axes_[i].step_b;
  }
  return place;
}

void BroadcastWalk::next_row(Place& place) const {
  place.column = 0;
  for (std::size_t i = 1; i < static_cast<std::size_t>(rank_); ++i) {
    place.a += axes_[i].step_a;
    place.b += axes_[i].step_b;
    if (++place.index[i] < axes_[i].size) return;
    place.a -= axes_[i].size * axes_[i].step_a;
    place.b -= axes_[i].size * axes_[i].step_b;
    place.index[i] = 0;
  }
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
