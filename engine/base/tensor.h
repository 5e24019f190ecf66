#pragma once
#include <initializer_list>
#include <memory_resource>
#include <span>
#include <utility>
#include <vector>

#include <cotape/engine/base/shape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// A dense, row-major, contiguous array of real numbers. A regular type: copying copies, moving is free, equality is
// by shape and value. A copy always lives on the ordinary heap, so it outlives the tape it was copied from.
class Tensor {
 public:
  // No elements, shape [0].
  Tensor() : shape_{0} {}
  // Every element is `fill`.
  explicit Tensor(const Shape& shape, real fill = 0);
  // Elements in row-major order. Throws ShapeError when their number is not shape.size().
  Tensor(const Shape& shape, std::span<const real> values);
  Tensor(const Shape& shape, std::initializer_list<real> values);
  // A scalar, shape [].
  static Tensor scalar(real value);
  // Elements not set, memory from `memory`. Throws MemoryError when there is not enough, as all that makes tensors
  // does.
  static Tensor uninitialized(const Shape& shape, std::pmr::memory_resource* memory = std::pmr::new_delete_resource());

  Tensor(const Tensor& other);
  Tensor(Tensor&& other) noexcept;
  Tensor& operator=(const Tensor& other);
  Tensor& operator=(Tensor&& other) noexcept;
  ~Tensor();

  const Shape& shape() const { return shape_; }
  std::int64_t size() const { return size_; }
  real* data() { return data_; }
  const real* data() const { return data_; }
  std::span<real> values() { return {data_, static_cast<std::size_t>(size_)}; }
  std::span<const real> values() const { return {data_, static_cast<std::size_t>(size_)}; }
  real& operator[](std::int64_t i) { return data_[i]; }
  real operator[](std::int64_t i) const { return data_[i]; }

  // Element by one index per axis. Throws ShapeError when the indices do not fit.
  real& at(std::initializer_list<std::int64_t> index) { return data_[offset(index)]; }
  real at(std::initializer_list<std::int64_t> index) const { return data_[offset(index)]; }
  // The only element. Throws ShapeError when there is not exactly one.
  real item() const;

  void fill(real value);
  // Sets all elements from a tensor of the same size (shapes may differ). Throws ShapeError otherwise.
  void copy_from(const Tensor& other);
  // The same elements under another shape of the same size.
  Tensor reshaped(const Shape& shape) const;
  // Whether no element is NaN or infinite.
  bool finite() const;

  friend bool operator==(const Tensor& a, const Tensor& b);

 private:
  std::int64_t offset(std::initializer_list<std::int64_t> index) const;
  void release();

  Shape shape_;
  std::int64_t size_ = 0;
  real* data_ = nullptr;
  std::pmr::memory_resource* memory_ = std::pmr::new_delete_resource();
};

// Short form for messages and terminals: shape and the first elements.
std::ostream& operator<<(std::ostream& out, const Tensor& tensor);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
