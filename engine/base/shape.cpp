#include <cotape/engine/base/error.h>
#include <cotape/engine/base/shape.h>

#include <algorithm>

namespace cotape {
inline namespace COTAPE_PRECISION {

Shape::Shape(std::initializer_list<std::int64_t> sizes) : Shape(std::span(sizes.begin(), sizes.size())) {}

Shape::Shape(std::span<const std::int64_t> sizes) {
  if (sizes.size() > static_cast<std::size_t>(max_rank))
    fail<ShapeError>("shape: ", sizes.size(), " axes, at most ", max_rank, " are possible");
  for (const std::int64_t size : sizes) sizes_[static_cast<std::size_t>(rank_++)] = size;
  check();
}

// Zeros are left out of the product, so that the sizes of some of the axes can be multiplied too.
void Shape::check() const {
  std::int64_t product = 1;
  for (const std::int64_t size : *this) {
    if (size < 0) fail<ShapeError>("shape: negative size ", size);
    if (size > max_size / product) fail<ShapeError>("shape ", *this, ": more than ", max_size, " elements");
    if (size > 0) product *= size;
  }
}

std::int64_t Shape::size() const {
  std::int64_t product = 1;
  for (const std::int64_t size : *this) product *= size;
  return product;
}

int Shape::axis_index(int axis) const {
  const int index = axis < 0 ? axis + rank_ : axis;
  if (index < 0 || index >= rank_) fail<ShapeError>("shape ", *this, " has no axis ", axis);
  return index;
}

Shape Shape::with(int axis, std::int64_t size) const {
  Shape result = *this;
  result.sizes_[static_cast<std::size_t>(axis_index(axis))] = size;
  result.check();
  return result;
}

Shape Shape::without(int axis) const {
  const int index = axis_index(axis);
  Shape result;
  for (int i = 0; i < rank_; ++i)
    if (i != index) result.sizes_[static_cast<std::size_t>(result.rank_++)] = sizes_[static_cast<std::size_t>(i)];
  return result;
}

Shape Shape::inserted(int axis, std::int64_t size) const {
  const int index = axis < 0 ? axis + rank_ + 1 : axis;
  if (index < 0 || index > rank_) fail<ShapeError>("shape ", *this, ": no axis can be put in before ", axis);
  if (rank_ == max_rank) fail<ShapeError>("shape ", *this, ": at most ", max_rank, " axes are possible");
  Shape result;
  for (int i = 0; i <= rank_; ++i) {
    if (i == index) result.sizes_[static_cast<std::size_t>(result.rank_++)] = size;
    if (i < rank_) result.sizes_[static_cast<std::size_t>(result.rank_++)] = sizes_[static_cast<std::size_t>(i)];
  }
  result.check();
  return result;
}

std::ostream& operator<<(std::ostream& out, const Shape& shape) {
  out << '[';
  for (int i = 0; i < shape.rank(); ++i) out << (i ? "," : "") << shape[i];
  return out << ']';
}

std::string to_string(const Shape& shape) {
  std::ostringstream out;
  out << shape;
  return out.str();
}

Shape broadcast(const Shape& a, const Shape& b) {
  const int rank = std::max(a.rank(), b.rank());
  std::array<std::int64_t, Shape::max_rank> sizes{};
  for (int i = 1; i <= rank; ++i) {
    const std::int64_t size_a = i <= a.rank() ? a[-i] : 1;
    const std::int64_t size_b = i <= b.rank() ? b[-i] : 1;
    if (size_a != size_b && size_a != 1 && size_b != 1)
      fail<ShapeError>("shapes do not broadcast: a ", a, " b ", b, " (", size_a, " != ", size_b, " at axis ", -i, ")");
    sizes[static_cast<std::size_t>(rank - i)] = size_a == 1 ? size_b : size_a;
  }
  return Shape(std::span<const std::int64_t>(sizes.data(), static_cast<std::size_t>(rank)));
}

bool broadcasts_to(const Shape& from, const Shape& to) {
  if (from.rank() > to.rank()) return false;
  for (int i = 1; i <= from.rank(); ++i)
    if (from[-i] != to[-i] && from[-i] != 1) return false;
  return true;
}

int axis_index(const char* function, const Shape& shape, int axis) {
  const int index = axis < 0 ? axis + shape.rank() : axis;
  if (index < 0 || index >= shape.rank()) fail<ShapeError>(function, ": shape ", shape, " has no axis ", axis);
  return index;
}

AxisView view_around(const Shape& shape, int axis) {
  const int index = shape.axis_index(axis);
  AxisView view;
  for (int i = 0; i < index; ++i) view.outer *= shape[i];
  view.size = shape[index];
  for (int i = index + 1; i < shape.rank(); ++i) view.inner *= shape[i];
  return view;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
