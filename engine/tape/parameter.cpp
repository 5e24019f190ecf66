#include <cotape/engine/base/error.h>
#include <cotape/engine/tape/parameter.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

const Tensor& Parameter::gradient() const {
  if (!has_gradient_) fail<TapeError>("parameter ", name_, " has no gradient: no backward pass reached it");
  return gradient_;
}

Tensor& Parameter::mutable_gradient() {
  gradient();
  return gradient_;
}

Tensor& Parameter::gradient_buffer() {
  if (gradient_.shape() != value_.shape()) gradient_ = Tensor::uninitialized(value_.shape());
  return gradient_;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
