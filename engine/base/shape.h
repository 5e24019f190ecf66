#pragma once
#include <array>
#include <cstdint>
#include <initializer_list>
#include <ostream>
#include <span>
#include <string>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The sizes of a tensor's axes; {} is a scalar. A regular value without heap memory.
class Shape {
 public:
  static constexpr int max_rank = 8;
  // The largest number of elements: their bytes, of whatever type, can still be counted in 64 bits.
  static constexpr std::int64_t max_size = (std::int64_t{1} << 60) - 1;

  Shape() = default;
  // Throws ShapeError for a negative size, more than max_rank axes, or sizes whose product, zeros left out, is above
  // max_size.
  Shape(std::initializer_list<std::int64_t> sizes);
  explicit Shape(std::span<const std::int64_t> sizes);

  int rank() const { return rank_; }
  // Number of elements: the product of the sizes, 1 for a scalar.
  std::int64_t size() const;
  // Size of an axis; a negative axis counts from the end. Throws ShapeError when there is no such axis.
  std::int64_t operator[](int axis) const { return sizes_[static_cast<std::size_t>(axis_index(axis))]; }
  // The axis as 0 ≤ index < rank(). Throws ShapeError when there is no such axis.
  int axis_index(int axis) const;

  std::span<const std::int64_t> sizes() const { return {sizes_.data(), static_cast<std::size_t>(rank_)}; }
  const std::int64_t* begin() const { return sizes_.data(); }
  const std::int64_t* end() const { return sizes_.data() + rank_; }

  // The same shape with one axis changed, removed or put in before `axis`. Throws ShapeError as the constructor does.
  Shape with(int axis, std::int64_t size) const;
  Shape without(int axis) const;
  Shape inserted(int axis, std::int64_t size) const;

  bool operator==(const Shape&) const = default;

 private:
  void check() const;

  std::array<std::int64_t, max_rank> sizes_{};
  int rank_ = 0;
};

// "[32,784]"
std::string to_string(const Shape& shape);
std::ostream& operator<<(std::ostream& out, const Shape& shape);

// The shape that a and b broadcast to by NumPy's rule. Throws ShapeError when they do not.
Shape broadcast(const Shape& a, const Shape& b);
// Whether `from` broadcasts to exactly `to`.
bool broadcasts_to(const Shape& from, const Shape& to);

// The axis as 0 ≤ index < rank, for functions that record other ops: the ShapeError for an axis that does not exist
// begins with the function's name.
int axis_index(const char* function, const Shape& shape, int axis);

// A shape seen around one axis: [outer, axis, inner].
struct AxisView {
  std::int64_t outer = 1;
  std::int64_t size = 1;
  std::int64_t inner = 1;
};
AxisView view_around(const Shape& shape, int axis);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
