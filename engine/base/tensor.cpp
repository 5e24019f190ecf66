#include <cotape/engine/base/error.h>
#include <cotape/engine/base/memory.h>
#include <cotape/engine/base/tensor.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <new>

namespace cotape {
inline namespace COTAPE_PRECISION {

Tensor Tensor::uninitialized(const Shape& shape, std::pmr::memory_resource* memory) {
  Tensor tensor;
  tensor.shape_ = shape;
  tensor.size_ = shape.size();
  tensor.memory_ = memory;
  if (tensor.size_ == 0) return tensor;
  const std::size_t bytes = static_cast<std::size_t>(tensor.size_) * sizeof(real);
  try {
    tensor.data_ = static_cast<real*>(memory->allocate(bytes, BufferPool::alignment));
  } catch (const std::bad_alloc&) {
    fail<MemoryError>("no memory for a tensor of shape ", shape, ": ", bytes, " bytes");
  }
  return tensor;
}

Tensor::Tensor(const Shape& shape, real fill) : Tensor(uninitialized(shape)) { this->fill(fill); }

Tensor::Tensor(const Shape& shape, std::span<const real> values) : Tensor(uninitialized(shape)) {
  if (size_ != static_cast<std::int64_t>(values.size()))
    fail<ShapeError>("tensor: shape ", shape, " needs ", size_, " elements, ", values.size(), " given");
  std::copy(values.begin(), values.end(), data_);
}

Tensor::Tensor(const Shape& shape, std::initializer_list<real> values)
    : Tensor(shape, std::span<const real>(values.begin(), values.size())) {}

Tensor Tensor::scalar(real value) { return Tensor(Shape{}, value); }

Tensor::Tensor(const Tensor& other) : Tensor(uninitialized(other.shape_)) {
  std::copy(other.data_, other.data_ + size_, data_);
}

Tensor::Tensor(Tensor&& other) noexcept
    : shape_(std::exchange(other.shape_, Shape{0})),
      size_(std::exchange(other.size_, 0)),
      data_(std::exchange(other.data_, nullptr)),
      memory_(other.memory_) {}

Tensor& Tensor::operator=(const Tensor& other) {
  if (this == &other) return *this;
  if (size_ == other.size_) {
    shape_ = other.shape_;
    std::copy(other.data_, other.data_ + size_, data_);
    return *this;
  }
  return *this = Tensor(other);
}

Tensor& Tensor::operator=(Tensor&& other) noexcept {
  if (this == &other) return *this;
  release();
  shape_ = std::exchange(other.shape_, Shape{0});
  size_ = std::exchange(other.size_, 0);
  data_ = std::exchange(other.data_, nullptr);
  memory_ = other.memory_;
  return *this;
}

Tensor::~Tensor() { release(); }

void Tensor::release() {
  if (data_) memory_->deallocate(data_, static_cast<std::size_t>(size_) * sizeof(real), BufferPool::alignment);
  data_ = nullptr;
}

real Tensor::item() const {
  if (size_ != 1) fail<ShapeError>("item: tensor of shape ", shape_, " has not exactly one element");
  return data_[0];
}

void Tensor::fill(real value) { std::fill(data_, data_ + size_, value); }

void Tensor::copy_from(const Tensor& other) {
  if (size_ != other.size_) fail<ShapeError>("copy: sizes differ: ", shape_, " from ", other.shape_);
  std::copy(other.data_, other.data_ + size_, data_);
}

Tensor Tensor::reshaped(const Shape& shape) const {
  if (shape.size() != size_) fail<ShapeError>("reshape: ", shape_, " to ", shape, " changes the number of elements");
  Tensor result = *this;
  result.shape_ = shape;
  return result;
}

bool Tensor::finite() const {
  // x − x is 0 for every finite x and NaN otherwise; lanes let the compiler vectorise the sum.
  constexpr std::int64_t lanes = 16;
  real sums[lanes] = {};
  std::int64_t i = 0;
  for (; i + lanes <= size_; i += lanes)
    for (std::int64_t j = 0; j < lanes; ++j) sums[j] += data_[i + j] - data_[i + j];
  for (; i < size_; ++i) sums[0] += data_[i] - data_[i];
  real sum = 0;
  for (const real lane : sums) sum += lane;
  return sum == 0;
}

std::int64_t Tensor::offset(std::initializer_list<std::int64_t> index) const {
  if (static_cast<int>(index.size()) != shape_.rank())
    fail<ShapeError>("at: ", index.size(), " indices for shape ", shape_);
  std::int64_t offset = 0;
  for (int axis = 0; axis < shape_.rank(); ++axis) {
    const std::int64_t i = index.begin()[axis];
    if (i < 0 || i >= shape_[axis]) fail<ShapeError>("at: index ", i, " of axis ", axis, " is outside shape ", shape_);
    offset = offset * shape_[axis] + i;
  }
  return offset;
}

bool operator==(const Tensor& a, const Tensor& b) {
  return a.shape_ == b.shape_ && std::equal(a.data_, a.data_ + a.size_, b.data_);
}

std::ostream& operator<<(std::ostream& out, const Tensor& tensor) {
  constexpr std::int64_t shown = 8;
  out << tensor.shape() << " {";
  for (std::int64_t i = 0; i < std::min(tensor.size(), shown); ++i) out << (i ? ", " : "") << tensor[i];
  return out << (tensor.size() > shown ? ", ...}" : "}");
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
